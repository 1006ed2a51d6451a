using TextOps.Crds.Meta;
using TextOps.Crds.TrainingRuns;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Kinds;

/// <summary>TrainingRuns in local mode.</summary>
internal sealed class TrainingRuns : RunKind<TrainingRun>
{
    /// <inheritdoc/>
    protected override string HashOf(TrainingRun entity) => TrainingRunHash.Of(entity.Spec);

    /// <inheritdoc/>
    protected override TrainingRun With(TrainingRun existing, TrainingRun spec, V1ObjectMeta metadata, bool keepStatus) =>
        existing with { Metadata = metadata, Spec = spec.Spec, Status = keepStatus ? existing.Status : null };

    /// <inheritdoc/>
    protected override Task<RunView> ViewAsync(LocalControlPlane plane, TrainingRun entity, CancellationToken cancellationToken) =>
        Task.FromResult<RunView>(new TrainingRunView(entity));
}
