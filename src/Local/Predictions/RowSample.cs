namespace TextOps.Local.Predictions;

/// <summary>Some rows of a file, each as likely as any other, the same at each call and in the order of the file.</summary>
internal static class RowSample
{
    /// <summary>At most <paramref name="count"/> of <paramref name="rows"/>, in memory that does not depend on how many there are (Vitter's algorithm R).</summary>
    public static async Task<IReadOnlyList<TextRow>> TakeAsync(IAsyncEnumerable<TextRow> rows, int count, CancellationToken cancellationToken)
    {
        var random = new Random(count);
        var kept = new List<(long Index, TextRow Row)>();
        var seen = 0L;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            if (kept.Count < count)
            {
                kept.Add((seen, row));
            }
            else if (random.NextInt64(seen + 1) is var place && place < count)
            {
                kept[(int)place] = (seen, row);
            }

            seen++;
        }

        return [.. kept.OrderBy(one => one.Index).Select(one => one.Row)];
    }
}
