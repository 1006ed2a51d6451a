using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Text;

namespace TextOps.Runner.Datasets;

/// <summary>How a dataset's file is read.</summary>
/// <param name="Rows">Any but <see cref="DatasetFormat.Auto"/>.</param>
/// <param name="Packed">Whether the file is gzip.</param>
internal readonly record struct DatasetFileFormat(DatasetFormat Rows, bool Packed)
{
    private const string KnownEndings = ".jsonl, .ndjson, .csv, .tsv or .txt, each with or without .gz";
    private const string FormatField = "spec.dataset.source.format";

    /// <summary>How a file is read, by what was asked for and by the ending of its name.</summary>
    /// <exception cref="InputException">The ending does not say, and nothing was asked for.</exception>
    public static DatasetFileFormat Of(string uri, DatasetFormat asked)
    {
        var packed = RowFormat.IsPacked(uri);
        return asked != DatasetFormat.Auto ? new(asked, packed)
            : ByEnding(uri) is { } rows ? new(rows, packed)
            : throw new InputException($"{uri}: the name does not end with {KnownEndings}; set {FormatField} to jsonl, csv or tsv, or rename the file");
    }

    /// <summary>The files at <paramref name="uri"/>, which stands in <paramref name="field"/>.</summary>
    public static SourcePattern Files(string uri, string field, DatasetFormat asked) => new()
    {
        Uri = uri,
        Field = field,
        FormatField = FormatField,
        Endings = asked switch
        {
            DatasetFormat.Jsonl => ".jsonl or .ndjson, each with or without .gz",
            DatasetFormat.Csv => ".csv, with or without .gz",
            DatasetFormat.Tsv => ".tsv or .txt, each with or without .gz",
            _ => KnownEndings,
        },
        Takes = path => ByEnding(path) is { } rows && (asked == DatasetFormat.Auto || rows == asked),
        Check = file => _ = Of(file, asked),
    };

    private static DatasetFormat? ByEnding(string uri)
    {
        var name = RowFormat.WithoutPacking(uri);
        var dot = name.LastIndexOf('.');
        return dot < 0 ? null : name[dot..].ToUpperInvariant() switch
        {
            ".JSONL" or ".NDJSON" => DatasetFormat.Jsonl,
            ".CSV" => DatasetFormat.Csv,
            ".TSV" or ".TXT" => DatasetFormat.Tsv,
            _ => null,
        };
    }
}
