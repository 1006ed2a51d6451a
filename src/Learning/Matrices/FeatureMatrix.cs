namespace TextOps.Learning.Matrices;

/// <summary>What a model sees of rows: sparse columns first (numbered from 0), then dense ones. At least one of the two is there.</summary>
public sealed record FeatureMatrix
{
    /// <summary>Sparse columns; null where there are none.</summary>
    public CsrMatrix? Sparse { get; init; }

    /// <summary>Dense columns; null where there are none.</summary>
    public DenseMatrix? Dense { get; init; }

    /// <summary>Number of rows.</summary>
    public int Rows => Sparse?.Rows ?? Dense?.Rows ?? 0;

    /// <summary>Number of sparse columns.</summary>
    public int SparseColumns => Sparse?.Columns ?? 0;

    /// <summary>Number of dense columns.</summary>
    public int DenseColumns => Dense?.Columns ?? 0;

    /// <summary>The given rows, in their order.</summary>
    public FeatureMatrix TakeRows(ReadOnlySpan<int> rows) => new() { Sparse = Sparse?.TakeRows(rows), Dense = Dense?.TakeRows(rows) };

    /// <summary>Matrices of the same rows side by side: all sparse columns in their order, then all dense ones.</summary>
    /// <exception cref="ArgumentException">They differ in rows, or there is none.</exception>
    public static FeatureMatrix Beside(IReadOnlyList<FeatureMatrix> matrices)
    {
        if (matrices.Count == 0 || matrices.Any(matrix => matrix.Rows != matrices[0].Rows))
        {
            throw new ArgumentException($"matrices of {string.Join(", ", matrices.Select(matrix => matrix.Rows))} rows do not fit side by side", nameof(matrices));
        }

        CsrMatrix[] sparse = [.. matrices.Select(matrix => matrix.Sparse).OfType<CsrMatrix>()];
        DenseMatrix[] dense = [.. matrices.Select(matrix => matrix.Dense).OfType<DenseMatrix>()];
        return new FeatureMatrix
        {
            Sparse = sparse.Length > 1 ? CsrMatrix.Beside(sparse) : sparse.FirstOrDefault(),
            Dense = dense.Length > 1 ? DenseMatrix.Beside(dense) : dense.FirstOrDefault(),
        };
    }
}
