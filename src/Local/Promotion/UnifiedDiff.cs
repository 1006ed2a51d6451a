using System.Text;

namespace TextOps.Local.Promotion;

/// <summary>The difference between two texts as <c>diff -u</c> shows it and <c>git apply</c> takes it. Meant for one small change: all of it is one hunk.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>The difference; empty where there is none.</summary>
    /// <param name="file">Name of the file, shown with <c>a/</c> and <c>b/</c> before it.</param>
    public static string Of(string before, string after, string file)
    {
        var (old, @new) = (Lines(before), Lines(after));
        var head = 0;
        while (head < Math.Min(old.Count, @new.Count) && old[head] == @new[head])
        {
            head++;
        }

        if (head == old.Count && head == @new.Count)
        {
            return "";
        }

        var tail = 0;
        while (tail < Math.Min(old.Count, @new.Count) - head && old[^(tail + 1)] == @new[^(tail + 1)])
        {
            tail++;
        }

        var (first, last) = (Math.Max(0, head - Context), Math.Min(tail, Context));
        var text = new StringBuilder($"--- a/{file}\n+++ b/{file}\n@@ -{Range(first, old.Count - tail + last)} +{Range(first, @new.Count - tail + last)} @@\n");
        Append(text, ' ', old[first..head]);
        Middle(text, old[head..(old.Count - tail)], @new[head..(@new.Count - tail)]);
        Append(text, ' ', old[(old.Count - tail)..(old.Count - tail + last)]);
        return text.ToString();
    }

    // The lines between the first and the last change, by their longest common subsequence.
    private static void Middle(StringBuilder text, List<string> old, List<string> @new)
    {
        var common = new int[old.Count + 1, @new.Count + 1];
        for (var left = old.Count - 1; left >= 0; left--)
        {
            for (var right = @new.Count - 1; right >= 0; right--)
            {
                common[left, right] = old[left] == @new[right] ? common[left + 1, right + 1] + 1 : Math.Max(common[left + 1, right], common[left, right + 1]);
            }
        }

        var (at, to) = (0, 0);
        while (at < old.Count || to < @new.Count)
        {
            if (at < old.Count && to < @new.Count && old[at] == @new[to])
            {
                Append(text, ' ', [old[at++]]);
                to++;
            }
            else if (at < old.Count && (to == @new.Count || common[at + 1, to] >= common[at, to + 1]))
            {
                Append(text, '-', [old[at++]]);
            }
            else
            {
                Append(text, '+', [@new[to++]]);
            }
        }
    }

    private static string Range(int first, int end) => end - first == 1 ? $"{first + 1}" : $"{(end == first ? first : first + 1)},{end - first}";

    private static void Append(StringBuilder text, char sign, List<string> lines)
    {
        foreach (var line in lines)
        {
            text.Append(sign).Append(line).Append(line.EndsWith('\n') ? "" : "\n\\ No newline at end of file\n");
        }
    }

    // Each with its line feed, so that a last line without one is another line.
    private static List<string> Lines(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..end]);
            at = end;
        }

        return lines;
    }
}
