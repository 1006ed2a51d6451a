using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TextOps.Learning.Families.Logistic;

/// <summary>Sums in an order that depends on lengths only; those of <see cref="TensorPrimitives"/> depend on where arrays happen to lie, so that equal input would not give equal bits.</summary>
internal static class FixedOrder
{
    /// <summary>
    /// Numbers at a multiple of 64 bytes. <see cref="TensorPrimitives.Exp{T}"/> treats the numbers of a vector together, and alignment decides which ones are.
    /// </summary>
    public static unsafe Memory<double> Align(int length)
    {
        const int vector = 64;
        var array = GC.AllocateArray<double>(length + (vector / sizeof(double)), pinned: true);
        var past = (nuint)Unsafe.AsPointer(ref array[0]) % vector;
        return array.AsMemory(past == 0 ? 0 : (int)((vector - past) / sizeof(double)), length);
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
