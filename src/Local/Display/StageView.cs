using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;

namespace TextOps.Local.Display;

/// <summary>What a person sees of one stage of a ModelDeployment.</summary>
/// <param name="Deployment">The object.</param>
/// <param name="StageName">Name of the stage.</param>
/// <param name="Stage">How it goes; null where that is not known yet.</param>
/// <param name="IsCurrent">Whether the status speaks of the object as it is now.</param>
internal sealed record StageView(ModelDeployment Deployment, string StageName, StageStatus? Stage, bool IsCurrent) : ObjectView(Deployment)
{
    // What goes on by itself: nobody need do anything yet.
    private static readonly string[] Busy = [StageReasons.Checking, StageReasons.RollingOut, StageReasons.Gating, StageReasons.Unavailable];

    // What another object, or another cluster, may bring.
    private static readonly string[] Waiting = [StageReasons.Resolving, StageReasons.AwaitingEvidence];

    /// <inheritdoc/>
    public override string Name => $"{base.Name}/{StageName}";

    /// <inheritdoc/>
    public override bool IsObserved => IsCurrent && Stage is not null;

    /// <inheritdoc/>
    public override string Reason => Stage?.Reason ?? "Pending";

    /// <summary>The version that serves, the one that it should be, why, and how many gates hold.</summary>
    public override string Message => Stage is null ? "" : string.Join("  ", new[] { Versions, Stage.Message ?? "", Gates }.Where(part => part.Length > 0));

    /// <inheritdoc/>
    public override string Detail => Message;

    /// <inheritdoc/>
    public override bool IsReady => Stage?.Ready == "True";

    /// <inheritdoc/>
    public override bool IsStalled => !IsReady && !Busy.Contains(Reason) && !Waiting.Contains(Reason) && Stage is not null;

    /// <inheritdoc/>
    public override bool IsOver => IsObserved && !Busy.Contains(Reason) && !Waiting.Contains(Reason);

    /// <inheritdoc/>
    public override bool IsWaiting => IsObserved && Waiting.Contains(Reason);

    /// <inheritdoc/>
    public override bool IsServing => Stage is { ReadyReplicas: > 0, Url: not null };

    /// <inheritdoc/>
    public override double? Fraction => null;

    /// <inheritdoc/>
    protected override IReadOnlyList<V1Condition>? Conditions => null;

    private string Versions => (Stage!.Version, Stage.Target) switch
    {
        (null, null) => "",
        (null, { } target) => $"-> {target}",
        ({ } version, null) => version,
        ({ } version, { } target) => version == target ? version : $"{version} -> {target}",
    };

    private string Gates => Stage!.Gates is { Count: > 0 } gates
        ? $"gates {gates.Count(gate => gate.Passed)}/{gates.Count}{string.Concat(gates.Where(gate => !gate.Passed).Select(gate => $" ({gate.Name}: {gate.Metric} {gate.Value ?? "unknown"}, wanted {gate.Bound})"))}"
        : "";
}
