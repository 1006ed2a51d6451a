using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TextOps.Learning.Matrices;

namespace TextOps.Learning.Families.Logistic;

/// <summary>The sparse columns that occur, each divided by its scale. Parameters lie <c>[column][class]</c>, so that a value meets all classes side by side.</summary>
internal sealed class SparseColumns
{
    private readonly int[] starts;
    private readonly int[] columns;
    private readonly double[] values;

    /// <summary>Takes the columns that have a value.</summary>
    /// <param name="weights">Weight of each row's loss.</param>
    /// <param name="curvature">Curvature of a row's loss of weight 1 at the start.</param>
    public SparseColumns(CsrMatrix matrix, ReadOnlySpan<double> weights, double curvature)
    {
        starts = matrix.RowStarts;
        var squares = new double[matrix.Columns];
        for (var row = 0; row < matrix.Rows; row++)
        {
            for (var i = starts[row]; i < starts[row + 1]; i++)
            {
                squares[matrix.ColumnIndices[i]] += weights[row] * matrix.Values[i] * matrix.Values[i];
            }
        }

        var occurs = new bool[matrix.Columns];
        foreach (var column in matrix.ColumnIndices)
        {
            occurs[column] = true;
        }

        Kept = [.. Enumerable.Range(0, matrix.Columns).Where(column => occurs[column])];
        Scales = Array.ConvertAll(Kept, column => 1 / Math.Sqrt(1 + (curvature * squares[column])));
        var place = new int[matrix.Columns];
        for (var kept = 0; kept < Kept.Length; kept++)
        {
            place[Kept[kept]] = kept;
        }

        (columns, values) = (new int[matrix.Values.Length], new double[matrix.Values.Length]);
        for (var i = 0; i < values.Length; i++)
        {
            columns[i] = place[matrix.ColumnIndices[i]];
            values[i] = matrix.Values[i] * Scales[columns[i]];
        }
    }

    /// <summary>The columns of the matrix that occur.</summary>
    public int[] Kept { get; }

    /// <summary>What a parameter is multiplied by to give a weight: it makes the curvature of every column about 1, penalty included.</summary>
    public double[] Scales { get; }

    /// <summary>Adds every row's product with parameters to its logits.</summary>
    /// <param name="parameters"><c>[kept][stride]</c>.</param>
    /// <param name="logits"><c>[rows][stride]</c>.</param>
    public void AddProducts(ReadOnlySpan<double> parameters, Span<double> logits, int stride)
    {
        for (var row = 0; row < starts.Length - 1; row++)
        {
            var (start, end) = (starts[row], starts[row + 1]);
            if (stride == 1)
            {
                var sum = 0.0;
                for (var i = start; i < end; i++)
                {
                    sum += values[i] * parameters[columns[i]];
                }

                logits[row] += sum;
            }
            else
            {
                AddProduct(start, end, ref MemoryMarshal.GetReference(parameters), ref logits[row * stride], stride);
            }
        }
    }

    /// <summary>Adds the transposed product with residuals to a gradient.</summary>
    /// <param name="residuals"><c>[rows][stride]</c>.</param>
    /// <param name="gradient"><c>[kept][stride]</c>.</param>
    public void AddTransposed(ReadOnlySpan<double> residuals, Span<double> gradient, int stride)
    {
        for (var row = 0; row < starts.Length - 1; row++)
        {
            var (start, end) = (starts[row], starts[row + 1]);
            if (stride == 1)
            {
                var residual = residuals[row];
                for (var i = start; i < end; i++)
                {
                    gradient[columns[i]] += values[i] * residual;
                }
            }
            else
            {
                Scatter(start, end, ref Unsafe.AsRef(in residuals[row * stride]), ref MemoryMarshal.GetReference(gradient), stride);
            }
        }
    }

    private void AddProduct(int start, int end, ref double parameters, ref double logits, int stride)
    {
        nuint at = 0;
        for (; stride - (int)at >= 32; at += 32)
        {
            ref var target = ref Unsafe.Add(ref logits, at);
            var (sum0, sum1) = (Vector512.LoadUnsafe(ref target), Vector512.LoadUnsafe(ref target, 8));
            var (sum2, sum3) = (Vector512.LoadUnsafe(ref target, 16), Vector512.LoadUnsafe(ref target, 24));
            for (var i = start; i < end; i++)
            {
                var value = Vector512.Create(values[i]);
                ref var source = ref Unsafe.Add(ref parameters, ((nuint)columns[i] * (nuint)stride) + at);
                sum0 = Vector512.FusedMultiplyAdd(value, Vector512.LoadUnsafe(ref source), sum0);
                sum1 = Vector512.FusedMultiplyAdd(value, Vector512.LoadUnsafe(ref source, 8), sum1);
                sum2 = Vector512.FusedMultiplyAdd(value, Vector512.LoadUnsafe(ref source, 16), sum2);
                sum3 = Vector512.FusedMultiplyAdd(value, Vector512.LoadUnsafe(ref source, 24), sum3);
            }

            sum0.StoreUnsafe(ref target);
            sum1.StoreUnsafe(ref target, 8);
            sum2.StoreUnsafe(ref target, 16);
            sum3.StoreUnsafe(ref target, 24);
        }

        for (; stride - (int)at >= 8; at += 8)
        {
            ref var target = ref Unsafe.Add(ref logits, at);
            var sum = Vector512.LoadUnsafe(ref target);
            for (var i = start; i < end; i++)
            {
                sum = Vector512.FusedMultiplyAdd(
                    Vector512.Create(values[i]), Vector512.LoadUnsafe(ref parameters, ((nuint)columns[i] * (nuint)stride) + at), sum);
            }

            sum.StoreUnsafe(ref target);
        }

        if (stride - (int)at == 4)
        {
            ref var target = ref Unsafe.Add(ref logits, at);
            var sum = Vector256.LoadUnsafe(ref target);
            for (var i = start; i < end; i++)
            {
                sum = Vector256.FusedMultiplyAdd(
                    Vector256.Create(values[i]), Vector256.LoadUnsafe(ref parameters, ((nuint)columns[i] * (nuint)stride) + at), sum);
            }

            sum.StoreUnsafe(ref target);
        }
    }

    private void Scatter(int start, int end, ref double residual, ref double gradient, int stride)
    {
        nuint at = 0;
        for (; stride - (int)at >= 32; at += 32)
        {
            ref var source = ref Unsafe.Add(ref residual, at);
            var (part0, part1) = (Vector512.LoadUnsafe(ref source), Vector512.LoadUnsafe(ref source, 8));
            var (part2, part3) = (Vector512.LoadUnsafe(ref source, 16), Vector512.LoadUnsafe(ref source, 24));
            for (var i = start; i < end; i++)
            {
                var value = Vector512.Create(values[i]);
                ref var target = ref Unsafe.Add(ref gradient, ((nuint)columns[i] * (nuint)stride) + at);
                Vector512.FusedMultiplyAdd(value, part0, Vector512.LoadUnsafe(ref target)).StoreUnsafe(ref target);
                Vector512.FusedMultiplyAdd(value, part1, Vector512.LoadUnsafe(ref target, 8)).StoreUnsafe(ref target, 8);
                Vector512.FusedMultiplyAdd(value, part2, Vector512.LoadUnsafe(ref target, 16)).StoreUnsafe(ref target, 16);
                Vector512.FusedMultiplyAdd(value, part3, Vector512.LoadUnsafe(ref target, 24)).StoreUnsafe(ref target, 24);
            }
        }

        for (; stride - (int)at >= 8; at += 8)
        {
            var part = Vector512.LoadUnsafe(ref residual, at);
            for (var i = start; i < end; i++)
            {
                ref var target = ref Unsafe.Add(ref gradient, ((nuint)columns[i] * (nuint)stride) + at);
                Vector512.FusedMultiplyAdd(Vector512.Create(values[i]), part, Vector512.LoadUnsafe(ref target)).StoreUnsafe(ref target);
            }
        }

        if (stride - (int)at == 4)
        {
            var part = Vector256.LoadUnsafe(ref residual, at);
            for (var i = start; i < end; i++)
            {
                ref var target = ref Unsafe.Add(ref gradient, ((nuint)columns[i] * (nuint)stride) + at);
                Vector256.FusedMultiplyAdd(Vector256.Create(values[i]), part, Vector256.LoadUnsafe(ref target)).StoreUnsafe(ref target);
            }
        }
    }
}
