namespace TextOps.Tests;

/// <summary>Reads the data sets that are CSV files.</summary>
internal static class Csv
{
    /// <summary>The columns of a CSV line (RFC 4180, no line breaks inside quotes).</summary>
    public static List<string> Columns(string line)
    {
        List<string> columns = [""];
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                columns[^1] += '"';
                i++;
            }
            else if (line[i] == '"')
            {
                quoted = !quoted;
            }
            else if (line[i] == ',' && !quoted)
            {
                columns.Add("");
            }
            else
            {
                columns[^1] += line[i];
            }
        }

        return columns;
    }
}
