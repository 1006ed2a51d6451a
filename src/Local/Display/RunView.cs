using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;

namespace TextOps.Local.Display;

/// <summary>What a person sees of one object while it runs.</summary>
internal abstract record RunView(IRunObject<IRunSpec, IRunStatus> Entity)
{
    /// <summary>Name, with the namespace where it is not the default one.</summary>
    public string Name => Entity.Metadata.Namespace is "default" or null ? Entity.Metadata.Name! : $"{Entity.Metadata.Namespace}/{Entity.Metadata.Name}";

    /// <summary>Kind and name: objects of two kinds may have one name.</summary>
    public string Key => $"{Entity.Kind} {Name}";

    /// <summary>Ready, where it is known.</summary>
    public V1Condition? Ready => Find(RunConditions.Ready);

    /// <summary>Stalled, where it is known.</summary>
    public V1Condition? Stalled => Find(RunConditions.Stalled);

    /// <summary>What kubectl would print as Status.</summary>
    public string Reason => IsObserved ? Ready?.Reason ?? "Pending" : "Pending";

    /// <summary>What is being done, in words.</summary>
    public virtual string Message => IsObserved ? Ready?.Message ?? "" : "";

    /// <summary>What of the message belongs beside a bar.</summary>
    public virtual string Detail => "";

    /// <summary>Whether the status speaks of the object as it is now.</summary>
    public bool IsObserved =>
        Entity.Status?.ObservedGeneration == Entity.Metadata.Generation
        && (Entity.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RerunAnnotation) is not { Length: > 0 } rerun || rerun == Entity.Status?.LastHandledRerun);

    /// <summary>Whether nothing more happens until somebody changes something.</summary>
    public bool IsOver => IsObserved && (IsReady || IsStalled || Reason == RunReasons.Suspended);

    /// <summary>Whether it is as its spec wants it.</summary>
    public bool IsReady => IsObserved && Ready?.Status == ConditionStatus.True;

    /// <summary>Whether a person is needed.</summary>
    public bool IsStalled => Stalled?.Status == ConditionStatus.True;

    /// <summary>Whether it waits for what another object makes.</summary>
    public virtual bool IsWaiting => false;

    /// <summary>Whether a new version of another object of its namespace starts a run.</summary>
    public virtual bool IsFollower => false;

    /// <summary>Part of the work that is done, from 0 to 1.</summary>
    public double Fraction => IsReady ? 1 : Done;

    /// <summary>Numbers that move while it runs.</summary>
    public abstract IReadOnlyList<string> Measures { get; }

    /// <summary>Lines that say where the output lies, for an object that is ready; empty where it has none.</summary>
    /// <param name="store">Folder of the store.</param>
    public abstract IReadOnlyList<string> Outcome(string store);

    /// <summary>Part of the work that is done while it is not ready.</summary>
    protected abstract double Done { get; }

    /// <summary>A condition, where it is known.</summary>
    protected V1Condition? Find(string type) => Entity.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type);
}
