using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;
using TextOps.Operator.TrainingRuns.Search;

namespace TextOps.Operator.TrainingRuns;

/// <summary>All that the decision about a TrainingRun rests on, seen at one moment.</summary>
public sealed record TrainingRunSnapshot : RunSnapshot
{
    // Made where it is asked for: it is work, and a spec that breaks a rule has none.
    private readonly Lazy<TrialPlan>? trials;

    /// <summary>The object.</summary>
    public required TrainingRun Training
    {
        get;
        init
        {
            field = value;
            trials = new Lazy<TrialPlan>(() => TrialPlan.Of(value.Spec));
        }
    }

    /// <summary>The EmbeddingJob of its dataset; null where it names none, or there is none of that name.</summary>
    public EmbeddingJob? EmbeddingJob { get; init; }

    /// <inheritdoc/>
    public override TrainingRun Owner => Training;

    /// <inheritdoc/>
    public override TrainingRunSpec Spec => Training.Spec;

    /// <inheritdoc/>
    public override string RunHash => TrainingRunHash.Of(Spec);

    /// <inheritdoc/>
    public override IReadOnlyList<string> GoodResults => [TrainingRunReasons.Registered, RunReasons.UpToDate];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Problems => Store is null
        ? [.. SpecErrors, "spec.register.registry is not set and this operator has no default store; set it, for example s3://bucket/prefix"]
        : SpecErrors;

    /// <summary>The version of embeddings that a run would read now: the one that the spec names, else the last one of its EmbeddingJob.</summary>
    public override string? Input => EmbeddingJob is { } job && DatasetStore is not null
        ? Spec.Dataset.Embeddings?.Version is { } version ? VersionNumber.Name(version) : job.Status?.Version
        : null;

    /// <summary>A new version starts a run only where the spec says so.</summary>
    public override string? PendingInput => Spec.Dataset.Follow ? base.PendingInput : null;

    /// <inheritdoc/>
    public override bool WasHeld => base.WasHeld || Says(RunConditions.Ready, TrainingRunReasons.WaitingForDataset);

    /// <summary>The registry's store; null where neither the object nor the operator names one.</summary>
    public string? Store => Spec.Register.Registry ?? Options.DefaultStore;

    /// <summary>The store of the EmbeddingJob's versions; null where there is no such object, or nobody names one.</summary>
    public string? DatasetStore => EmbeddingJob is { } job ? job.Spec.Output.Uri ?? Options.DefaultStore : null;

    /// <summary>Name of the model.</summary>
    public string ModelName => Spec.Register.NameFor(Training.Metadata);

    /// <summary>The trials of the spec's search.</summary>
    public TrialPlan Trials => trials!.Value;

    /// <inheritdoc/>
    public override bool Awaits(RunStatus run) => Spec.Dataset.Embeddings is not null && run.Input is null;

    /// <summary>Beside the form of an answer: the trials of a Job are those that the plan gives it.</summary>
    public override bool Accepts(TaskAttempt done) =>
        base.Accepts(done) && (TaskParts.TrialJobOf(done.Part) is not { } job || Problems.Count > 0
            || (job < Trials.Jobs.Count && Trials.Jobs[job].Select(trial => trial.Number).SequenceEqual(done.Result!.Train!.Trials.Select(trial => trial.Number))));

    /// <summary>The version of embeddings that <paramref name="run"/> reads; null where it reads files, or it cannot be said where that version lies.</summary>
    public EmbeddingsVersion? EmbeddingsOf(RunStatus run) =>
        EmbeddingJob is { } job && DatasetStore is { } store && run.Input is { } input && VersionNumber.ParseLoose(input) is { } version
            ? new EmbeddingsVersion { Uri = store, Name = job.Spec.Output.NameFor(job.Metadata), Version = version }
            : null;
}
