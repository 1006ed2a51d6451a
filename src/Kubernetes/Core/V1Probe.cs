namespace TextOps.Kubernetes.Core;

/// <summary>How a container is asked whether it works (core/v1 Probe): ours by HTTP.</summary>
public sealed record V1Probe
{
    /// <summary>What is asked; absent where it is asked in another way.</summary>
    public V1HttpGetAction? HttpGet { get; init; }

    /// <summary>Wait before the first time, in seconds.</summary>
    public int? InitialDelaySeconds { get; init; }

    /// <summary>Time between two, in seconds; 10 where absent.</summary>
    public int? PeriodSeconds { get; init; }

    /// <summary>Time for an answer, in seconds; 1 where absent.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Failures in a row that count; 3 where absent.</summary>
    public int? FailureThreshold { get; init; }
}

/// <summary>A GET request to the pod; a status from 200 to 399 is good.</summary>
public sealed record V1HttpGetAction
{
    /// <summary>Path.</summary>
    public required string Path { get; init; }

    /// <summary>Port of the container, number or name.</summary>
    public required IntOrString Port { get; init; }
}
