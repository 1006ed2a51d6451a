using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.ModelDeployments;

/// <summary>All that the decision about a ModelDeployment rests on, seen at one moment.</summary>
internal sealed record ModelDeploymentSnapshot
{
    // The schema bounds status.lastHandledRetry to 256 characters; an annotation may be longer.
    private const int MaxRetryBytes = 256;

    // A task document has 512 KiB, and holds little beside the smoke requests that can be long.
    private const int MaxSmokeBytes = 384 * 1024;

    /// <summary>The object.</summary>
    public required ModelDeployment Object { get; init; }

    /// <summary>Its stages with what there is of them, in the order of the spec.</summary>
    public required IReadOnlyList<StageSnapshot> Stages { get; init; }

    /// <summary>Deployments and Services of stages that the spec no longer has.</summary>
    public IReadOnlyList<StageLeftover> Leftovers { get; init; } = [];

    /// <summary>Its child Jobs.</summary>
    public IReadOnlyList<TaskAttempt> Attempts { get; init; } = [];

    /// <summary>Versions of the model that TrainingRuns in the cluster registered last: another list asks the registry anew.</summary>
    public IReadOnlyList<string> Registered { get; init; } = [];

    /// <summary>What is wrong with the spec; empty where nothing is.</summary>
    public IReadOnlyList<string> SpecErrors { get; init; } = [];

    /// <summary>The operator's options.</summary>
    public required OperatorOptions Options { get; init; }

    /// <summary>The object's spec.</summary>
    public ModelDeploymentSpec Spec => Object.Spec;

    /// <summary>The object's status.</summary>
    public ModelDeploymentStatus? Status => Object.Status;

    /// <summary>The registry's store; null where neither the object nor the operator names one.</summary>
    public string? Store => Spec.Model.Registry ?? Options.DefaultStore;

    /// <summary>Which model is served: 16 hex digits of a hash of registry and name.</summary>
    public string Model => Hash(new JsonObject { ["registry"] = Store, ["name"] = Spec.Model.Name });

    /// <summary>The value of annotation <c>textops.dev/retry</c>; the last one where it was taken away.</summary>
    public string? Retry => Object.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RetryAnnotation) is { Length: > 0 } value ? Ellipsis.Cut(value, MaxRetryBytes) : Status?.LastHandledRetry;

    /// <summary>Why nothing can be done by this spec; empty where something can.</summary>
    public IReadOnlyList<string> Problems =>
    [
        .. SpecErrors,
        .. Store is null ? ["spec.model.registry is not set and this operator has no default store; set it, for example s3://bucket/prefix"] : Array.Empty<string>(),
        .. Spec.Stages.Select((stage, index) => (Size: JsonSerializer.SerializeToUtf8Bytes(stage.Smoke, Json.Objects).Length, Index: index)).Where(smoke => smoke.Size > MaxSmokeBytes)
            .Select(smoke => $"spec.stages[{smoke.Index}].smoke has {smoke.Size} bytes, more than {MaxSmokeBytes}, which fit into a task; shorten it"),
    ];

    /// <summary>What the object says of its tasks' attempts.</summary>
    internal TaskRules TaskRules => new()
    {
        MaxRetries = Spec.MaxRetries,
        PodStartTimeout = TimeSpan.FromSeconds(Spec.PodStartTimeoutSeconds),
        QueueName = Spec.QueueName,
        RetriesExhausted = RunReasons.RetriesExhausted,
        PodDidNotStart = RunReasons.PodStartTimeout,
        Refused = RunReasons.InvalidSpec,
    };

    /// <summary>How often the registry is asked; null: never by the clock.</summary>
    internal TimeSpan? Interval => Spec.Model.ResolveIntervalSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Whether the status gives <paramref name="condition"/> this reason.</summary>
    internal bool Says(string condition, string reason) => Conditions.Find(Status?.Conditions, condition)?.Reason == reason;

    /// <summary>The first 16 hex digits of a hash.</summary>
    internal static string Hash(JsonNode value) => CanonicalJson.Sha256(value)[..16];
}

/// <summary>Children of a stage that the spec no longer has.</summary>
/// <param name="Name">Name of Deployment and Service.</param>
/// <param name="Deployment">The Deployment; null where it is gone.</param>
/// <param name="Service">The Service; null where it is gone.</param>
internal sealed record StageLeftover(string Name, V1Deployment? Deployment, V1Service? Service);
