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

    /// <summary>Matrices of the same rows side by side.</summary>
    internal static CsrMatrix Beside(ReadOnlySpan<CsrMatrix> matrices)
    {
        var (rows, total, columnCount) = (matrices[0].Rows, 0, 0);
        foreach (var matrix in matrices)
        {
            columnCount += matrix.Columns;
            total = checked(total + matrix.Values.Length);
        }

        var (starts, columns, values) = (new int[rows + 1], new int[total], new double[total]);
        var at = 0;
        for (var row = 0; row < rows; row++)
        {
            var first = 0;
            foreach (var matrix in matrices)
            {
                for (var i = matrix.RowStarts[row]; i < matrix.RowStarts[row + 1]; i++, at++)
                {
                    (columns[at], values[at]) = (first + matrix.ColumnIndices[i], matrix.Values[i]);
                }

                first += matrix.Columns;
            }

            starts[row + 1] = at;
        }

        return new CsrMatrix(rows, columnCount, starts, columns, values);
    }
}
