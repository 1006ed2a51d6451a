namespace TextOps.Learning.Matrices;

/// <summary>A dense matrix <c>[rows, columns]</c> of float32, row by row.</summary>
public sealed class DenseMatrix
{
    /// <summary>Makes a matrix of its values, which are not copied.</summary>
    /// <exception cref="ArgumentException">There are not rows * columns values.</exception>
    public DenseMatrix(int rows, int columns, float[] values)
    {
        if (values.Length != (long)rows * columns)
        {
            throw new ArgumentException($"{values.Length} values are not those of [{rows}, {columns}]", nameof(values));
        }

        (Rows, Columns, Values) = (rows, columns, values);
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>The values, row by row.</summary>
    public float[] Values { get; }

    /// <summary>One row.</summary>
    public Span<float> Row(int row) => Values.AsSpan(row * Columns, Columns);

    /// <summary>The given rows, in their order.</summary>
    public DenseMatrix TakeRows(ReadOnlySpan<int> rows)
    {
        var values = new float[(long)rows.Length * Columns];
        for (var row = 0; row < rows.Length; row++)
        {
            Row(rows[row]).CopyTo(values.AsSpan(row * Columns));
        }

        return new DenseMatrix(rows.Length, Columns, values);
    }

    /// <summary>Matrices of the same rows side by side.</summary>
    internal static DenseMatrix Beside(ReadOnlySpan<DenseMatrix> matrices)
    {
        var (rows, columns) = (matrices[0].Rows, 0);
        foreach (var matrix in matrices)
        {
            columns += matrix.Columns;
        }

        var values = new float[(long)rows * columns];
        var first = 0;
        foreach (var matrix in matrices)
        {
            for (var row = 0; row < rows; row++)
            {
                matrix.Row(row).CopyTo(values.AsSpan((row * columns) + first));
            }

            first += matrix.Columns;
        }

        return new DenseMatrix(rows, columns, values);
    }
}
