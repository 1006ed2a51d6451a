using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using TextOps.Local.Commands;
using TextOps.Local.Display;

namespace TextOps.Local.Predictions;

/// <summary>Texts of a file: JSON Lines (<c>.jsonl</c>, <c>.ndjson</c>), CSV with names of columns (<c>.csv</c>), or a text a line (anything else). Of standard input, which has no name, the first line says what it is.</summary>
/// <param name="path">The file; <c>-</c> for standard input.</param>
/// <param name="contract">What the model takes.</param>
/// <param name="labelField">The field that holds what is right; null for none.</param>
internal sealed class TextFile(string path, ServedContract contract, string? labelField)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Rows so far that were left out because they have no text.</summary>
    public long Empty { get; private set; }

    private string Name => path == "-" ? "standard input" : path;

    /// <summary>The rows, one after the other. Blank lines are no rows, and rows with an empty text are left out, as a TrainingRun leaves them out.</summary>
    /// <exception cref="UsageException">The file cannot be read, or a row of it is no row.</exception>
    public async IAsyncEnumerable<TextRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = Open();
        var rows = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".JSONL" or ".NDJSON" => ReadJsonAsync(reader, cancellationToken),
            ".CSV" => ReadCsvAsync(reader, cancellationToken),
            _ when path == "-" && reader.Peek() == '{' => ReadJsonAsync(reader, cancellationToken),
            _ => ReadLinesAsync(reader, cancellationToken),
        };
        await using var each = rows.GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(each))
        {
            if (string.IsNullOrWhiteSpace(each.Current.Text))
            {
                Empty++;
                continue;
            }

            yield return each.Current;
        }
    }

    private StreamReader Open()
    {
        try
        {
            return new StreamReader(path == "-" ? Console.OpenStandardInput() : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16), StrictUtf8);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {exception.Message}");
        }
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<TextRow> rows)
    {
        try
        {
            return await rows.MoveNextAsync();
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"{Name} is not valid UTF-8; save it as UTF-8");
        }
    }

    private async IAsyncEnumerable<TextRow> ReadLinesAsync(TextReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (labelField is not null)
        {
            throw new UsageException($"{Name} has a text a line and so no field '{Printable.OneLine(labelField, 100)}'; leave --label-field out, or store the rows as .jsonl or .csv");
        }

        for (var line = 1L; await reader.ReadLineAsync(cancellationToken) is { } text; line++)
        {
            if (text.Length > 0)
            {
                yield return new TextRow(text, new Dictionary<string, double>(StringComparer.Ordinal), Label: null, $"{Name}:{line}");
            }
        }
    }

    private async IAsyncEnumerable<TextRow> ReadJsonAsync(TextReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var line = 1L; await reader.ReadLineAsync(cancellationToken) is { } text; line++)
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return OfJson(text, $"{Name}:{line}");
            }
        }
    }

    private TextRow OfJson(string line, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new UsageException($"{place}: the line is no JSON object; write one a line, for example {{\"{contract.TextField}\": \"…\"}}");
            }

            var fields = document.RootElement;
            var text = TextFields().Select(name => Value(fields, name)).FirstOrDefault(value => value is { ValueKind: JsonValueKind.String })
                ?? throw NoText(place, fields.EnumerateObject().Select(field => field.Name));
            return new TextRow(text.GetString()!, Numbers(name => Value(fields, name) is { ValueKind: JsonValueKind.Number or JsonValueKind.String } value ? value.ToString() : null, place), LabelOf(fields), place);
        }
        catch (JsonException exception)
        {
            throw new UsageException($"{place}: the line is not JSON: {Printable.OneLine(exception.Message, 300)}");
        }
    }

    private string? LabelOf(JsonElement fields) =>
        labelField is not null && Value(fields, labelField) is { ValueKind: JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } label ? label.ToString() : null;

    private async IAsyncEnumerable<TextRow> ReadCsvAsync(TextReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var records = new CsvReader(reader, Name);
        if (await records.ReadAsync(cancellationToken) is not { } columns)
        {
            yield break;
        }

        var names = columns.ToList();
        var text = TextFields().Select(name => names.IndexOf(name)).Where(column => column >= 0).DefaultIfEmpty(-1).First();
        if (text < 0)
        {
            throw NoText($"{Name}:{records.Line}", names);
        }

        var label = labelField is null ? -1 : names.IndexOf(labelField);
        if (labelField is not null && label < 0)
        {
            throw new UsageException($"{Name} has no column '{Printable.OneLine(labelField, 100)}' (--label-field); its columns are {Listed(names)}");
        }

        while (await records.ReadAsync(cancellationToken) is { } cells)
        {
            var place = $"{Name}:{records.Line}";
            if (cells.Count != names.Count)
            {
                throw new UsageException($"{place}: the row has {cells.Count} cells where the first row has {names.Count}; mend it");
            }

            yield return new TextRow(
                cells[text], Numbers(name => names.IndexOf(name) is >= 0 and var column && cells[column].Length > 0 ? cells[column] : null, place),
                label >= 0 && cells[label].Length > 0 ? cells[label] : null, place);
        }
    }

    // What the model calls the text comes before the name that every model understands.
    private string[] TextFields() => contract.TextField == "text" ? ["text"] : [contract.TextField, "text"];

    private Dictionary<string, double> Numbers(Func<string, string?> find, string place)
    {
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var field in contract.Fields)
        {
            if (find(field.Name) is { } text)
            {
                numbers[field.Name] = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                    ? number
                    : throw new UsageException($"{place}: {Printable.OneLine(field.Name, 100)} is '{Printable.OneLine(text, 60)}'; the model takes a number there, or nothing");
            }
        }

        return numbers;
    }

    private UsageException NoText(string place, IEnumerable<string> found) =>
        new($"{place}: there is no field '{contract.TextField}' with a text, as the model calls it{(contract.TextField == "text" ? "" : ", and no 'text'")}; there is {Listed(found)}");

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Take(20).Select(name => $"'{Printable.OneLine(name, 64)}'"));

    private static JsonElement? Value(JsonElement fields, string name) => fields.TryGetProperty(name, out var value) ? value : null;
}
