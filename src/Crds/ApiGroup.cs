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
}
