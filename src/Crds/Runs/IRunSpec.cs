using TextOps.Crds.Core;

namespace TextOps.Crds.Runs;

/// <summary>The fields that steer the runs of every kind; none of them defines a run.</summary>
public interface IRunSpec
{
    /// <summary>Stops the pods with grace; the same run resumes when it is false again.</summary>
    bool Suspend { get; }

    /// <summary>Runs at fixed times beside those that a change starts.</summary>
    RunSchedule? Schedule { get; }

    /// <summary>A run that takes longer, in seconds, fails.</summary>
    long? ActiveDeadlineSeconds { get; }

    /// <summary>How often a failed task is tried again.</summary>
    int MaxRetriesPerShard { get; }

    /// <summary>How long, in seconds, a pod may fail to start because of its image or configuration.</summary>
    int PodStartTimeoutSeconds { get; }

    /// <summary>How long, in seconds, finished children are kept after the run.</summary>
    int TtlSecondsAfterFinished { get; }

    /// <summary>How many runs the status keeps.</summary>
    int RunHistoryLimit { get; }

    /// <summary>Kueue's local queue.</summary>
    string? QueueName { get; }

    /// <summary>How the runner's pods are made.</summary>
    RunnerSpec Runner { get; }
}
