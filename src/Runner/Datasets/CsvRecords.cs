using System.Buffers;
using System.Text.Unicode;
using TextOps.Runner.Text;

namespace TextOps.Runner.Datasets;

/// <summary>
/// Records of comma separated values (RFC 4180): cells may stand in quotes, a quote in them is doubled, and line ends in them belong to the cell. Blank lines are no
/// records. A record is never longer than the longest line allowed. Not for more than one thread at a time.
/// </summary>
/// <param name="lines">Lines of the file, from its beginning.</param>
/// <param name="uri">The file, for messages.</param>
internal sealed class CsvRecords(LineReader lines, string uri, TextLimits limits)
{
    /// <summary>Most columns.</summary>
    public const int MaxColumns = 4096;

    private readonly ArrayBufferWriter<byte> content = new();
    private readonly List<int> ends = [];
    private long lineNumber;
    private State state;

    private enum State
    {
        CellStart,
        Plain,
        Quoted,
        AfterQuote,
    }

    /// <summary>Line in which the record begins, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Offset of its first byte.</summary>
    public long Offset { get; private set; }

    /// <summary>Number of cells.</summary>
    public int Cells => ends.Count;

    /// <summary>Why the record cannot be read; null where it can.</summary>
    public string? Defect { get; private set; }

    /// <summary>Goes to the next record; false at the end.</summary>
    /// <exception cref="InputException">A quote is never closed.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        do
        {
            if (!await lines.ReadAsync(cancellationToken))
            {
                return false;
            }

            lineNumber++;
        }
        while (!lines.LineTooLong && lines.Line.IsEmpty);

        (Line, Offset, Defect, state) = (lineNumber, lines.LineOffset, null, State.CellStart);
        content.ResetWrittenCount();
        ends.Clear();
        if (lines.LineTooLong)
        {
            Defect = RejectReasons.LineTooLong;
            return true;
        }

        Take(lines.Line);
        while (state == State.Quoted)
        {
            Append(lines.Ending);
            var more = await lines.ReadAsync(cancellationToken);
            lineNumber++;
            if (!more || lines.LineTooLong || content.WrittenCount + lines.Line.Length > limits.LineBytes)
            {
                throw new InputException(
                    $"{uri}, line {Line}: a quote that opens in this row is not closed {(more ? $"within {limits.LineBytes} bytes" : "before the file ends")}; "
                    + "close it, and write \"\" for a quote inside quotes");
            }

            Take(lines.Line);
        }

        EndCell();
        Defect ??= Utf8.IsValid(content.WrittenSpan) ? null : RejectReasons.InvalidUtf8;
        return true;
    }

    /// <summary>The bytes of a cell.</summary>
    public ReadOnlySpan<byte> Cell(int index) => content.WrittenSpan[(index == 0 ? 0 : ends[index - 1])..ends[index]];

    /// <summary>The record's cells one after the other, for messages.</summary>
    public string Excerpt() => System.Text.Encoding.UTF8.GetString(content.WrittenSpan[..Math.Min(content.WrittenCount, 1024)]);

    private void Take(ReadOnlySpan<byte> line)
    {
        while (!line.IsEmpty)
        {
            var plain = state == State.Quoted ? line.IndexOf((byte)'"') : line.IndexOfAny((byte)'"', (byte)',');
            if (plain != 0)
            {
                plain = plain < 0 ? line.Length : plain;
                if (state == State.AfterQuote)
                {
                    Defect ??= Prepare.Contract.ContractReasons.InvalidCsv;
                }

                Append(line[..plain]);
                state = state == State.Quoted ? State.Quoted : State.Plain;
                line = line[plain..];
                continue;
            }

            TakeMark(line[0]);
            line = line[1..];
        }
    }

    private void TakeMark(byte mark)
    {
        switch (state)
        {
            case State.Quoted:
                state = State.AfterQuote;
                break;
            case State.CellStart when mark == '"':
                state = State.Quoted;
                break;
            case State.AfterQuote when mark == '"':
                Append("\""u8);
                state = State.Quoted;
                break;
            case State.Plain when mark == '"':
                // A quote in the middle of a cell without quotes stands for itself, as in Python's reader and spreadsheets.
                Append("\""u8);
                break;
            default:
                EndCell();
                state = State.CellStart;
                break;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes) => content.Write(bytes);

    private void EndCell()
    {
        if (ends.Count < MaxColumns)
        {
            ends.Add(content.WrittenCount);
        }
        else
        {
            Defect ??= Prepare.Contract.ContractReasons.InvalidCsv;
        }
    }
}
