using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TextOps.Crds.Schema;

namespace TextOps.Crds.EmbeddingJobs;

/// <summary>Where texts are read from: one file, a folder or a glob; files that end in <c>.gz</c> are unpacked.</summary>
public sealed record TextSource
{
    /// <summary>
    /// <c>file:///folder/file.jsonl</c>, <c>file:///folder/</c> or a glob such as <c>file:///data/**/*.jsonl.gz</c>; <c>file://./x</c> is relative to the
    /// runner's working directory.
    /// </summary>
    [MinLength(1), MaxLength(2048), RegularExpression(Patterns.Uri)]
    public required string Uri { get; init; }

    /// <summary>How rows are read; <c>auto</c> goes by the file name's ending.</summary>
    public TextFormat Format { get; init; } = TextFormat.Auto;

    /// <summary>JSON field that holds the text.</summary>
    [MinLength(1), MaxLength(256)]
    public string TextField { get; init; } = "text";

    /// <summary>JSON field that holds the row's id; where absent, a row's id is <c>&lt;path below the source&gt;@&lt;offset of its first byte&gt;</c>.</summary>
    [MinLength(1), MaxLength(256)]
    public string? IdField { get; init; }

    /// <summary>JSON fields that are copied to each chunk.</summary>
    [MaxItems(32), Set, ItemMaxLength(256)]
    public IReadOnlyList<string>? MetadataFields { get; init; }
}

/// <summary>How a source's rows are read.</summary>
public enum TextFormat
{
    /// <summary>By the file name: <c>.jsonl</c> and <c>.ndjson</c> are jsonl, <c>.txt</c> is text, all with or without <c>.gz</c>.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>One JSON object a line.</summary>
    [JsonStringEnumMemberName("jsonl")]
    Jsonl,

    /// <summary>One text a line.</summary>
    [JsonStringEnumMemberName("text")]
    Text,
}
