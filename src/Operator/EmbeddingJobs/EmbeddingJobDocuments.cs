using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>The tasks of one run, as the runner is told them.</summary>
internal sealed class EmbeddingJobDocuments(EmbeddingJobSnapshot seen, RunStatus run)
{
    private TaskOwner Owner => new() { Namespace = seen.Job.Metadata.Namespace!, Name = seen.Job.Metadata.Name! };

    private TaskOutput Output => new() { Uri = seen.Store!, Name = seen.OutputName };

    public PlanTask Plan() => new()
    {
        Owner = Owner,
        RunId = run.Id,
        Output = Output,
        Trigger = run.Trigger,
        Source = seen.Spec.Source,
        Model = seen.Spec.Model,
        Chunking = seen.Spec.Chunking,
        Validation = seen.Spec.Validation,
        Format = seen.Spec.Output.Format,
        Shards = seen.Spec.Shards,
    };

    public EmbedTask Embed(PlanResult plan, int shard) => new() { Owner = Owner, RunId = run.Id, Output = Output, Version = plan.Version, Shard = shard };

    public CommitTask Commit(PlanResult plan) => new() { Owner = Owner, RunId = run.Id, Output = Output, Version = plan.Version, KeepVersions = seen.Spec.Output.KeepVersions };
}
