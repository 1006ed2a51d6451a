namespace TextOps.Kubernetes.Schema;

/// <summary>A field that a schema does not know.</summary>
/// <param name="Path">Where it is, for example <c>spec.shard</c>.</param>
/// <param name="Nearest">The known field beside it whose name is most alike, where one is near enough to be meant.</param>
public sealed record UnknownField(string Path, string? Nearest)
{
    /// <summary>In the API server's words, with the suggestion.</summary>
    public override string ToString() => Nearest is null ? $"unknown field \"{Path}\"" : $"unknown field \"{Path}\"; did you mean \"{Nearest}\"?";

    internal static UnknownField Create(string path, string name, IEnumerable<string> known)
    {
        // A third of the letters may be wrong: beyond that a suggestion puzzles more than it helps.
        var limit = name.Length < 3 ? 0 : Math.Max(1, name.Length / 3);
        var nearest = known.Select(candidate => (Candidate: candidate, Distance: Distance(name, candidate)))
            .Where(pair => pair.Distance <= limit)
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return new UnknownField(path, nearest.Candidate);
    }

    /// <summary>Edits (insert, delete, replace, swap of neighbours) between two names, whatever their case.</summary>
    private static int Distance(string from, string to)
    {
        var rows = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= to.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var same = Same(from[i - 1], to[j - 1]);
                var best = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(from[i - 1], to[j - 2]) && Same(from[i - 2], to[j - 1]))
                {
                    best = Math.Min(best, rows[i - 2, j - 2] + 1);
                }

                rows[i, j] = best;
            }
        }

        return rows[from.Length, to.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
