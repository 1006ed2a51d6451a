using Microsoft.Extensions.Logging;
using TextOps.Hosting.Http;
using TextOps.Operator.Host.Logging;

namespace TextOps.Operator.Host;

/// <summary>What the program <c>textops-operator</c> was told: by options, variables and defaults.</summary>
internal sealed record HostOptions
{
    /// <summary>Path of a kubeconfig; null: look where kubectl looks, and in the pod.</summary>
    public required string? KubeConfig { get; init; }

    /// <summary>Context of the kubeconfig; null: its current one.</summary>
    public required string? Context { get; init; }

    /// <summary>Namespaces whose objects are kept; all where empty.</summary>
    public required IReadOnlyList<string> WatchNamespaces { get; init; }

    /// <summary>What controllers are told.</summary>
    public required OperatorOptions Operator { get; init; }

    /// <summary>How many objects of a kind are worked on at once.</summary>
    public required int Workers { get; init; }

    /// <summary>Calls of the API server per second over a long time.</summary>
    public required double CallsPerSecond { get; init; }

    /// <summary>Calls that may come at once after a pause.</summary>
    public required int Burst { get; init; }

    /// <summary>Where <c>/healthz</c> and <c>/readyz</c> are served; null: nowhere.</summary>
    public required ListenAddress? HealthAddress { get; init; }

    /// <summary>Where <c>/metrics</c> is served; null: nowhere.</summary>
    public required ListenAddress? MetricsAddress { get; init; }

    /// <summary>Works only while it holds the lease.</summary>
    public required bool LeaderElect { get; init; }

    /// <summary>Namespace of the lease; null: that of the pod, or of the kubeconfig's context.</summary>
    public required string? LeaderElectionNamespace { get; init; }

    /// <summary>How long running passes have to end when the program is stopped.</summary>
    public required TimeSpan Grace { get; init; }

    /// <summary>What is logged.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary>How it is logged.</summary>
    public required LogFormat LogFormat { get; init; }
}
