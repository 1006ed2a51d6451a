using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Core;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.ModelDeployments;

/// <summary>Which model is served in which stages, and how. A new pod template comes only of <c>runner</c>, <c>serving</c>, <c>monitoring</c>, a stage's target or annotation <c>textops.dev/rollout</c>.</summary>
public sealed record ModelDeploymentSpec
{
    /// <summary>The model.</summary>
    public required DeployedModel Model { get; init; }

    /// <summary>The stages, in the order in which a version passes them. One object may hold all of them, or one each.</summary>
    [MinLength(1), MaxItems(8), MapKeys("name")]
    public required IReadOnlyList<Stage> Stages { get; init; }

    /// <summary>How requests are answered: limits, batching, access.</summary>
    public Serving Serving { get; init; } = new();

    /// <summary>What is kept of requests and answers.</summary>
    public Monitoring Monitoring { get; init; } = new();

    /// <summary>Freezes the roll-outs: nothing new is started, what serves goes on serving.</summary>
    public bool Suspend { get; init; }

    /// <summary>How often a failed task (resolve, gate) is tried again, with exponential back-off.</summary>
    [Range(0, 20)]
    public int MaxRetries { get; init; } = 3;

    /// <summary>How long the pod of a task may fail to start because of its image or configuration.</summary>
    [Range(1, 86_400)]
    public int PodStartTimeoutSeconds { get; init; } = 600;

    /// <summary>How long finished tasks (Jobs and ConfigMaps) are kept.</summary>
    [Range(0, 31_536_000)]
    public int TtlSecondsAfterFinished { get; init; } = 3600;

    /// <summary>Kueue's local queue: becomes the label <c>kueue.x-k8s.io/queue-name</c> on child Jobs; serving pods have none.</summary>
    [MaxLength(63)]
    public string? QueueName { get; init; }

    /// <summary>How the runner's pods are made. Tasks get no devices (resources such as <c>nvidia.com/gpu</c>) of it.</summary>
    public RunnerSpec Runner { get; init; } = new();

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<ModelDeploymentSpec>> Rules { get; } =
    [
        new("self.stages.all(s, !has(s.after) || s.after != s.name)", spec => spec.Stages.All(stage => stage.After != stage.Name),
            "stages[].after must name another stage",
            (spec, at) => $"{at}stages: {spec.Stages.First(stage => stage.After == stage.Name).Name} is to come after itself; name the stage whose evidence it needs"),
        new("self.stages.all(s, !has(s.after) || !self.stages.exists(t, t.name == s.after && has(t.after) && t.after == s.name))", spec => Circle(spec) is null,
            "two stages must not come after each other",
            (spec, at) => $"{at}stages: {Circle(spec)!.Name} and {Circle(spec)!.After} come after each other; leave after out of the first"),
    ];

    private static Stage? Circle(ModelDeploymentSpec spec) =>
        spec.Stages.FirstOrDefault(stage => stage.After is { } after && after != stage.Name && spec.Stages.Any(other => other.Name == after && other.After == stage.Name));
}

/// <summary>A model of a registry.</summary>
public sealed record DeployedModel
{
    /// <summary>The store that holds the registry; the operator's default store where absent (<c>textops run --store</c> in local mode).</summary>
    [MinLength(1), MaxLength(2048), RegularExpression(Patterns.Uri)]
    public string? Registry { get; init; }

    /// <summary>Name of the model.</summary>
    [MinLength(1), MaxLength(128), RegularExpression(Patterns.StoreName)]
    public required string Name { get; init; }

    /// <summary>How often the registry is asked for versions that were made elsewhere, and for evidence that is waited for; 0: only when something in the cluster says that it changed.</summary>
    [Range(0, 86_400)]
    public int ResolveIntervalSeconds { get; init; } = 600;

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<DeployedModel>> Rules { get; } =
    [
        new("self.resolveIntervalSeconds == 0 || self.resolveIntervalSeconds >= 5", model => model.ResolveIntervalSeconds is 0 or >= 5,
            "resolveIntervalSeconds must be 0 (never) or at least 5",
            (model, at) => $"{at}resolveIntervalSeconds ({model.ResolveIntervalSeconds}) must be 0 (never) or at least 5"),
    ];
}
