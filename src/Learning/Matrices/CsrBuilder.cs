namespace TextOps.Learning.Matrices;

/// <summary>Collects the rows of a <see cref="CsrMatrix"/>.</summary>
internal sealed class CsrBuilder(int rows, int expectedValues)
{
    private readonly int[] starts = new int[rows + 1];
    private int[] columns = new int[expectedValues];
    private double[] values = new double[expectedValues];
    private int count;

    /// <summary>Appends a row of so many values, which the caller fills in before the next one.</summary>
    public void AppendRow(int length, out Span<int> rowColumns, out Span<double> rowValues)
    {
        var start = starts[count];
        var end = checked(start + length);
        if (end > values.Length)
        {
            Array.Resize(ref columns, Math.Max(end, checked(values.Length * 2)));
            Array.Resize(ref values, columns.Length);
        }

        starts[++count] = end;
        rowColumns = columns.AsSpan(start, length);
        rowValues = values.AsSpan(start, length);
    }

    /// <summary>The matrix of all rows.</summary>
    public CsrMatrix Build(int columnCount)
    {
        Array.Resize(ref columns, starts[^1]);
        Array.Resize(ref values, starts[^1]);
        return new CsrMatrix(rows, columnCount, starts, columns, values);
    }
}
