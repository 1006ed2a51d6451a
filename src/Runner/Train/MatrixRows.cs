using TextOps.Learning.Matrices;

namespace TextOps.Runner.Train;

/// <summary>Rows of one matrix above those of another with the same columns.</summary>
internal static class MatrixRows
{
    /// <summary>The rows of both.</summary>
    public static FeatureMatrix Above(FeatureMatrix first, FeatureMatrix second) => new()
    {
        Sparse = first.Sparse is { } sparse ? Above(sparse, second.Sparse!) : null,
        Dense = first.Dense is { } dense ? new DenseMatrix(dense.Rows + second.Dense!.Rows, dense.Columns, [.. dense.Values, .. second.Dense.Values]) : null,
    };

    private static CsrMatrix Above(CsrMatrix first, CsrMatrix second) => new(
        first.Rows + second.Rows,
        first.Columns,
        [.. first.RowStarts, .. second.RowStarts.Skip(1).Select(start => start + first.Values.Length)],
        [.. first.ColumnIndices, .. second.ColumnIndices],
        [.. first.Values, .. second.Values]);
}
