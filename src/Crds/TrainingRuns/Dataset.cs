using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.TrainingRuns;

/// <summary>Labelled texts: files, or a committed version of an EmbeddingJob.</summary>
public sealed record Dataset
{
    /// <summary>Files; with <c>split.method: given</c> and its URIs, those of the training split.</summary>
    public DatasetSource? Source { get; init; }

    /// <summary>A committed version of an EmbeddingJob of the same namespace: its chunks are the rows, its vectors can be features.</summary>
    public DatasetEmbeddings? Embeddings { get; init; }

    /// <summary>Whether a new version of <c>embeddings.job</c> starts a run.</summary>
    public bool Follow { get; init; }

    /// <summary>Field or column that holds the text; of an EmbeddingJob's version the chunk's text, whatever this says.</summary>
    [MinLength(1), MaxLength(256)]
    public string TextField { get; init; } = "text";

    /// <summary>Field or column that holds the label, a string or an integer; of an EmbeddingJob's version one of its <c>metadataFields</c>.</summary>
    [MinLength(1), MaxLength(256)]
    public string LabelField { get; init; } = "label";

    /// <summary>Field or column that holds the row's id; where absent, a row's id is <c>&lt;path below the source&gt;@&lt;offset of its first byte&gt;</c>.</summary>
    [MinLength(1), MaxLength(256)]
    public string? IdField { get; init; }

    /// <summary>Numeric fields or columns that features may use.</summary>
    [MaxItems(64), MapKeys("name")]
    public IReadOnlyList<NumericField>? Fields { get; init; }

    /// <summary>Which labels there are.</summary>
    public DatasetLabels Labels { get; init; } = new();

    /// <summary>What rows and classes must be like.</summary>
    public DatasetValidation Validation { get; init; } = new();

    /// <summary>How rows come to the training, validation and test splits.</summary>
    public DatasetSplit Split { get; init; } = new();

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<Dataset>> Rules { get; } =
    [
        new("has(self.source) != has(self.embeddings)", dataset => dataset.Source is null != dataset.Embeddings is null,
            "exactly one of source and embeddings must be given",
            (_, at) => $"exactly one of {at}source and {at}embeddings must be given"),
        new("!self.follow || has(self.embeddings)", dataset => !dataset.Follow || dataset.Embeddings is not null,
            "follow needs embeddings: only versions of an EmbeddingJob can be followed; set follow to false, or give schedule",
            (_, at) => $"{at}follow needs {at}embeddings: only versions of an EmbeddingJob can be followed; set it to false, or give spec.schedule"),
        new("!self.follow || !has(self.embeddings) || !has(self.embeddings.version)", dataset => !dataset.Follow || dataset.Embeddings?.Version is null,
            "follow and embeddings.version exclude each other; leave one out",
            (_, at) => $"{at}follow and {at}embeddings.version exclude each other; leave one out"),
    ];
}

/// <summary>Files of labelled texts.</summary>
public sealed record DatasetSource
{
    /// <summary>A file, a folder or a glob, as in an EmbeddingJob's <c>source.uri</c>; files that end in <c>.gz</c> are unpacked.</summary>
    [MinLength(1), MaxLength(2048), RegularExpression(Patterns.Uri)]
    public required string Uri { get; init; }

    /// <summary>How rows are read; <c>auto</c> goes by the file name's ending.</summary>
    public DatasetFormat Format { get; init; } = DatasetFormat.Auto;
}

/// <summary>How a dataset's rows are read. All are UTF-8.</summary>
public enum DatasetFormat
{
    /// <summary>By the file name: <c>.jsonl</c>, <c>.ndjson</c>, <c>.csv</c>, <c>.tsv</c>, <c>.txt</c>, all with or without <c>.gz</c>.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>One JSON object a line.</summary>
    [JsonStringEnumMemberName("jsonl")]
    Jsonl,

    /// <summary>Comma separated with quotes (RFC 4180); the first row names the columns.</summary>
    [JsonStringEnumMemberName("csv")]
    Csv,

    /// <summary>Text, a tab, the label: one row a line, no header, no quotes. Ids are by offset; there are no other fields.</summary>
    [JsonStringEnumMemberName("tsv")]
    Tsv,
}

/// <summary>A committed version of an EmbeddingJob.</summary>
public sealed record DatasetEmbeddings
{
    /// <summary>Name of the EmbeddingJob, in the same namespace.</summary>
    [MinLength(1), MaxLength(40)]
    public required string Job { get; init; }

    /// <summary>Number of the version; the last one committed when the run starts where absent.</summary>
    [Range(1, 1_000_000_000)]
    public int? Version { get; init; }
}

/// <summary>A numeric field of the rows.</summary>
public sealed record NumericField
{
    /// <summary>Name of the field or column.</summary>
    [MinLength(1), MaxLength(256)]
    public required string Name { get; init; }

    /// <summary>What its values are.</summary>
    public NumericType Type { get; init; } = NumericType.Float;

    /// <summary>Smallest value.</summary>
    [MaxLength(32), RegularExpression(Decimals.Signed)]
    public string? Minimum { get; init; }

    /// <summary>Largest value.</summary>
    [MaxLength(32), RegularExpression(Decimals.Signed)]
    public string? Maximum { get; init; }

    /// <summary>Whether rows may lack it; a feature takes the training split's median then.</summary>
    public bool Nullable { get; init; }
}

/// <summary>What the values of a numeric field are.</summary>
public enum NumericType
{
    /// <summary>Any finite number.</summary>
    [JsonStringEnumMemberName("float")]
    Float,

    /// <summary>Whole numbers.</summary>
    [JsonStringEnumMemberName("integer")]
    Integer,
}

/// <summary>Which labels there are. Integers count as their decimal digits.</summary>
public sealed record DatasetLabels
{
    /// <summary>The labels that are allowed, after <c>map</c>; any where absent.</summary>
    [MaxItems(1000), Set, ItemMaxLength(256)]
    public IReadOnlyList<string>? Allowed { get; init; }

    /// <summary>What labels of the data become, for example <c>{"1": negative, "5": positive}</c>; a label that is not named stays as it is.</summary>
    [MaxItems(1000), ItemMaxLength(256)]
    public IReadOnlyDictionary<string, string>? Map { get; init; }
}
