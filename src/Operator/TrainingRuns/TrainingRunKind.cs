using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Rbac;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.TrainingRuns;

/// <summary>TrainingRuns among the kinds of objects with runs.</summary>
/// <param name="options">What the operator is told.</param>
/// <param name="embeddingJobs">The EmbeddingJobs that datasets come from.</param>
[Rbac<TrainingRun>("get", "list", "watch")]
[Rbac<TrainingRun>("update", Subresource = "status")]
[Rbac<EmbeddingJob>("list", "watch")]
public sealed class TrainingRunKind(OperatorOptions options, Store<EmbeddingJob> embeddingJobs) : IRunKind<TrainingRun, TrainingRunSnapshot>
{
    /// <inheritdoc/>
    public TrainingRunSnapshot Look(TrainingRun entity) => new()
    {
        Training = entity,
        EmbeddingJob = DatasetOf(entity) is { } dataset ? embeddingJobs.Find(dataset.Name) : null,
        Options = options,
    };

    /// <inheritdoc/>
    public RunPlan Decide(TrainingRunSnapshot seen, DateTimeOffset now) => TrainingRunDecision.Decide(seen, now);

    /// <inheritdoc/>
    public TrainingRun Report(TrainingRunSnapshot seen, RunPlan plan, DateTimeOffset now) => seen.Training with { Status = TrainingRunStatusBuilder.Build(seen, plan, now) };

    /// <inheritdoc/>
    public bool IsSameButProgress(TrainingRun before, TrainingRun after) => TrainingRunStatusBuilder.IsSameButProgress(before.Status, after.Status!);

    /// <inheritdoc/>
    public bool HasMoved(TrainingRun before, TrainingRun after) => TrainingRunStatusBuilder.HasMoved(before.Status, after.Status!);

    /// <summary>The EmbeddingJob that an object's dataset names; null where it names none.</summary>
    internal static OwnerKey? DatasetOf(TrainingRun entity) =>
        entity.Spec.Dataset.Embeddings is { } embeddings ? OwnerKey.Of<EmbeddingJob>(new NamespacedName(entity.Metadata.Namespace ?? "", embeddings.Job)) : null;

    /// <summary>Whether two states of an EmbeddingJob differ in which version a TrainingRun reads, or where.</summary>
    internal static bool IsOtherDataset(EmbeddingJob before, EmbeddingJob after) => before.Status?.Version != after.Status?.Version || before.Spec.Output != after.Spec.Output;
}
