using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Kubernetes.Core;

namespace TextOps.Operator.ModelDeployments;

/// <summary>A stage and what there is of it.</summary>
internal sealed record StageSnapshot
{
    private readonly Lazy<StageMemory?> memory;

    /// <summary>A stage without children.</summary>
    public StageSnapshot() => memory = new Lazy<StageMemory?>(() => MemoryOf(Deployment));

    /// <summary>What the spec says of it.</summary>
    public required Stage Stage { get; init; }

    /// <summary>Its Deployment; null where there is none of this object.</summary>
    public V1Deployment? Deployment { get; init; }

    /// <summary>Its Service; null where there is none of this object.</summary>
    public V1Service? Service { get; init; }

    /// <summary>Its pods that serve.</summary>
    public IReadOnlyList<V1Pod> Pods { get; init; } = [];

    /// <summary>What the status says of it.</summary>
    public StageStatus? Status { get; init; }

    /// <summary>What its Deployment remembers; null where there is none, or somebody broke it.</summary>
    public StageMemory? Memory => memory.Value;

    /// <summary>What <paramref name="deployment"/> remembers; null where there is none, or somebody broke it.</summary>
    public static StageMemory? MemoryOf(V1Deployment? deployment)
    {
        if (deployment?.Metadata.Annotations?.GetValueOrDefault(ApiGroup.StageAnnotation) is not { } text)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<StageMemory>(text, Json.Objects) is { } memory && StageState.IsVersion(memory.Current) && (memory.Stable is null || StageState.IsVersion(memory.Stable)) ? memory : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
