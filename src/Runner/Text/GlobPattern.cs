namespace TextOps.Runner.Text;

/// <summary>
/// A glob over paths joined by '/': <c>*</c> any characters of a segment, <c>?</c> one, <c>[a-z]</c> one of a set, <c>[!a-z]</c> one outside it, and the segment
/// <c>**</c> any number of folders. As in a shell, a wildcard does not stand for the dot of a hidden name.
/// </summary>
internal sealed class GlobPattern(string pattern)
{
    private readonly string[] segments = pattern.Split('/');

    /// <summary>Index of the first wildcard; negative where there is none.</summary>
    public static int FirstWildcard(string text) => text.AsSpan().IndexOfAny('*', '?', '[');

    /// <summary>Whether a relative path matches.</summary>
    public bool Matches(string path)
    {
        var names = path.Split('/');

        // Row by row: which prefixes of the path do the first segments of the pattern match? Never exponential, whatever the pattern.
        var matched = new bool[names.Length + 1];
        matched[0] = true;
        foreach (var segment in segments)
        {
            var next = new bool[names.Length + 1];
            if (segment == "**")
            {
                next[0] = matched[0];
                for (var count = 1; count <= names.Length; count++)
                {
                    next[count] = matched[count] || (next[count - 1] && !names[count - 1].StartsWith('.'));
                }
            }
            else
            {
                for (var count = 1; count <= names.Length; count++)
                {
                    next[count] = matched[count - 1] && MatchesName(segment, names[count - 1]);
                }
            }

            matched = next;
        }

        return matched[^1];
    }

    private static bool MatchesName(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (name.StartsWith(".") && !pattern.StartsWith("."))
        {
            return false;
        }

        // Greedy with one way back, to the last star: an earlier star never has to take more.
        var (p, n) = (0, 0);
        var (starPattern, starName) = (-1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (starPattern, starName) = (++p, n);
            }
            else if (p < pattern.Length && MatchesOne(pattern[p..], name[n..], out var patternLength, out var nameLength))
            {
                p += patternLength;
                n += nameLength;
            }
            else if (starPattern >= 0)
            {
                p = starPattern;
                n = ++starName;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }

    private static bool MatchesOne(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name, out int patternLength, out int nameLength)
    {
        System.Text.Rune.DecodeFromUtf16(name, out var rune, out nameLength);
        patternLength = 1;
        if (pattern[0] == '?')
        {
            return true;
        }

        if (pattern[0] == '[')
        {
            // A set is not empty, so a ']' at its beginning is one of its characters; without an end it is no set.
            var first = pattern.Length > 1 && pattern[1] is '!' or '^' ? 2 : 1;
            var close = pattern.Length > first + 1 ? pattern[(first + 1)..].IndexOf(']') : -1;
            if (close >= 0)
            {
                patternLength = first + close + 2;
                return InSet(pattern[first..(first + 1 + close)], rune) != (first == 2);
            }
        }

        nameLength = 1;
        return pattern[0] == name[0];
    }

    private static bool InSet(ReadOnlySpan<char> set, System.Text.Rune rune)
    {
        while (!set.IsEmpty)
        {
            System.Text.Rune.DecodeFromUtf16(set, out var first, out var length);
            set = set[length..];
            var last = first;
            if (set.Length > 1 && set[0] == '-')
            {
                System.Text.Rune.DecodeFromUtf16(set[1..], out last, out length);
                set = set[(length + 1)..];
            }

            if (rune >= first && rune <= last)
            {
                return true;
            }
        }

        return false;
    }
}
