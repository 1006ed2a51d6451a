using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Validation;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>Takes the snapshot that a decision rests on.</summary>
public sealed class EmbeddingJobObserver(ChildTasks children, ProgressBook progress, OperatorOptions options)
{
    private readonly RunnerPolicy policy = new(options);

    /// <summary>Looks at <paramref name="job"/> and its children; of progress, at what was read last.</summary>
    public async Task<EmbeddingJobSnapshot> ObserveAsync(EmbeddingJob job, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var attempts = await children.ObserveAsync(job, now, cancellationToken);
        return new EmbeddingJobSnapshot
        {
            Job = job,
            Attempts = attempts,
            SpecErrors = [.. ResourceValidator.Validate(job).Select(violation => violation.ToString()), .. policy.Check(job.Spec.Runner)],
            Progress = progress.Known(job.Metadata.Namespace, job.Metadata.Name!, attempts),
            Options = options,
        };
    }

    /// <summary>The snapshot with what its pods say of their progress now, as far as the budget allows to ask them.</summary>
    public async Task<EmbeddingJobSnapshot> WithProgressAsync(EmbeddingJobSnapshot seen, CancellationToken cancellationToken) =>
        seen with { Progress = await progress.ReadAsync(seen.Job.Metadata.Namespace, seen.Job.Metadata.Name!, seen.Attempts, cancellationToken) };

    /// <summary>Whether progress alone may be written to a status now; it counts then.</summary>
    public bool MayReportProgress() => progress.MayReport();

    /// <summary>Drops what is remembered of a run that is over.</summary>
    public void ForgetRun(EmbeddingJob job)
    {
        children.ForgetGone(job);
        progress.Forget(job.Metadata.Namespace, job.Metadata.Name!);
    }

    /// <summary>Drops what is remembered of an object that is gone.</summary>
    public void Forget(string? @namespace, string name)
    {
        children.Forget(@namespace, name);
        progress.Forget(@namespace, name);
    }
}
