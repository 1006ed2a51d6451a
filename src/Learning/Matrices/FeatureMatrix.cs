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
}
