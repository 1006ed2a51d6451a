using TextOps.Crds.ModelDeployments;
using TextOps.Crds.TrainingRuns;
using TextOps.Crds.Validation;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Rbac;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.ModelDeployments;

/// <summary>Takes the snapshot that a decision about a ModelDeployment rests on.</summary>
/// <param name="children">Its Deployments and Services.</param>
/// <param name="tasks">Its Jobs.</param>
/// <param name="trainings">TrainingRuns by the model that they register, see <see cref="ModelKey"/>.</param>
/// <param name="options">What the operator is told.</param>
[Rbac<TrainingRun>("list", "watch")]
internal sealed class ModelDeploymentObserver(StageChildren children, ChildTasks tasks, ChildIndex<TrainingRun> trainings, OperatorOptions options)
{
    private readonly RunnerPolicy policy = new(options);

    /// <summary>Looks at <paramref name="entity"/> and all that belongs to it.</summary>
    public async Task<ModelDeploymentSnapshot> ObserveAsync(ModelDeployment entity, DateTimeOffset now, CancellationToken cancellationToken) => new()
    {
        Object = entity,
        Stages = await children.ObserveAsync(entity, cancellationToken),
        Leftovers = children.Leftovers(entity),
        Attempts = await tasks.ObserveAsync(entity, now, cancellationToken),
        Registered = ModelKey.Of(entity, options) is { } model ? [.. trainings.Find(model).Where(run => run.Status?.Version is not null).Select(run => $"{run.Status!.Version} {run.Status.Digest}").Order(StringComparer.Ordinal)] : [],
        SpecErrors = [.. ResourceValidator.Validate(entity).Select(violation => violation.ToString()), .. policy.Check(entity.Spec.Runner)],
        Options = options,
    };
}

/// <summary>A model of a registry as the key that joins those who register versions of it with those who serve them.</summary>
internal static class ModelKey
{
    private const string Kind = "model";

    /// <summary>The model that <paramref name="entity"/> serves; null where nobody names its registry.</summary>
    public static OwnerKey? Of(ModelDeployment entity, OperatorOptions options) => Of(entity.Spec.Model.Registry, options, entity.Spec.Model.Name);

    /// <summary>The model that <paramref name="entity"/> registers; null where nobody names its registry.</summary>
    public static OwnerKey? Of(TrainingRun entity, OperatorOptions options) => Of(entity.Spec.Register.Registry, options, entity.Spec.Register.NameFor(entity.Metadata));

    /// <summary>Whether two states of a TrainingRun differ in what a ModelDeployment may serve.</summary>
    public static bool IsOtherVersion(TrainingRun before, TrainingRun after) =>
        before.Status?.Version != after.Status?.Version || before.Status?.Digest != after.Status?.Digest || before.Spec.Register != after.Spec.Register;

    private static OwnerKey? Of(string? registry, OperatorOptions options, string name) =>
        (registry ?? options.DefaultStore) is { } store ? new OwnerKey(Kind, new NamespacedName(store.TrimEnd('/'), name)) : null;
}
