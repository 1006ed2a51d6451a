using TextOps.Artifacts.Registry;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Artifacts.Training;

/// <summary><c>prepared.json</c>: what trials learn from and models are judged by; it pins every file of the workspace that preparing wrote.</summary>
public sealed record PreparedDataset
{
    /// <summary>Always <c>textops.dev/v1alpha1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The object that the run works for.</summary>
    public required TaskOwner Owner { get; init; }

    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>What triggered the run.</summary>
    public required string Trigger { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Identity of data and settings.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>SHA-256 of ids, texts and labels of all rows in their splits.</summary>
    public required string DataFingerprint { get; init; }

    /// <summary>When it was prepared.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The dataset as the spec gives it.</summary>
    public required Dataset Dataset { get; init; }

    /// <summary>The version of embeddings that was read; null for files.</summary>
    public EmbeddingsVersion? Embeddings { get; init; }

    /// <summary>The files that were read, by URI, with their SHA-256.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>The blocks of features as the spec gives them.</summary>
    public required IReadOnlyList<FeatureBlock> Features { get; init; }

    /// <summary>The blocks as they were fitted, in the same order.</summary>
    public required IReadOnlyList<PreparedBlock> Blocks { get; init; }

    /// <summary>The labels, in the order of their numbers.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Rows of the splits: train, validation, test.</summary>
    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    /// <summary>Rows of the training split by label.</summary>
    public required IReadOnlyDictionary<string, long> TrainLabels { get; init; }

    /// <summary>Rows left out.</summary>
    public required long Rejected { get; init; }

    /// <summary>Seed of sampler and models.</summary>
    public required int Seed { get; init; }

    /// <summary>The files.</summary>
    public required IReadOnlyList<ModelFile> Files { get; init; }
}

/// <summary>A fitted block of features.</summary>
public sealed record PreparedBlock
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether its columns are sparse.</summary>
    public required bool Sparse { get; init; }

    /// <summary>Number of columns.</summary>
    public required int Columns { get; init; }
}

/// <summary><c>owner.json</c>, written first: whose workspace it is.</summary>
public sealed record WorkspaceOwner
{
    /// <summary>The object that the run works for.</summary>
    public required TaskOwner Owner { get; init; }

    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>When it was begun.</summary>
    public required DateTimeOffset Created { get; init; }
}

/// <summary><c>fitted.json</c>: the model that was fitted for good; it pins the files of the model's folder.</summary>
public sealed record FittedModel
{
    /// <summary>The trial that was fitted, with the facts and the seconds of this training; without a value.</summary>
    public required TrialRecord Trial { get; init; }

    /// <summary>Names of the blocks that it sees, in order.</summary>
    public required IReadOnlyList<string> Blocks { get; init; }

    /// <summary>Largest difference between the probabilities of trainer and ONNX graph over the test split.</summary>
    public required double LargestDifference { get; init; }

    /// <summary>The model's files; paths in the model's folder.</summary>
    public required IReadOnlyList<ModelFile> Files { get; init; }
}

/// <summary>A line of <c>test.jsonl</c>.</summary>
public sealed record TestRow
{
    /// <summary>Id of the row.</summary>
    public required string Id { get; init; }

    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    /// <summary>Its label.</summary>
    public required string Label { get; init; }

    /// <summary>Its numbers by field; without those it lacks.</summary>
    public IReadOnlyDictionary<string, double>? Numbers { get; init; }
}
