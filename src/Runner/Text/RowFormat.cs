using TextOps.Crds.EmbeddingJobs;

namespace TextOps.Runner.Text;

/// <summary>How an input's rows are read.</summary>
/// <param name="Rows"><see cref="TextFormat.Jsonl"/> or <see cref="TextFormat.Text"/>.</param>
/// <param name="Packed">Whether the input is gzip.</param>
internal readonly record struct RowFormat(TextFormat Rows, bool Packed)
{
    /// <summary>Endings that <see cref="TextFormat.Auto"/> knows, for messages.</summary>
    public const string KnownEndings = ".jsonl, .ndjson, .txt or .text, each with or without .gz";

    /// <summary>How an input is read, by what was asked for and by the ending of its name.</summary>
    /// <exception cref="InputException">The ending does not say, and nothing was asked for.</exception>
    public static RowFormat Of(string uri, TextFormat asked)
    {
        var (rows, packed) = ByEnding(uri);
        if (asked != TextFormat.Auto)
        {
            return new(asked, packed);
        }

        if (rows is { } known)
        {
            return new(known, packed);
        }

        throw new InputException(WithoutPacking(uri).EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? $"{uri}: a .json file may hold one value over many lines; store one object a line as .jsonl, or set spec.source.format to jsonl if it already does"
            : $"{uri}: the name does not end with {KnownEndings}; set spec.source.format to jsonl or text, or rename the file");
    }

    /// <summary>Whether a file found in a folder is taken: its name ends as files of the format do.</summary>
    public static bool Takes(string uri, TextFormat asked) => asked switch
    {
        TextFormat.Auto => ByEnding(uri).Rows is not null,
        TextFormat.Jsonl => ByEnding(uri).Rows == TextFormat.Jsonl || WithoutPacking(uri).EndsWith(".json", StringComparison.OrdinalIgnoreCase),
        _ => ByEnding(uri).Rows == asked,
    };

    /// <summary>Whether an input is gzip, by its name.</summary>
    public static bool IsPacked(string uri) => uri.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    private static (TextFormat? Rows, bool Packed) ByEnding(string uri)
    {
        var name = WithoutPacking(uri);
        var dot = name.LastIndexOf('.');
        TextFormat? rows = dot < 0 ? null : name[dot..].ToUpperInvariant() switch
        {
            ".JSONL" or ".NDJSON" => TextFormat.Jsonl,
            ".TXT" or ".TEXT" => TextFormat.Text,
            _ => null,
        };
        return (rows, IsPacked(uri));
    }

    /// <summary>A URI without the ending that says that it is packed.</summary>
    public static string WithoutPacking(string uri) => IsPacked(uri) ? uri[..^3] : uri;
}
