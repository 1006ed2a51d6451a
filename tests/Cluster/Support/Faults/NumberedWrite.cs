namespace TextOps.Cluster.Tests.Support.Faults;

/// <summary>A write, and which of those that look alike.</summary>
/// <param name="Write">The write.</param>
/// <param name="Number">From 1.</param>
internal sealed record NumberedWrite(Write Write, int Number)
{
    /// <summary>Numbers the writes of a run.</summary>
    public static IReadOnlyList<NumberedWrite> Of(IEnumerable<Write> writes)
    {
        var seen = new Dictionary<Write, int>();
        return [.. writes.Select(write => new NumberedWrite(write, seen[write] = seen.GetValueOrDefault(write) + 1))];
    }

    /// <inheritdoc/>
    public override string ToString() => Number == 1 ? $"{Write}" : $"{Write} ({Number})";
}
