using TextOps.Crds.Runs;
using TextOps.Crds.Validation;
using TextOps.Kubernetes.Client;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Runs;

/// <summary>Takes the snapshot that a decision rests on.</summary>
public sealed class RunObserver<T, TSnapshot>(IRunKind<T, TSnapshot> kind, ChildTasks children, ProgressBook progress, OperatorOptions options)
    where T : class, IRunObject<IRunSpec, IRunStatus>
    where TSnapshot : RunSnapshot
{
    private readonly RunnerPolicy policy = new(options);

    /// <summary>Looks at <paramref name="entity"/> and its children; of progress, at what was read last.</summary>
    public async Task<TSnapshot> ObserveAsync(T entity, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var attempts = await children.ObserveAsync(entity, now, cancellationToken);
        return kind.Look(entity) with
        {
            Attempts = attempts,
            SpecErrors = [.. ResourceValidator.Validate(entity).Select(violation => violation.ToString()), .. policy.Check(entity.Spec.Runner)],
            Progress = progress.Known(OwnerKey.Of(entity), attempts),
        };
    }

    /// <summary>The snapshot with what its pods say of their progress now, as far as the budget allows to ask them.</summary>
    public async Task<TSnapshot> WithProgressAsync(TSnapshot seen, CancellationToken cancellationToken) =>
        seen with { Progress = await progress.ReadAsync(OwnerKey.Of(seen.Owner), seen.Attempts, cancellationToken) };

    /// <summary>Whether progress alone may be written to a status now; it counts then.</summary>
    public bool MayReportProgress() => progress.MayReport();

    /// <summary>Drops what is remembered of a run that is over.</summary>
    public void ForgetRun(T entity)
    {
        var key = OwnerKey.Of(entity);
        children.ForgetGone(key);
        progress.Forget(key);
    }

    /// <summary>Drops what is remembered of an object that is gone.</summary>
    public void Forget(NamespacedName name)
    {
        var key = OwnerKey.Of<T>(name);
        children.Forget(key);
        progress.Forget(key);
    }
}
