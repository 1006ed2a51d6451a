using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Core;

/// <summary>Bounds how many pods a drained node may take at once (policy/v1, Kubernetes 1.21 and newer).</summary>
[KubernetesEntity(Group = "policy", ApiVersion = "v1", Kind = "PodDisruptionBudget", PluralName = "poddisruptionbudgets")]
public sealed record V1PodDisruptionBudget : IKubernetesObject
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = "policy/v1";

    /// <inheritdoc/>
    public string Kind { get; init; } = "PodDisruptionBudget";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>The bound.</summary>
    public required V1PodDisruptionBudgetSpec Spec { get; init; }
}

/// <summary>As <see cref="V1PodDisruptionBudget"/>, as Kubernetes 1.20 serves it (policy/v1beta1).</summary>
[KubernetesEntity(Group = "policy", ApiVersion = "v1beta1", Kind = "PodDisruptionBudget", PluralName = "poddisruptionbudgets")]
public sealed record V1Beta1PodDisruptionBudget : IKubernetesObject
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = "policy/v1beta1";

    /// <inheritdoc/>
    public string Kind { get; init; } = "PodDisruptionBudget";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>The bound.</summary>
    public required V1PodDisruptionBudgetSpec Spec { get; init; }
}

/// <summary>How many pods may be missing by somebody's will.</summary>
public sealed record V1PodDisruptionBudgetSpec
{
    /// <summary>Which pods.</summary>
    public V1LabelSelector? Selector { get; init; }

    /// <summary>How many may be missing; absent where somebody says how many must be there instead.</summary>
    public IntOrString? MaxUnavailable { get; init; }
}
