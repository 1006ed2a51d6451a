using System.Globalization;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Operator.EmbeddingJobs;

namespace TextOps.Local.Display;

/// <summary>What a person sees of one object while it runs.</summary>
internal sealed record RunView(EmbeddingJob Job, RunCounts Counts)
{
    /// <summary>Name, with the namespace where it is not the default one.</summary>
    public string Name => Job.Metadata.Namespace is "default" or null ? Job.Metadata.Name! : $"{Job.Metadata.Namespace}/{Job.Metadata.Name}";

    /// <summary>Ready, where it is known.</summary>
    public V1Condition? Ready => Find(RunConditions.Ready);

    /// <summary>Stalled, where it is known.</summary>
    public V1Condition? Stalled => Find(RunConditions.Stalled);

    /// <summary>What kubectl would print as Status.</summary>
    public string Reason => IsObserved ? Ready?.Reason ?? "Pending" : "Pending";

    /// <summary>Whether the status speaks of the object as it is now.</summary>
    public bool IsObserved =>
        Job.Status?.ObservedGeneration == Job.Metadata.Generation
        && (Job.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RerunAnnotation) is not { Length: > 0 } rerun || rerun == Job.Status?.LastHandledRerun);

    /// <summary>Whether nothing more happens until somebody changes something.</summary>
    public bool IsOver => IsObserved && (IsReady || Stalled?.Status == ConditionStatus.True || Reason == RunReasons.Suspended);

    /// <summary>Whether it is as its spec wants it.</summary>
    public bool IsReady => IsObserved && Ready?.Status == ConditionStatus.True;

    /// <summary>Part of the work that is done, from 0 to 1.</summary>
    public double Fraction => IsReady ? 1 : Counts.Fraction ?? Shown ?? 0;

    // A run that is over has no counts any more, but its status keeps how far it came.
    private double? Shown =>
        IsOver && int.TryParse(Job.Status?.Progress?.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? percent / 100.0 : null;

    private V1Condition? Find(string type) => Job.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type);
}
