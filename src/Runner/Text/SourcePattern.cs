using TextOps.Crds.EmbeddingJobs;

namespace TextOps.Runner.Text;

/// <summary>What files are looked for, and how messages name the fields that say so.</summary>
internal sealed record SourcePattern
{
    /// <summary>A file, a folder or a glob.</summary>
    public required string Uri { get; init; }

    /// <summary>The field that holds <see cref="Uri"/>, for example <c>spec.source.uri</c>.</summary>
    public required string Field { get; init; }

    /// <summary>The field that says how rows are read.</summary>
    public required string FormatField { get; init; }

    /// <summary>Endings of names that a folder's files must have, for messages.</summary>
    public required string Endings { get; init; }

    /// <summary>Whether a file found in a folder is taken, by its path.</summary>
    public required Predicate<string> Takes { get; init; }

    /// <summary>Throws <see cref="InputException"/> where it is not known how a file is to be read, by its URI.</summary>
    public required Action<string> Check { get; init; }

    /// <summary>The files of an EmbeddingJob's source.</summary>
    public static SourcePattern Of(TextSource source) => new()
    {
        Uri = source.Uri,
        Field = "spec.source.uri",
        FormatField = "spec.source.format",
        Endings = source.Format switch
        {
            TextFormat.Jsonl => ".jsonl, .ndjson or .json, each with or without .gz",
            TextFormat.Text => ".txt or .text, each with or without .gz",
            _ => RowFormat.KnownEndings,
        },
        Takes = path => RowFormat.Takes(path, source.Format),
        Check = uri => _ = RowFormat.Of(uri, source.Format),
    };
}
