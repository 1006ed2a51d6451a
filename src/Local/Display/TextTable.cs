using System.Text;

namespace TextOps.Local.Display;

/// <summary>Rows of cells with their columns in line, as kubectl prints them: three spaces apart.</summary>
internal static class TextTable
{
    /// <summary>The rows as lines; all have as many cells as the first.</summary>
    /// <param name="indent">What each line starts with.</param>
    public static string Align(IReadOnlyList<IReadOnlyList<string>> rows, string indent = "")
    {
        if (rows.Count == 0)
        {
            return "";
        }

        var widths = Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            var line = string.Concat(row.Select((cell, column) => cell.PadRight(widths[column] + 3)));
            text.Append(indent).Append(line.TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
