using System.Text.Json.Nodes;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.InMemory.Applying;
using TextOps.Kubernetes.Schema;

namespace TextOps.Kubernetes.InMemory;

/// <summary>What the cluster must know of a kind beyond metadata.</summary>
internal sealed record ResourceDefinition(EntityType Type)
{
    /// <summary>Status is written through its subresource only.</summary>
    public bool HasStatus { get; init; }

    /// <summary>
    /// metadata.generation counts changes of what is neither metadata nor status, and the deletion. Not so for core kinds: Jobs and Pods have it only from
    /// newer servers.
    /// </summary>
    public bool HasGeneration { get; init; }

    /// <summary>Changes of annotations are counted too (apps/v1 deploymentStrategy.PrepareForUpdate).</summary>
    public bool CountsAnnotations { get; init; }

    /// <summary>An update without resourceVersion is taken (core kinds) or refused (custom resources).</summary>
    public bool AllowsUnconditionalUpdate { get; init; }

    /// <summary>Objects are kept in the object directory.</summary>
    public bool IsPersistent { get; init; } = true;

    /// <summary>Schema, for custom resources.</summary>
    public StructuralSchema? Schema { get; init; }

    /// <summary>How what is applied is merged and owned.</summary>
    public MergeShape Shape { get; init; } = CoreShapes.Object;

    /// <summary>Fills in what an object leaves out, in place; for kinds without a schema.</summary>
    public Action<JsonObject> Default { get; init; } = _ => { };

    /// <summary>What a new object's status is.</summary>
    public Func<JsonObject?> InitialStatus { get; init; } = () => null;

    /// <summary>Problems of an object beyond its schema.</summary>
    public Func<JsonObject, IEnumerable<string>> Validate { get; init; } = _ => [];

    /// <summary>Problems of a change from the first to the second.</summary>
    public Func<JsonObject, JsonObject, IEnumerable<string>> ValidateUpdate { get; init; } = (_, _) => [];

    /// <summary>Seconds that an object is given before it goes.</summary>
    public Func<JsonObject, DeleteOptions?, long> GracePeriod { get; init; } = (_, _) => 0;
}
