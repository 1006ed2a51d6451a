namespace TextOps.Operator.Tasks;

/// <summary>How an attempt stands.</summary>
public enum TaskState
{
    /// <summary>Its Job is not over.</summary>
    Active,

    /// <summary>Its Job is being deleted, or was and left a pod that still ends.</summary>
    Terminating,

    /// <summary>It is done and said what it did.</summary>
    Succeeded,

    /// <summary>The task or its input is wrong; trying again is no use.</summary>
    Refused,

    /// <summary>It failed in a way that may pass.</summary>
    Failed,

    /// <summary>Its pod was taken away (evicted, preempted, node lost, deleted); that is not its fault.</summary>
    Disrupted,

    /// <summary>It completed, and what it said is lost.</summary>
    ResultLost,

    /// <summary>Its Job is gone: somebody deleted it, or the operator did.</summary>
    Gone,
}
