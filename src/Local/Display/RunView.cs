using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;

namespace TextOps.Local.Display;

/// <summary>What a person sees of an object that is kept current by runs.</summary>
internal abstract record RunView(IRunObject<IRunSpec, IRunStatus> Run) : ObjectView(Run)
{
    /// <inheritdoc/>
    public override bool IsObserved =>
        Run.Status?.ObservedGeneration == Run.Metadata.Generation
        && (Run.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RerunAnnotation) is not { Length: > 0 } rerun || rerun == Run.Status?.LastHandledRerun);

    /// <inheritdoc/>
    public override bool IsOver => IsObserved && (IsReady || IsStalled || Reason == RunReasons.Suspended);

    /// <inheritdoc/>
    public override double? Fraction => IsReady ? 1 : Done;

    /// <summary>Part of the work that is done while it is not ready.</summary>
    protected abstract double Done { get; }

    /// <inheritdoc/>
    protected override IReadOnlyList<V1Condition>? Conditions => Run.Status?.Conditions;
}
