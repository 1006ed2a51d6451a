namespace TextOps.Crds.ModelDeployments;

/// <summary>Types of a ModelDeployment's conditions beside Ready, Reconciling and Stalled.</summary>
public static class ModelDeploymentConditions
{
    /// <summary>A version passed the stage before and waits for a person; Argo CD's health is Healthy then.</summary>
    public const string AwaitingApproval = "AwaitingApproval";

    /// <summary>A stage serves its stable version because the one that it should serve failed; Argo CD's health is Degraded then.</summary>
    public const string RolledBack = "RolledBack";
}

/// <summary>Reasons of a stage, and of the conditions: the reason of Ready is the one of the stage that most needs attention.</summary>
public static class StageReasons
{
    /// <summary>It serves what it should.</summary>
    public const string Serving = "Serving";

    /// <summary>What its alias or version means is not known yet, or the alias names no version.</summary>
    public const string Resolving = "Resolving";

    /// <summary>The registry has no such version or alias.</summary>
    public const string VersionNotFound = "VersionNotFound";

    /// <summary>Nothing is approved (yet), or a newer version waits for it.</summary>
    public const string AwaitingApproval = "AwaitingApproval";

    /// <summary>The version did not pass the stage that must come before, so far.</summary>
    public const string AwaitingEvidence = "AwaitingEvidence";

    /// <summary>The version's card is judged before it is rolled out.</summary>
    public const string Checking = "Checking";

    /// <summary>Pods of the version come up.</summary>
    public const string RollingOut = "RollingOut";

    /// <summary>The version serves, and its gates are judged.</summary>
    public const string Gating = "Gating";

    /// <summary>A gate does not hold.</summary>
    public const string GateFailed = "GateFailed";

    /// <summary>The approved digest is not the one that the version has in the registry.</summary>
    public const string ApprovalMismatch = "ApprovalMismatch";

    /// <summary>The pods of a version did not get ready in time, or refused it.</summary>
    public const string RolloutFailed = "RolloutFailed";

    /// <summary>The stable version serves because another one failed.</summary>
    public const string RolledBack = "RolledBack";

    /// <summary>Pods of the version that serves are not ready.</summary>
    public const string Unavailable = "Unavailable";

    /// <summary><c>replicas</c> is 0.</summary>
    public const string ScaledToZero = "ScaledToZero";

    /// <summary><c>spec.suspend</c> holds a roll-out back.</summary>
    public const string Suspended = "Suspended";

    /// <summary>A resolve or gate task cannot be done.</summary>
    public const string TaskFailed = "TaskFailed";
}
