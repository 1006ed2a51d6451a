namespace TextOps.Learning.Matrices;

/// <summary>A sparse matrix <c>[rows, columns]</c> in compressed rows (as scipy.sparse.csr_matrix): column numbers of a row rise and do not repeat.</summary>
public sealed class CsrMatrix
{
    /// <summary>Makes a matrix of its three arrays, which are not copied.</summary>
    /// <exception cref="ArgumentException">They do not fit together.</exception>
    public CsrMatrix(int rows, int columns, int[] rowStarts, int[] columnIndices, double[] values)
    {
        if (rowStarts.Length != rows + 1 || rowStarts[0] != 0 || rowStarts[rows] != columnIndices.Length || columnIndices.Length != values.Length)
        {
            throw new ArgumentException($"row starts ({rowStarts.Length}), columns ({columnIndices.Length}) and values ({values.Length}) are not those of {rows} rows", nameof(rowStarts));
        }

        (Rows, Columns, RowStarts, ColumnIndices, Values) = (rows, columns, rowStarts, columnIndices, values);
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Where each row starts in the other arrays; one more than rows.</summary>
    public int[] RowStarts { get; }

    /// <summary>Column of each value.</summary>
    public int[] ColumnIndices { get; }

    /// <summary>The values that are not zero.</summary>
    public double[] Values { get; }

    /// <summary>The given rows, in their order.</summary>
    public CsrMatrix TakeRows(ReadOnlySpan<int> rows)
    {
        var starts = new int[rows.Length + 1];
        for (var row = 0; row < rows.Length; row++)
        {
            starts[row + 1] = starts[row] + RowStarts[rows[row] + 1] - RowStarts[rows[row]];
        }

        var (columns, values) = (new int[starts[^1]], new double[starts[^1]]);
        for (var row = 0; row < rows.Length; row++)
        {
            var (from, length) = (RowStarts[rows[row]], starts[row + 1] - starts[row]);
            ColumnIndices.AsSpan(from, length).CopyTo(columns.AsSpan(starts[row]));
            Values.AsSpan(from, length).CopyTo(values.AsSpan(starts[row]));
        }

        return new CsrMatrix(rows.Length, Columns, starts, columns, values);
    }
}
