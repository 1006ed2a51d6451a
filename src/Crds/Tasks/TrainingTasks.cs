using TextOps.Crds.TrainingRuns;

namespace TextOps.Crds.Tasks;

/// <summary>
/// Reads and checks the dataset, splits it, fits the features on the training split and writes all of it to the run's workspace; or finds that the last registered
/// version is up to date. <see cref="TaskDocument.Output"/> is the registry and the model's name.
/// </summary>
public sealed record PrepareTask : TaskDocument
{
    /// <inheritdoc/>
    public override string Kind { get; init; } = nameof(PrepareTask);

    /// <summary>What triggered the run.</summary>
    public required string Trigger { get; init; }

    /// <summary>The dataset.</summary>
    public required Dataset Dataset { get; init; }

    /// <summary>The version that <c>dataset.embeddings</c> means; null for files.</summary>
    public EmbeddingsVersion? Embeddings { get; init; }

    /// <summary>The blocks of features.</summary>
    public required IReadOnlyList<FeatureBlock> Features { get; init; }

    /// <summary>The candidates: part of the fingerprint, and what decides which blocks must be dense.</summary>
    public required IReadOnlyList<Candidate> Candidates { get; init; }

    /// <summary>The search: part of the fingerprint; folds need no validation split.</summary>
    public required TrainingSearch Search { get; init; }

    /// <summary>The evaluation: part of the fingerprint.</summary>
    public required Evaluation Evaluation { get; init; }

    /// <summary>Alias that the version which is up to date gets, where the alias names none; null for none.</summary>
    public string? Alias { get; init; }
}

/// <summary>A committed version of embeddings, with nothing left to look up.</summary>
public sealed record EmbeddingsVersion
{
    /// <summary>The store's URI.</summary>
    public required string Uri { get; init; }

    /// <summary>Name of the output below <c>embeddings/</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Number of the version.</summary>
    public required int Version { get; init; }
}

/// <summary>Runs trials on a prepared workspace, or fits the best candidate for good (<see cref="Fit"/>).</summary>
public sealed record TrainTask : TaskDocument
{
    /// <inheritdoc/>
    public override string Kind { get; init; } = nameof(TrainTask);

    /// <summary>The workspace: <see cref="PrepareResult.Workspace"/>.</summary>
    public required string Workspace { get; init; }

    /// <summary>The trials, in order; exactly one where <see cref="Fit"/> is true.</summary>
    public required IReadOnlyList<Trial> Trials { get; init; }

    /// <summary>What they are judged by.</summary>
    public required Objective Objective { get; init; }

    /// <summary>Seed of the models.</summary>
    public required int Seed { get; init; }

    /// <summary>
    /// True: train on the training and the validation split together and write the model to the workspace, to be evaluated. False: train on the training split, score on the
    /// validation split or by folds, and write a record of each trial.
    /// </summary>
    public bool Fit { get; init; }
}

/// <summary>A trial: a candidate with every parameter fixed.</summary>
public sealed record Trial
{
    /// <summary>Number in the run, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>The candidate, its family's parameters replaced by the sampled ones; without a search.</summary>
    public required Candidate Candidate { get; init; }

    /// <summary>The parameters that were sampled, as text; what people are shown.</summary>
    public IReadOnlyDictionary<string, string>? Parameters { get; init; }
}

/// <summary>Judges the fitted model on the test split, once; decides the gates; registers it where all hold.</summary>
public sealed record EvaluateTask : TaskDocument
{
    /// <inheritdoc/>
    public override string Kind { get; init; } = nameof(EvaluateTask);

    /// <summary>The workspace: <see cref="PrepareResult.Workspace"/>.</summary>
    public required string Workspace { get; init; }

    /// <summary>Number of the trial that was fitted.</summary>
    public required int Best { get; init; }

    /// <summary>What trials were judged by; shown first.</summary>
    public required Objective Objective { get; init; }

    /// <summary>Intervals and gates.</summary>
    public required Evaluation Evaluation { get; init; }

    /// <summary>Alias that a new version gets; none where absent.</summary>
    public string? Alias { get; init; }

    /// <summary>How many versions are kept; all where absent.</summary>
    public int? KeepVersions { get; init; }
}

/// <summary>What preparing found.</summary>
public sealed record PrepareResult
{
    /// <summary>True: the last registered version already has this data and these settings; nothing is to be done.</summary>
    public required bool UpToDate { get; init; }

    /// <summary>Folder of the workspace, a key from the store's root without a '/' at its end; also where the contract's report lies.</summary>
    public required string Workspace { get; init; }

    /// <summary>URI of the contract's report.</summary>
    public required string Report { get; init; }

    /// <summary>Rows that keep the contract.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows left out.</summary>
    public required long Rejected { get; init; }

    /// <summary>Rows of the training split.</summary>
    public required long Train { get; init; }

    /// <summary>Rows of the validation split.</summary>
    public required long Validation { get; init; }

    /// <summary>Rows of the test split.</summary>
    public required long Test { get; init; }

    /// <summary>Number of labels.</summary>
    public required int Labels { get; init; }

    /// <summary>Number of columns of all blocks together.</summary>
    public required int Columns { get; init; }

    /// <summary>Of a version that is up to date: its number, URI and digest, and what it reached.</summary>
    public RegisteredVersion? Version { get; init; }
}

/// <summary>A registered version.</summary>
public sealed record RegisteredVersion
{
    /// <summary>Number of the version.</summary>
    public required int Version { get; init; }

    /// <summary>URI of its folder.</summary>
    public required string Output { get; init; }

    /// <summary><c>sha256:</c> and the hex digits of its card.</summary>
    public required string Digest { get; init; }

    /// <summary>Name of the candidate.</summary>
    public required string Candidate { get; init; }

    /// <summary>Value of the objective's metric on the test split.</summary>
    public double? Value { get; init; }
}

/// <summary>What trials came to.</summary>
public sealed record TrainResult
{
    /// <summary>One for each trial of the task, in its order.</summary>
    public required IReadOnlyList<TrialResult> Trials { get; init; }

    /// <summary>Of a task that fits: size of the model's files, in bytes.</summary>
    public long? ModelBytes { get; init; }
}

/// <summary>What a trial came to; short names, because 32 of them must fit into a result.</summary>
public sealed record TrialResult
{
    /// <summary>Number of the trial.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("n")]
    public required int Number { get; init; }

    /// <summary>Value of the objective; null where the trial failed.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("v")]
    public double? Value { get; init; }

    /// <summary>Seconds it took.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("s")]
    public double Seconds { get; init; }

    /// <summary>Why it failed, in at most 80 bytes.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("e")]
    public string? Error { get; init; }
}

/// <summary>What the evaluation came to.</summary>
public sealed record EvaluateResult
{
    /// <summary>Value of the objective's metric on the test split.</summary>
    public double? Value { get; init; }

    /// <summary>Accuracy on the test split.</summary>
    public double? Accuracy { get; init; }

    /// <summary>How each gate came out.</summary>
    public required IReadOnlyList<GateStatus> Gates { get; init; }

    /// <summary>The version; null where a gate does not hold.</summary>
    public RegisteredVersion? Version { get; init; }

    /// <summary>URI of the report that people read.</summary>
    public required string Report { get; init; }
}
