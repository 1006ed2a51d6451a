namespace TextOps.Operator.Runs;

/// <summary>Reasons of the Events about objects with runs. The end of a run has the reason of its result: for example Committed, UpToDate, or that of Stalled.</summary>
public static class RunEvents
{
    /// <summary>A run began.</summary>
    public const string RunStarted = "RunStarted";

    /// <summary>A run was cancelled by a newer one.</summary>
    public const string RunSuperseded = "RunSuperseded";

    /// <summary><c>spec.suspend</c> became true.</summary>
    public const string Suspended = "Suspended";

    /// <summary>A suspended run, or one whose spec was invalid, goes on.</summary>
    public const string Resumed = "Resumed";

    /// <summary>A time of the schedule came and no run was started.</summary>
    public const string ScheduleSkipped = "ScheduleSkipped";

    /// <summary>A pod is not made, fits no node, or its image or configuration cannot be had.</summary>
    public const string PodNotStarting = "PodNotStarting";

    /// <summary>Attempts failed.</summary>
    public const string TaskFailed = "TaskFailed";

    /// <summary>Attempts were disrupted: their pods were taken away.</summary>
    public const string TaskDisrupted = "TaskDisrupted";

    /// <summary>Attempts completed and their results are lost.</summary>
    public const string TaskResultLost = "TaskResultLost";
}
