using TextOps.Crds;
using TextOps.Crds.ModelDeployments;

namespace TextOps.Operator.ModelDeployments;

/// <summary>How an approval stands: what is approved, and what waits for it, because it passed the stage before in the same object.</summary>
internal sealed record StageApproval
{
    /// <summary>The approved version; null while none is.</summary>
    public StageVersion? Approved { get; private init; }

    /// <summary>A newer version that passed the stage before; null where there is none.</summary>
    public StageVersion? Waiting { get; private init; }

    /// <summary>Whether a person is awaited.</summary>
    public bool IsAwaited => Approved is null || Waiting is not null;

    /// <summary>What there is to do.</summary>
    public string Message { get; private init; } = "";

    /// <summary>As <c>status.approval</c> shows it.</summary>
    public string Short => Waiting is not null ? $"{Waiting.Version} awaits" : Approved is null ? "awaits" : Approved.Version;

    /// <summary>That of <paramref name="stage"/>, as the stages are now decided to be; null where it needs none.</summary>
    public static StageApproval? Of(IReadOnlyList<StagePlan> stages, Stage stage)
    {
        if (stage.Approval is not { } approval)
        {
            return null;
        }

        var approved = approval is { Version: { } number, Digest: { } digest } ? new StageVersion(VersionNumber.Name(number), digest) : null;
        var passed = stages.FirstOrDefault(other => other.Seen.Stage.Name == stage.After)?.State.Stable;
        var waiting = passed is not null && (approved is null || VersionNumber.ParseLoose(passed.Version) > approval.Version) ? passed : null;
        return new StageApproval
        {
            Approved = approved,
            Waiting = waiting,
            Message = waiting is not null ? $"{waiting.Version} passed {stage.After} and waits for approval; {StageWording.HowToApprove(stage, waiting)}"
                : approved is null ? $"nothing is approved; {StageWording.HowToApprove(stage)}"
                : "",
        };
    }
}
