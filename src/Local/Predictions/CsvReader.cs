using System.Text;
using TextOps.Local.Commands;

namespace TextOps.Local.Predictions;

/// <summary>Records of comma separated values (RFC 4180): cells may stand in quotes, a quote in them is doubled, and line ends in them belong to the cell.</summary>
internal sealed class CsvReader(TextReader reader, string file)
{
    // A quote that is never closed would take the whole file for one cell.
    private const int MaxRecord = 16 * 1024 * 1024;

    private long line;

    /// <summary>Line in which the record begins, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>The cells of the next record; null at the end. Blank lines are no records.</summary>
    /// <exception cref="UsageException">A quote is never closed.</exception>
    public async Task<IReadOnlyList<string>?> ReadAsync(CancellationToken cancellationToken)
    {
        string? text;
        do
        {
            text = await reader.ReadLineAsync(cancellationToken);
            Line = ++line;
        }
        while (text is { Length: 0 });

        if (text is null)
        {
            return null;
        }

        var cells = new List<string>();
        var cell = new StringBuilder();
        for (var (at, quoted) = (0, false); ; at++)
        {
            if (at == text.Length && quoted)
            {
                text = await reader.ReadLineAsync(cancellationToken);
                line++;
                if (text is null || cell.Length > MaxRecord)
                {
                    throw new UsageException($"{file}:{Line}: a quote that opens in this row is not closed; close it, and write \"\" for a quote inside quotes");
                }

                cell.Append('\n');
                at = -1;
            }
            else if (at == text.Length || (!quoted && text[at] == ','))
            {
                cells.Add(cell.ToString());
                cell.Clear();
                if (at == text.Length)
                {
                    return cells;
                }
            }
            else if (text[at] == '"' && quoted && at + 1 < text.Length && text[at + 1] == '"')
            {
                cell.Append(text[at++]);
            }
            else if (text[at] == '"' && (quoted || cell.Length == 0))
            {
                quoted = !quoted;
            }
            else
            {
                cell.Append(text[at]);
            }
        }
    }
}
