namespace TextOps.Crds;

/// <summary>Names that every kind shares.</summary>
public static class ApiGroup
{
    /// <summary>The API group.</summary>
    public const string Name = "textops.dev";

    /// <summary>The served and stored version.</summary>
    public const string Version = "v1alpha1";

    /// <summary><c>textops.dev/v1alpha1</c>.</summary>
    public const string GroupVersion = Name + "/" + Version;

    /// <summary>Who writes status and children.</summary>
    public const string FieldManager = "textops-operator";

    /// <summary>Annotation on our kinds: a new value asks for a run now; copied to <c>status.lastHandledRerun</c>.</summary>
    public const string RerunAnnotation = Name + "/rerun";

    /// <summary>Annotation on child Jobs: the task's result, lifted from the pod's termination message.</summary>
    public const string ResultAnnotation = Name + "/result";

    /// <summary>Annotation on child Jobs: how the task ended (<c>Succeeded</c>, <c>Refused</c>, <c>Failed</c>, <c>Disrupted</c>, <c>ResultLost</c>); kept when the pod is gone.</summary>
    public const string OutcomeAnnotation = Name + "/outcome";

    /// <summary>Label on children: the run they belong to (8 hex digits, see <see cref="Runs.RunIdentity"/>).</summary>
    public const string RunLabel = Name + "/run";

    /// <summary>Label on children: the part of the run, for example <c>plan</c>, <c>s00000</c>, <c>commit</c>.</summary>
    public const string PartLabel = Name + "/part";

    /// <summary>Label on children: attempt, from 0.</summary>
    public const string AttemptLabel = Name + "/attempt";

    /// <summary>Label on children: the kind of the object they belong to, in lower case; objects of two kinds may have one name.</summary>
    public const string KindLabel = Name + "/kind";

    /// <summary>Label on children: the name of the object they belong to.</summary>
    public const string NameLabel = Name + "/name";

    /// <summary>Label on children of a ModelDeployment: the stage they belong to.</summary>
    public const string StageLabel = Name + "/stage";

    /// <summary>Label on Deployments and pods of a stage: the version they serve, for example <c>v000003</c>.</summary>
    public const string VersionLabel = Name + "/version";

    /// <summary>Label on Deployments and pods of a stage: the first 32 hex digits of the digest of what they serve; a whole digest is longer than a label may be.</summary>
    public const string DigestLabel = Name + "/digest";

    /// <summary>Annotation on the Deployment of a stage: what the operator must not forget of it, as JSON (<see cref="ModelDeployments.StageMemory"/>).</summary>
    public const string StageAnnotation = Name + "/stage";

    /// <summary>Annotation on the Deployment and Service of a stage: hash of what was applied last.</summary>
    public const string AppliedAnnotation = Name + "/applied";

    /// <summary>Annotation on the pods of a stage: hash of the template that they were made from.</summary>
    public const string TemplateAnnotation = Name + "/template";

    /// <summary>Annotation on a ModelDeployment: a new value lets versions that failed be tried again; copied to <c>status.lastHandledRetry</c>.</summary>
    public const string RetryAnnotation = Name + "/retry";

    /// <summary>Annotation on a ModelDeployment: a new value makes new pods of what serves.</summary>
    public const string RolloutAnnotation = Name + "/rollout";

    /// <summary>Annotation on the Service of a stage, set by whoever makes it reachable from outside: the URL at which it is. Shown in the status, and asked by gates.</summary>
    public const string UrlAnnotation = Name + "/url";
}
