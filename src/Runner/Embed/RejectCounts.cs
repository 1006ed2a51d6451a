using TextOps.Artifacts.Embeddings;

namespace TextOps.Runner.Embed;

/// <summary>Rejected rows by reason, in the order of reasons.</summary>
internal static class RejectCounts
{
    /// <summary>Counts of a part that is not written yet.</summary>
    public static IReadOnlyDictionary<string, long> Of(Part part)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var reject in part.Rejects)
        {
            counts[reject.Reject!] = counts.GetValueOrDefault(reject.Reject!) + 1;
        }

        return counts;
    }

    /// <summary>Counts of parts together.</summary>
    public static IReadOnlyDictionary<string, long> Of(IEnumerable<PartRecord> parts)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (reason, count) in parts.SelectMany(part => part.Rejected))
        {
            counts[reason] = counts.GetValueOrDefault(reason) + count;
        }

        return counts;
    }
}
