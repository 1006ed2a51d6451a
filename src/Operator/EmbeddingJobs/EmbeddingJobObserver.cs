using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Validation;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>Takes the snapshot that a decision rests on.</summary>
public sealed class EmbeddingJobObserver(ChildTasks children, ProgressBook progress, OperatorOptions options)
{
    /// <summary>Looks at <paramref name="job"/>, its children and what its pods say of their progress.</summary>
    public async Task<EmbeddingJobSnapshot> ObserveAsync(EmbeddingJob job, CancellationToken cancellationToken)
    {
        var attempts = await children.ObserveAsync(job, cancellationToken);
        return new EmbeddingJobSnapshot
        {
            Job = job,
            Attempts = attempts,
            SpecErrors = [.. ResourceValidator.Validate(job).Select(violation => violation.ToString()), .. Unsupported(job.Spec)],
            Progress = await progress.ReadAsync(job.Metadata.Namespace, job.Metadata.Name!, attempts, cancellationToken),
            Options = options,
        };
    }

    /// <summary>Drops what is remembered of an object that is gone.</summary>
    public void Forget(string? @namespace, string name) => progress.Forget(@namespace, name);

    /// <summary>What the schema has a place for and this version does not do yet: refused, so that nobody waits for it.</summary>
    private static IEnumerable<string> Unsupported(EmbeddingJobSpec spec)
    {
        if (spec.Schedule is not null)
        {
            yield return "spec.schedule is not acted on by this version; remove it and set annotation textops.dev/rerun to run again";
        }
    }
}
