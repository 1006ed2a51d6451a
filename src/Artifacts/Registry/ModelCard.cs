using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Artifacts.Registry;

/// <summary>
/// <c>model.json</c>, the card of a version: what it is, what it was made of and what it reached. It is created last and lists every other file with its digest, so its own
/// digest pins the whole version.
/// </summary>
public sealed record ModelCard
{
    /// <summary>Always <c>textops.dev/v1alpha1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Name { get; init; }

    /// <summary>Number of the version.</summary>
    public required int Version { get; init; }

    /// <summary>What the model is for.</summary>
    public ModelTask Task { get; init; }

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The object that made it; <see cref="ModelImport.Owner"/> of one that was imported.</summary>
    public required TaskOwner Owner { get; init; }

    /// <summary>The run that made it.</summary>
    public required string RunId { get; init; }

    /// <summary>Identity of data and settings: equal fingerprints mean that training again would give the same. Of an imported model: identity of its files.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What the model takes and gives.</summary>
    public required ModelSignature Signature { get; init; }

    /// <summary>The candidate with every parameter fixed; null of a model that was not trained here.</summary>
    public Candidate? Candidate { get; init; }

    /// <summary>The blocks of features it sees; none of a model that was not trained here.</summary>
    public IReadOnlyList<FeatureBlock> Features { get; init; } = [];

    /// <summary>Where it comes from; null of a model that was not trained here.</summary>
    public ModelLineage? Lineage { get; init; }

    /// <summary>What it reached on the test split, or on the examples that an imported model was judged by; without metrics where it was not judged.</summary>
    public required ModelEvaluation Evaluation { get; init; }

    /// <summary>How its gates came out.</summary>
    public IReadOnlyList<GateStatus> Gates { get; init; } = [];

    /// <summary>Every other file of the version.</summary>
    public required IReadOnlyList<ModelFile> Files { get; init; }
}

/// <summary>What a model takes and gives: the contract of its requests.</summary>
public sealed record ModelSignature
{
    /// <summary>Name of the text field: of a classifier that of its dataset, of other models <c>text</c>.</summary>
    public required string TextField { get; init; }

    /// <summary>Numeric fields that it uses.</summary>
    public IReadOnlyList<NumericField> Fields { get; init; } = [];

    /// <summary>Numbers that it derives from the text itself.</summary>
    public IReadOnlyList<DerivedNumber> Derived { get; init; } = [];

    /// <summary>Labels, in the order of its probabilities; none where it is no classifier.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Length of the vectors of an embedding model; null of other models.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Longest input in tokens, special ones included; null where there is no such limit or it is not known.</summary>
    public int? MaxTokens { get; init; }
}

/// <summary>Where a model comes from.</summary>
public sealed record ModelLineage
{
    /// <summary>The dataset as the spec gives it.</summary>
    public required Dataset Dataset { get; init; }

    /// <summary>The version of embeddings that was read; null for files.</summary>
    public EmbeddingsVersion? Embeddings { get; init; }

    /// <summary>The files that were read, by URI, with their SHA-256.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>SHA-256 of ids, texts and labels of all rows in their splits.</summary>
    public required string DataFingerprint { get; init; }

    /// <summary>Rows of the splits: train, validation, test.</summary>
    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    /// <summary>Rows of the training split by label: the baseline for drift of labels.</summary>
    public required IReadOnlyDictionary<string, long> Labels { get; init; }

    /// <summary>Number of trials, and of those that failed.</summary>
    public required int Trials { get; init; }

    /// <summary>Number of trials that failed.</summary>
    public int FailedTrials { get; init; }

    /// <summary>Seed of sampler and models.</summary>
    public required int Seed { get; init; }

    /// <summary>Git commit of the runner.</summary>
    public required string CodeVersion { get; init; }
}

/// <summary>What a model reached on the test split, or on examples.</summary>
public sealed record ModelEvaluation
{
    /// <summary>The metric that trials were judged by; of an imported model the first of its task.</summary>
    public required string Objective { get; init; }

    /// <summary>Metrics by name, those of each class too; <c>MetricNames</c> has the names.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Bootstrap intervals by metric: [low, high].</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Intervals { get; init; } = new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal);

    /// <summary>Rows by true label (outer) and predicted label (inner), in the order of the signature's labels.</summary>
    public IReadOnlyList<IReadOnlyList<long>> ConfusionMatrix { get; init; } = [];

    /// <summary>The examples that an imported model was judged by; null of a test split, and where it was not judged.</summary>
    public EvaluationExamples? Examples { get; init; }
}

/// <summary>Examples that a model was judged by.</summary>
public sealed record EvaluationExamples
{
    /// <summary>Name of the file.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the file, as hex digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Number of examples.</summary>
    public required long Rows { get; init; }
}

/// <summary>A file of a version.</summary>
public sealed record ModelFile
{
    /// <summary>Path in the version's folder.</summary>
    public required string Path { get; init; }

    /// <summary>Size, in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256, as hex digits.</summary>
    public required string Sha256 { get; init; }
}
