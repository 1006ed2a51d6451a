namespace TextOps.Operator;

/// <summary>What the operator is told when it starts.</summary>
public sealed record OperatorOptions
{
    /// <summary>Name of the lease that the operator which works holds.</summary>
    public const string LeaseName = "textops-operator";

    /// <summary>Runner image of objects that name none.</summary>
    public string RunnerImage { get; init; } = "ghcr.io/textops/runner:0.1.0";

    /// <summary>
    /// Prefixes of the runner images that objects may name, see <see cref="Tasks.RunnerPolicy"/>; any where null. The operator's own
    /// <see cref="RunnerImage"/> may always be named.
    /// </summary>
    public IReadOnlyList<string>? AllowedImages { get; init; }

    /// <summary>Service accounts that runners may have; any of the object's namespace where empty.</summary>
    public IReadOnlyList<string> AllowedServiceAccounts { get; init; } = [];

    /// <summary>Store of objects that name none; null where there is no default.</summary>
    public string? DefaultStore { get; init; }

    /// <summary>Wait before the first retry of a failed task; each further one waits twice as long.</summary>
    public TimeSpan RetryBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait before a retry.</summary>
    public TimeSpan MaxRetryBackoff { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>Wait before the next attempt at a task whose pod was taken away; each further one in a row waits twice as long.</summary>
    public TimeSpan DisruptionBackoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait after a disruption.</summary>
    public TimeSpan MaxDisruptionBackoff { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the progress of an object's pods is read.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(10);
}
