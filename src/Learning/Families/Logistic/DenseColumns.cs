using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TextOps.Learning.Matrices;

namespace TextOps.Learning.Families.Logistic;

/// <summary>Dense columns, each with its mean taken off (the free intercept takes it up) and divided by its scale, some rows at a time.</summary>
internal sealed class DenseColumns
{
    private const int RowsAtOnce = 64;

    private readonly DenseMatrix matrix;
    private readonly double[] panel;

    /// <summary>Takes all columns; <paramref name="weights"/> and <paramref name="curvature"/> as <see cref="SparseColumns"/> takes them.</summary>
    public DenseColumns(DenseMatrix matrix, ReadOnlySpan<double> weights, double curvature)
    {
        (this.matrix, panel) = (matrix, new double[RowsAtOnce * matrix.Columns]);
        (Means, Scales) = (new double[matrix.Columns], new double[matrix.Columns]);
        var total = FixedOrder.Sum(weights);
        for (var row = 0; row < matrix.Rows; row++)
        {
            var values = matrix.Row(row);
            for (var column = 0; column < values.Length; column++)
            {
                Means[column] += weights[row] / total * values[column];
            }
        }

        for (var row = 0; row < matrix.Rows; row++)
        {
            var values = matrix.Row(row);
            for (var column = 0; column < values.Length; column++)
            {
                var away = values[column] - Means[column];
                Scales[column] += weights[row] * away * away;
            }
        }

        foreach (ref var scale in Scales.AsSpan())
        {
            scale = 1 / Math.Sqrt(1 + (curvature * scale));
        }
    }

    /// <summary>Mean of each column.</summary>
    public double[] Means { get; }

    /// <summary>What a parameter is multiplied by to give a weight.</summary>
    public double[] Scales { get; }

    /// <summary>Adds every row's product with parameters <c>[column][stride]</c> to its logits <c>[rows][stride]</c>.</summary>
    public void AddProducts(ReadOnlySpan<double> parameters, Span<double> logits, int stride)
    {
        if (stride == 1)
        {
            AddSums(parameters, logits);
            return;
        }

        var width = matrix.Columns;
        for (var start = 0; start < matrix.Rows; start += RowsAtOnce)
        {
            var rows = Fill(start);
            Multiply(ref panel[0], width, 1, rows, width, ref MemoryMarshal.GetReference(parameters), ref logits[start * stride], stride);
        }
    }

    /// <summary>Adds the transposed product with residuals <c>[rows][stride]</c> to a gradient <c>[column][stride]</c>.</summary>
    public void AddTransposed(ReadOnlySpan<double> residuals, Span<double> gradient, int stride)
    {
        if (stride == 1)
        {
            AddTransposedSums(residuals, gradient);
            return;
        }

        var width = matrix.Columns;
        for (var start = 0; start < matrix.Rows; start += RowsAtOnce)
        {
            var rows = Fill(start);
            Multiply(ref panel[0], 1, width, width, rows, ref Unsafe.AsRef(in residuals[start * stride]), ref MemoryMarshal.GetReference(gradient), stride);
        }
    }

    /// <summary>With one class scaling all values would cost more than the products: parameters are scaled in their place.</summary>
    private void AddSums(ReadOnlySpan<double> parameters, Span<double> logits)
    {
        var weights = panel.AsSpan(0, matrix.Columns);
        TensorPrimitives.Multiply(parameters, Scales, weights);
        var shift = FixedOrder.Dot(weights, Means);
        ref var weight = ref MemoryMarshal.GetReference(weights);
        for (var row = 0; row < matrix.Rows; row++)
        {
            var values = matrix.Row(row);
            ref var value = ref MemoryMarshal.GetReference(values);
            var (sum0, sum1) = (Vector512<double>.Zero, Vector512<double>.Zero);
            var i = 0;
            for (; i + Vector512<float>.Count <= values.Length; i += Vector512<float>.Count)
            {
                var (low, high) = Vector512.Widen(Vector512.LoadUnsafe(ref value, (nuint)i));
                sum0 = Vector512.FusedMultiplyAdd(low, Vector512.LoadUnsafe(ref weight, (nuint)i), sum0);
                sum1 = Vector512.FusedMultiplyAdd(high, Vector512.LoadUnsafe(ref weight, (nuint)i + 8), sum1);
            }

            var sum = FixedOrder.Sum(sum0 + sum1) - shift;
            for (; i < values.Length; i++)
            {
                sum += values[i] * weights[i];
            }

            logits[row] += sum;
        }
    }

    private void AddTransposedSums(ReadOnlySpan<double> residuals, Span<double> gradient)
    {
        var sums = panel.AsSpan(0, matrix.Columns);
        sums.Clear();
        ref var sum = ref MemoryMarshal.GetReference(sums);
        for (var row = 0; row < matrix.Rows; row++)
        {
            var values = matrix.Row(row);
            ref var value = ref MemoryMarshal.GetReference(values);
            var residual = Vector512.Create(residuals[row]);
            var i = 0;
            for (; i + Vector512<float>.Count <= values.Length; i += Vector512<float>.Count)
            {
                var (low, high) = Vector512.Widen(Vector512.LoadUnsafe(ref value, (nuint)i));
                Vector512.FusedMultiplyAdd(low, residual, Vector512.LoadUnsafe(ref sum, (nuint)i)).StoreUnsafe(ref sum, (nuint)i);
                Vector512.FusedMultiplyAdd(high, residual, Vector512.LoadUnsafe(ref sum, (nuint)i + 8)).StoreUnsafe(ref sum, (nuint)i + 8);
            }

            for (; i < values.Length; i++)
            {
                sums[i] += values[i] * residuals[row];
            }
        }

        var total = FixedOrder.Sum(residuals);
        for (var column = 0; column < sums.Length; column++)
        {
            gradient[column] += Scales[column] * (sums[column] - (Means[column] * total));
        }
    }

    /// <summary>Writes the scaled values of rows into the panel.</summary>
    /// <returns>How many rows.</returns>
    private int Fill(int start)
    {
        var (rows, width) = (Math.Min(RowsAtOnce, matrix.Rows - start), matrix.Columns);
        TensorPrimitives.ConvertTruncating<float, double>(matrix.Values.AsSpan(start * width, rows * width), panel);
        for (var row = 0; row < rows; row++)
        {
            var scaled = panel.AsSpan(row * width, width);
            TensorPrimitives.Subtract(scaled, Means, scaled);
            TensorPrimitives.Multiply(scaled, Scales, scaled);
        }

        return rows;
    }

    /// <summary>
    /// target[i] += sum over k of left(i, k) * right[k], where target and right are rows of <paramref name="stride"/> classes, and left(i, k) lies at
    /// i * <paramref name="step"/> + k * <paramref name="innerStep"/>.
    /// </summary>
    private static void Multiply(ref double left, int step, int innerStep, int count, int innerCount, ref double right, ref double target, int stride)
    {
        for (var at = 0; at < stride;)
        {
            var classes = stride - at >= 16 ? 16 : stride - at >= 8 ? 8 : 4;
            var i = 0;
            for (; i + 4 <= count && classes == 16; i += 4)
            {
                MultiplyFourBy16(ref Unsafe.Add(ref left, i * step), step, innerStep, innerCount, ref Unsafe.Add(ref right, at), ref Unsafe.Add(ref target, (i * stride) + at), stride);
            }

            for (; i + 4 <= count && classes == 8; i += 4)
            {
                MultiplyFourBy8(ref Unsafe.Add(ref left, i * step), step, innerStep, innerCount, ref Unsafe.Add(ref right, at), ref Unsafe.Add(ref target, (i * stride) + at), stride);
            }

            for (; i < count; i++)
            {
                for (var part = 0; part < classes; part += 4)
                {
                    MultiplyOneBy4(
                        ref Unsafe.Add(ref left, i * step), innerStep, innerCount, ref Unsafe.Add(ref right, at + part), ref Unsafe.Add(ref target, (i * stride) + at + part), stride);
                }
            }

            at += classes;
        }
    }

    private static void MultiplyFourBy16(ref double left, int step, int innerStep, int innerCount, ref double right, ref double target, int stride)
    {
        var (sum00, sum01, sum10, sum11) = (Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero);
        var (sum20, sum21, sum30, sum31) = (Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero);
        for (var k = 0; k < innerCount; k++)
        {
            ref var factor = ref Unsafe.Add(ref left, k * innerStep);
            ref var row = ref Unsafe.Add(ref right, k * stride);
            var (right0, right1) = (Vector512.LoadUnsafe(ref row), Vector512.LoadUnsafe(ref row, 8));
            var value = Vector512.Create(factor);
            sum00 = Vector512.FusedMultiplyAdd(value, right0, sum00);
            sum01 = Vector512.FusedMultiplyAdd(value, right1, sum01);
            value = Vector512.Create(Unsafe.Add(ref factor, step));
            sum10 = Vector512.FusedMultiplyAdd(value, right0, sum10);
            sum11 = Vector512.FusedMultiplyAdd(value, right1, sum11);
            value = Vector512.Create(Unsafe.Add(ref factor, 2 * step));
            sum20 = Vector512.FusedMultiplyAdd(value, right0, sum20);
            sum21 = Vector512.FusedMultiplyAdd(value, right1, sum21);
            value = Vector512.Create(Unsafe.Add(ref factor, 3 * step));
            sum30 = Vector512.FusedMultiplyAdd(value, right0, sum30);
            sum31 = Vector512.FusedMultiplyAdd(value, right1, sum31);
        }

        AddTo(ref target, sum00);
        AddTo(ref Unsafe.Add(ref target, 8), sum01);
        AddTo(ref Unsafe.Add(ref target, stride), sum10);
        AddTo(ref Unsafe.Add(ref target, stride + 8), sum11);
        AddTo(ref Unsafe.Add(ref target, 2 * stride), sum20);
        AddTo(ref Unsafe.Add(ref target, (2 * stride) + 8), sum21);
        AddTo(ref Unsafe.Add(ref target, 3 * stride), sum30);
        AddTo(ref Unsafe.Add(ref target, (3 * stride) + 8), sum31);
    }

    private static void MultiplyFourBy8(ref double left, int step, int innerStep, int innerCount, ref double right, ref double target, int stride)
    {
        var (sum0, sum1, sum2, sum3) = (Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero);
        for (var k = 0; k < innerCount; k++)
        {
            ref var factor = ref Unsafe.Add(ref left, k * innerStep);
            var row = Vector512.LoadUnsafe(ref Unsafe.Add(ref right, k * stride));
            sum0 = Vector512.FusedMultiplyAdd(Vector512.Create(factor), row, sum0);
            sum1 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref factor, step)), row, sum1);
            sum2 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref factor, 2 * step)), row, sum2);
            sum3 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref factor, 3 * step)), row, sum3);
        }

        AddTo(ref target, sum0);
        AddTo(ref Unsafe.Add(ref target, stride), sum1);
        AddTo(ref Unsafe.Add(ref target, 2 * stride), sum2);
        AddTo(ref Unsafe.Add(ref target, 3 * stride), sum3);
    }

    private static void MultiplyOneBy4(ref double left, int innerStep, int innerCount, ref double right, ref double target, int stride)
    {
        var sum = Vector256<double>.Zero;
        for (var k = 0; k < innerCount; k++)
        {
            sum = Vector256.FusedMultiplyAdd(Vector256.Create(Unsafe.Add(ref left, k * innerStep)), Vector256.LoadUnsafe(ref Unsafe.Add(ref right, k * stride)), sum);
        }

        (Vector256.LoadUnsafe(ref target) + sum).StoreUnsafe(ref target);
    }

    private static void AddTo(ref double target, Vector512<double> sum) => (Vector512.LoadUnsafe(ref target) + sum).StoreUnsafe(ref target);
}
