namespace TextOps.Crds.Runs;

/// <summary>Reasons of conditions; the reason of Ready is what <c>kubectl get</c> prints as Status.</summary>
/// <remarks>Those that every kind of runs gives; a kind has its own beside them.</remarks>
public static class RunReasons
{
    /// <summary>The last version already has this content.</summary>
    public const string UpToDate = "UpToDate";

    /// <summary>A run is under way.</summary>
    public const string Running = "Running";

    /// <summary><c>spec.suspend</c> is true.</summary>
    public const string Suspended = "Suspended";

    /// <summary>The run failed; Stalled says why.</summary>
    public const string Failed = "Failed";

    /// <summary>A newer run cancelled the run.</summary>
    public const string Superseded = "Superseded";

    /// <summary>Nothing of the kind is the case: the reason of a condition that is False.</summary>
    public const string NotStalled = "NotStalled";

    /// <summary>The spec cannot be acted on.</summary>
    public const string InvalidSpec = "InvalidSpec";

    /// <summary>The input is missing, empty or too much of it was rejected.</summary>
    public const string InputRejected = "InputRejected";

    /// <summary>A task failed more often than <c>maxRetriesPerShard</c> allows.</summary>
    public const string RetriesExhausted = "RetriesExhausted";

    /// <summary>The run took longer than <c>activeDeadlineSeconds</c>.</summary>
    public const string DeadlineExceeded = "DeadlineExceeded";

    /// <summary>A pod did not start within <c>podStartTimeoutSeconds</c> because of its image or configuration.</summary>
    public const string PodStartTimeout = "PodStartTimeout";

    /// <summary>The store refused the output.</summary>
    public const string StoreRefused = "StoreRefused";

    /// <summary>The API server refused a Job or ConfigMap.</summary>
    public const string ChildRejected = "ChildRejected";
}
