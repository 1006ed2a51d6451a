using TextOps.Crds.EmbeddingJobs;
using TextOps.Kubernetes.Rbac;
using TextOps.Operator.Runs;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>EmbeddingJobs among the kinds of objects with runs.</summary>
[Rbac<EmbeddingJob>("get", "list", "watch")]
[Rbac<EmbeddingJob>("update", Subresource = "status")]
public sealed class EmbeddingJobKind(OperatorOptions options) : IRunKind<EmbeddingJob, EmbeddingJobSnapshot>
{
    /// <inheritdoc/>
    public EmbeddingJobSnapshot Look(EmbeddingJob entity) => new() { Job = entity, Options = options };

    /// <inheritdoc/>
    public RunPlan Decide(EmbeddingJobSnapshot seen, DateTimeOffset now) => EmbeddingJobDecision.Decide(seen, now);

    /// <inheritdoc/>
    public EmbeddingJob Report(EmbeddingJobSnapshot seen, RunPlan plan, DateTimeOffset now) => seen.Job with { Status = EmbeddingJobStatusBuilder.Build(seen, plan, now) };

    /// <inheritdoc/>
    public bool IsSameButProgress(EmbeddingJob before, EmbeddingJob after) => EmbeddingJobStatusBuilder.IsSameButProgress(before.Status, after.Status!);

    /// <inheritdoc/>
    public bool HasMoved(EmbeddingJob before, EmbeddingJob after) => before.Status?.Progress != after.Status?.Progress;
}
