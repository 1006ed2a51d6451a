using System.Runtime.CompilerServices;
using System.Text.Unicode;
using TextOps.Artifacts.Embeddings;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Prepare.Contract;
using TextOps.Runner.Text;

namespace TextOps.Runner.Datasets;

/// <summary>Rows of a dataset's files, one after the other, in memory that does not depend on the files' size. Blank lines are no rows.</summary>
/// <param name="open">Opens an input from an offset on.</param>
/// <param name="advance">Told how many stored bytes were read.</param>
internal sealed class DatasetFileReader(DatasetFields fields, TextLimits limits, Func<string, long, CancellationToken, Task<Stream>> open, Action<long> advance)
{
    private const int ExcerptBytes = 1024;

    /// <summary>Reads a file.</summary>
    /// <param name="input">The file; what is read of it is compared with its pin.</param>
    /// <param name="path">Its path below the source, for ids.</param>
    /// <exception cref="InputException">It is damaged, has changed, or lacks a column; the message names file and column.</exception>
    public async IAsyncEnumerable<RawRow> ReadAsync(
        PinnedInput input, string path, DatasetFormat format, SplitName? given, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (rows, packed) = DatasetFileFormat.Of(input.Uri, format);
        await using var stored = new VerifiedStream(await open(input.Uri, 0, cancellationToken), input, advance);
        await using Stream content = packed ? new UnpackedStream(stored, input.Uri, input.Bytes, limits) : stored;
        using var lines = new LineReader(content, position: 0, limits);
        var read = rows switch
        {
            DatasetFormat.Jsonl => ReadJsonAsync(lines, input.Uri, path, cancellationToken),
            DatasetFormat.Csv => ReadCsvAsync(lines, input.Uri, path, cancellationToken),
            _ => ReadTsvAsync(lines, input.Uri, path, cancellationToken),
        };
        await foreach (var row in read)
        {
            yield return row with { Given = given };
        }
    }

    private async IAsyncEnumerable<RawRow> ReadJsonAsync(LineReader lines, string uri, string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parser = new JsonRowFields(fields);
        var any = false;
        for (var line = 1L; await lines.ReadAsync(cancellationToken); line++)
        {
            if (IsBlank(lines))
            {
                continue;
            }

            if (DefectOf(lines) is { } defect)
            {
                yield return Unreadable(uri, line, RowNames.Of(path, lines.LineOffset), defect, Excerpt(lines.Line));
                continue;
            }

            var (values, fault) = parser.Parse(lines.Line);
            any |= fault is null;
            yield return fault is null
                ? RowOf(uri, line, path, lines.LineOffset, values)
                : Unreadable(uri, line, RowNames.Of(path, lines.LineOffset), fault, Excerpt(lines.Line));
        }

        if (any && parser.Missing() is { } missing)
        {
            throw MissingField(uri, "field", missing.Field, missing.Found, "the fields of its rows");
        }
    }

    private async IAsyncEnumerable<RawRow> ReadCsvAsync(LineReader lines, string uri, string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var records = new CsvRecords(lines, uri, limits);
        if (!await records.ReadAsync(cancellationToken))
        {
            yield break;
        }

        var (columns, width) = (ColumnsOf(records, uri), records.Cells);
        while (await records.ReadAsync(cancellationToken))
        {
            var id = RowNames.Of(path, records.Offset);
            if (records.Defect is { } defect)
            {
                yield return Unreadable(uri, records.Line, id, defect, records.Excerpt());
            }
            else if (records.Cells != width)
            {
                yield return Unreadable(uri, records.Line, id, ContractReasons.InvalidCsv, $"{records.Cells} cells where the header has {width}");
            }
            else
            {
                yield return RowOf(uri, records.Line, path, records.Offset, [.. columns.Select(column => CellOf(records, column))]);
            }
        }
    }

    private async IAsyncEnumerable<RawRow> ReadTsvAsync(LineReader lines, string uri, string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var index = 0; index < fields.All.Count; index++)
        {
            if (index != fields.Text && index != fields.Label)
            {
                var field = fields.All[index];
                throw new InputException(
                    $"{uri} has no field '{field.Name}' ({field.Setting}): a line of a TSV file is a text, a tab and a label; leave {field.Setting} out, or store the rows as .jsonl or .csv");
            }
        }

        for (var line = 1L; await lines.ReadAsync(cancellationToken); line++)
        {
            if (!IsBlank(lines))
            {
                yield return DefectOf(lines) is { } defect
                    ? Unreadable(uri, line, RowNames.Of(path, lines.LineOffset), defect, Excerpt(lines.Line))
                    : RowOf(uri, line, path, lines.LineOffset, SplitAtTab(lines.Line));
            }
        }
    }

    private FieldValue[] SplitAtTab(ReadOnlySpan<byte> line)
    {
        // The last tab, because a text may hold some and a label does not.
        var tab = line.LastIndexOf((byte)'\t');
        var values = new FieldValue[fields.All.Count];
        values[fields.Label] = tab < 0 || tab == line.Length - 1 ? FieldValue.Missing : FieldValue.Of(Decode(line[(tab + 1)..]));
        values[fields.Text] = FieldValue.Of(Decode(tab < 0 ? line : line[..tab]));
        return values;
    }

    private int[] ColumnsOf(CsvRecords header, string uri)
    {
        if (header.Defect is { } defect)
        {
            throw new InputException(defect == RejectReasons.LineTooLong || defect == RejectReasons.InvalidUtf8
                ? $"{uri}, line {header.Line}: the row that names the columns is {(defect == RejectReasons.InvalidUtf8 ? "not UTF-8" : $"longer than {limits.LineBytes} bytes")}; mend the file"
                : $"{uri}, line {header.Line}: the row that names the columns is no CSV row of at most {CsvRecords.MaxColumns} columns; mend the file");
        }

        var names = Enumerable.Range(0, header.Cells).Select(cell => Decode(header.Cell(cell))).ToList();
        return [.. fields.All.Select(field =>
        {
            var column = names.IndexOf(field.Name);
            return column < 0 ? throw MissingField(uri, "column", field, names, "its columns")
                : names.LastIndexOf(field.Name) != column
                    ? throw new InputException($"{uri} has more than one column '{field.Name}' ({field.Setting}); give each column a name of its own")
                : column;
        })];
    }

    private static FieldValue CellOf(CsvRecords records, int column) => records.Cell(column) is { IsEmpty: false } cell ? FieldValue.Of(Decode(cell)) : FieldValue.Missing;

    private RawRow RowOf(string uri, long line, string path, long offset, IReadOnlyList<FieldValue> values) => new()
    {
        Input = uri,
        Line = line,
        Id = fields.Id >= 0 && values[fields.Id] is { Kind: FieldKind.Text or FieldKind.Number, Text: { Length: > 0 } id } ? RowNames.Cut(id) : RowNames.Of(path, offset),
        Values = values,
    };

    private static RawRow Unreadable(string uri, long line, string id, string defect, string value) =>
        new() { Input = uri, Line = line, Id = id, Defect = defect, DefectValue = value };

    private static InputException MissingField(string uri, string kind, DatasetField field, IReadOnlyCollection<string> found, string are)
    {
        const int Shown = 20;
        var names = string.Join(", ", found.Take(Shown).Select(name => $"'{Crds.Ellipsis.Cut(name, 64)}'"));
        var more = found.Count > Shown ? $" and {found.Count - Shown} more" : "";
        return new InputException($"{uri} has no {kind} '{field.Name}' ({field.Setting}); {are} are {names}{more}; correct {field.Setting}, or the file");
    }

    private static bool IsBlank(LineReader lines) => !lines.LineTooLong && lines.Line.IndexOfAnyExcept(" \t\r"u8) < 0;

    private static string? DefectOf(LineReader lines) =>
        lines.LineTooLong ? RejectReasons.LineTooLong : Utf8.IsValid(lines.Line) ? null : RejectReasons.InvalidUtf8;

    private static string Excerpt(ReadOnlySpan<byte> line) => Decode(line[..Math.Min(line.Length, ExcerptBytes)]);

    private static string Decode(ReadOnlySpan<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes);
}
