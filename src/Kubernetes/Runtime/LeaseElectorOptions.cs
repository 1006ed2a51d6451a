namespace TextOps.Kubernetes.Runtime;

/// <summary>Which lease is contended for, and how quickly. The times are client-go's.</summary>
public sealed record LeaseElectorOptions
{
    /// <summary>Largest share by which a candidate's retry is put off at random.</summary>
    internal const double Jitter = 1.2;

    /// <summary>Namespace of the lease.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the lease.</summary>
    public required string Name { get; init; }

    /// <summary>Who contends. It must be another in each process: two that share it cannot be told apart.</summary>
    public string Identity { get; init; } = $"{Environment.MachineName}_{Guid.NewGuid():N}";

    /// <summary>How long others wait, after the last renewal that they saw, before they take the lease.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the leader goes on without a renewal. What is left until <see cref="LeaseDuration"/> is its work's time to end.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two renewals; candidates wait for up to 2.2 times as long between two tries.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one try may take, so that a call that hangs does not use up the deadline.</summary>
    internal TimeSpan AttemptTimeout => RenewDeadline / 2;

    /// <summary>Why the values cannot work together; null where they can.</summary>
    internal string? Problem => this switch
    {
        { Namespace: "" } => $"{nameof(Namespace)} is empty; name the namespace of the lease",
        { Name: "" } => $"{nameof(Name)} is empty; name the lease",
        { Identity: "" } => $"{nameof(Identity)} is empty; give each process a name of its own",
        _ when RetryPeriod <= TimeSpan.Zero => $"{nameof(RetryPeriod)} ({RetryPeriod}) must be longer than nothing",
        _ when LeaseDuration < TimeSpan.FromSeconds(1) => $"{nameof(LeaseDuration)} ({LeaseDuration}) must be a second at least; leases count whole seconds",
        _ when LeaseDuration <= RenewDeadline =>
            $"{nameof(LeaseDuration)} ({LeaseDuration}) must be longer than {nameof(RenewDeadline)} ({RenewDeadline}); raise it, so that work ends before another leads",
        _ when RenewDeadline <= RetryPeriod * Jitter =>
            $"{nameof(RenewDeadline)} ({RenewDeadline}) must be longer than {Jitter} times {nameof(RetryPeriod)} ({RetryPeriod}); raise it, or lower {nameof(RetryPeriod)}",
        _ => null,
    };
}
