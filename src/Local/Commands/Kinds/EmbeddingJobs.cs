using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Local.Display;
using TextOps.Operator.EmbeddingJobs;

namespace TextOps.Local.Commands.Kinds;

/// <summary>EmbeddingJobs in local mode.</summary>
internal sealed class EmbeddingJobs : RunKind<EmbeddingJob>
{
    /// <inheritdoc/>
    protected override string HashOf(EmbeddingJob entity) => EmbeddingJobRun.Hash(entity.Spec);

    /// <inheritdoc/>
    protected override EmbeddingJob With(EmbeddingJob existing, EmbeddingJob spec, V1ObjectMeta metadata, bool keepStatus) =>
        existing with { Metadata = metadata, Spec = spec.Spec, Status = keepStatus ? existing.Status : null };

    /// <inheritdoc/>
    protected override async Task<RunView> ViewAsync(LocalControlPlane plane, EmbeddingJob entity, CancellationToken cancellationToken)
    {
        var seen = await plane.ObserveAsync(entity, cancellationToken);
        var time = TimeProvider.System.GetUtcNow();
        return new EmbeddingJobView(entity, EmbeddingJobTally.Of(seen, EmbeddingJobDecision.Decide(seen, time), time).Counts);
    }
}
