using TextOps.Crds.Meta;
using TextOps.Crds.Runs;

namespace TextOps.Local.Display;

/// <summary>What a person sees of one object.</summary>
internal abstract record ObjectView(IKubernetesObject Entity)
{
    /// <summary>Name, with the namespace where it is not the default one.</summary>
    public virtual string Name => Entity.Metadata.Namespace is "default" or null ? Entity.Metadata.Name! : $"{Entity.Metadata.Namespace}/{Entity.Metadata.Name}";

    /// <summary>Kind and name: objects of two kinds may have one name.</summary>
    public string Key => $"{Entity.Kind} {Name}";

    /// <summary>Ready, where it is known.</summary>
    public V1Condition? Ready => Find(RunConditions.Ready);

    /// <summary>Stalled, where it is known.</summary>
    public V1Condition? Stalled => Find(RunConditions.Stalled);

    /// <summary>What kubectl would print as Status.</summary>
    public virtual string Reason => IsObserved ? Ready?.Reason ?? "Pending" : "Pending";

    /// <summary>What is being done, in words.</summary>
    public virtual string Message => IsObserved ? Ready?.Message ?? "" : "";

    /// <summary>What of the message belongs beside a bar.</summary>
    public virtual string Detail => "";

    /// <summary>Whether the status speaks of the object as it is now.</summary>
    public abstract bool IsObserved { get; }

    /// <summary>Whether nothing more happens until somebody changes something.</summary>
    public abstract bool IsOver { get; }

    /// <summary>Whether it is as its spec wants it.</summary>
    public virtual bool IsReady => IsObserved && Ready?.Status == ConditionStatus.True;

    /// <summary>Whether a person is needed.</summary>
    public virtual bool IsStalled => Stalled?.Status == ConditionStatus.True;

    /// <summary>Whether it waits for what another object makes.</summary>
    public virtual bool IsWaiting => false;

    /// <summary>Whether a new version of another object of its namespace sets it going again.</summary>
    public virtual bool IsFollower => false;

    /// <summary>Whether somebody can ask it now.</summary>
    public virtual bool IsServing => false;

    /// <summary>What is shown of it while it goes: itself, or its parts.</summary>
    public virtual IReadOnlyList<ObjectView> Parts => [this];

    /// <summary>Part of the work that is done, from 0 to 1; null where there is no such thing.</summary>
    public abstract double? Fraction { get; }

    /// <summary>Numbers that move while it runs.</summary>
    public virtual IReadOnlyList<string> Measures => [];

    /// <summary>Lines that say where the output lies, for an object that is ready; empty where it has none.</summary>
    /// <param name="store">Folder of the store.</param>
    public virtual IReadOnlyList<string> Outcome(string store) => [];

    /// <summary>The object's conditions, where there are any.</summary>
    protected abstract IReadOnlyList<V1Condition>? Conditions { get; }

    /// <summary>A condition, where it is known.</summary>
    protected V1Condition? Find(string type) => Conditions?.FirstOrDefault(condition => condition.Type == type);
}
