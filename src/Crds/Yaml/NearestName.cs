namespace TextOps.Crds.Yaml;

/// <summary>Finds the name that somebody meant who wrote another.</summary>
public static class NearestName
{
    /// <summary>
    /// The name with the fewest changes (a letter more, less, replaced, or two swapped; case is ignored) from <paramref name="written"/>, the first of equals; null where
    /// none is near: more than a third of the letters would change.
    /// </summary>
    public static string? Of(string written, IEnumerable<string> names)
    {
        var (nearest, changes) = names
            .Select(name => (Name: name, Changes: Changes(written.ToUpperInvariant(), name.ToUpperInvariant())))
            .DefaultIfEmpty((Name: "", Changes: int.MaxValue))
            .MinBy(candidate => candidate.Changes);
        return changes <= Math.Max(1, (Math.Max(written.Length, nearest.Length) + 1) / 3) ? nearest : null;
    }

    // Optimal string alignment distance: Damerau 1964, Levenshtein 1966.
    private static int Changes(string from, string to)
    {
        // A name this long is no slip of the finger, and the table below would grow with the square.
        if (from.Length > 128 || to.Length > 128)
        {
            return int.MaxValue;
        }

        var table = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                var replaced = table[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(replaced, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
                }
            }
        }

        return table[from.Length, to.Length];
    }
}
