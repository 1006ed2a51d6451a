using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TextOps.Learning.Families.Logistic;

/// <summary>
/// Arithmetic that gives equal bits for equal input, wherever arrays lie and however far the runtime has optimised a method by then: the order of sums depends on lengths only, and what is fused is
/// said. <see cref="TensorPrimitives"/> promises neither: its sums depend on alignment, and its MultiplyAdd and Exp round once or twice before and after a method is optimised. What it computes
/// number by number with one rounding (products, sums of two, maxima) is used as it is.
/// </summary>
internal static class FixedOrder
{
    // exp(x) = 2^n * exp(r): below this, 2^n is no normal number any more.
    private const double SmallestPower = -708;

    // 1.5 * 2^52: a number of this size has its whole part in the lowest bits.
    private const double Rounder = 6755399441055744;

    private const int ExponentBias = 1023;
    private const int MantissaBits = 52;

    // Taylor's series, from 1/13! down to 1/2!: half of ln 2 is close enough to 0 for it to end below the last bit.
    private static ReadOnlySpan<double> Series =>
    [
        1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2,
    ];

    /// <summary>target = values * factor + target, rounded once.</summary>
    public static void AddScaled(ReadOnlySpan<double> values, double factor, Span<double> target) => MultiplyAdd(values, factor, target, target);

    /// <summary>target = values * factor + added, rounded once; <paramref name="target"/> may be <paramref name="added"/>.</summary>
    public static void MultiplyAdd(ReadOnlySpan<double> values, double factor, ReadOnlySpan<double> added, Span<double> target)
    {
        added = added[..values.Length];
        target = target[..values.Length];
        ref var value = ref MemoryMarshal.GetReference(values);
        ref var addend = ref MemoryMarshal.GetReference(added);
        ref var sum = ref MemoryMarshal.GetReference(target);
        var factors = Vector512.Create(factor);
        var i = 0;
        for (; i + Vector512<double>.Count <= values.Length; i += Vector512<double>.Count)
        {
            Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref value, (nuint)i), factors, Vector512.LoadUnsafe(ref addend, (nuint)i)).StoreUnsafe(ref sum, (nuint)i);
        }

        for (; i < values.Length; i++)
        {
            target[i] = Math.FusedMultiplyAdd(values[i], factor, added[i]);
        }
    }

    /// <summary>Replaces numbers that are not above 0 by their exponentials, within two units of the last place; below -708 they are 0.</summary>
    public static void Exp(Span<double> values)
    {
        ref var value = ref MemoryMarshal.GetReference(values);
        var i = 0;
        for (; i + Vector512<double>.Count <= values.Length; i += Vector512<double>.Count)
        {
            Exp(Vector512.LoadUnsafe(ref value, (nuint)i)).StoreUnsafe(ref value, (nuint)i);
        }

        for (; i < values.Length; i++)
        {
            values[i] = Exp(Vector512.Create(values[i]))[0];
        }
    }

    private static Vector512<double> Exp(Vector512<double> values)
    {
        // ln 2 in two parts, the first of which has room for a product with n (Cody and Waite).
        var shifted = Vector512.FusedMultiplyAdd(values, Vector512.Create(1.4426950408889634), Vector512.Create(Rounder));
        var whole = shifted - Vector512.Create(Rounder);
        var rest = Vector512.FusedMultiplyAdd(whole, Vector512.Create(-0.693147180369123816490), values);
        rest = Vector512.FusedMultiplyAdd(whole, Vector512.Create(-1.90821492927058770002e-10), rest);
        var sum = Vector512.Create(Series[0]);
        foreach (var factor in Series[1..])
        {
            sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(factor));
        }

        sum = Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(sum, rest, Vector512<double>.One), rest, Vector512<double>.One);
        var power = Vector512.ShiftLeft(shifted.AsInt64() + Vector512.Create((long)ExponentBias), MantissaBits).AsDouble();
        return Vector512.ConditionalSelect(Vector512.LessThan(values, Vector512.Create(SmallestPower)), Vector512<double>.Zero, sum * power);
    }

    /// <summary>The sum of values.</summary>
    public static double Sum(ReadOnlySpan<double> values)
    {
        ref var value = ref MemoryMarshal.GetReference(values);
        var sums = Vector512<double>.Zero;
        var i = 0;
        for (; i + Vector512<double>.Count <= values.Length; i += Vector512<double>.Count)
        {
            sums += Vector512.LoadUnsafe(ref value, (nuint)i);
        }

        var sum = FixedOrder.Sum(sums);
        for (; i < values.Length; i++)
        {
            sum += values[i];
        }

        return sum;
    }

    /// <summary>The sum of a vector; <see cref="Vector512.Sum{T}"/> takes another order while a method is not optimised yet.</summary>
    public static double Sum(Vector512<double> values)
    {
        var fours = values.GetLower() + values.GetUpper();
        var twos = fours.GetLower() + fours.GetUpper();
        return twos[0] + twos[1];
    }

    /// <summary>The sum of products.</summary>
    /// <param name="right">Not shorter than <paramref name="left"/>.</param>
    public static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        right = right[..left.Length];
        ref var first = ref MemoryMarshal.GetReference(left);
        ref var second = ref MemoryMarshal.GetReference(right);
        var (sums0, sums1) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var (sums2, sums3) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var i = 0;
        for (; i + (4 * Vector512<double>.Count) <= left.Length; i += 4 * Vector512<double>.Count)
        {
            sums0 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref first, (nuint)i), Vector512.LoadUnsafe(ref second, (nuint)i), sums0);
            sums1 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref first, (nuint)i + 8), Vector512.LoadUnsafe(ref second, (nuint)i + 8), sums1);
            sums2 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref first, (nuint)i + 16), Vector512.LoadUnsafe(ref second, (nuint)i + 16), sums2);
            sums3 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref first, (nuint)i + 24), Vector512.LoadUnsafe(ref second, (nuint)i + 24), sums3);
        }

        var sum = FixedOrder.Sum((sums0 + sums1) + (sums2 + sums3));
        for (; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
