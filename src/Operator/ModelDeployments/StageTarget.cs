using TextOps.Crds;
using TextOps.Crds.ModelDeployments;

namespace TextOps.Operator.ModelDeployments;

/// <summary>The version that a stage should serve, or why that is not known.</summary>
internal sealed record StageTarget
{
    /// <summary>The version; null where it is not known.</summary>
    public StageVersion? Version { get; private init; }

    /// <summary>Why it is not known.</summary>
    public string Reason { get; private init; } = StageReasons.Resolving;

    /// <summary>The same for people.</summary>
    public string Message { get; private init; } = "";

    /// <summary>Whether something is under way that will tell.</summary>
    public bool IsComing { get; private init; }

    /// <summary>The target of <paramref name="stage"/>.</summary>
    public static StageTarget Of(ModelDeploymentSnapshot seen, Stage stage, RegistryLook registry)
    {
        if (stage.Approval is { } approval)
        {
            return approval is { Version: { } number, Digest: { } digest }
                ? new StageTarget { Version = new StageVersion(VersionNumber.Name(number), digest) }
                : new StageTarget { Reason = StageReasons.AwaitingApproval, Message = $"nothing is approved; {StageWording.HowToApprove(stage)}" };
        }

        var reference = RegistryLook.ReferenceOf(stage)!;
        return registry.Answer?.Versions?.FirstOrDefault(version => version.Reference == reference) switch
        {
            { Version: { } version, Digest: { } digest } => new StageTarget { Version = new StageVersion(version, digest) },
            { } none => new StageTarget
            {
                Reason = stage.Version is null ? StageReasons.Resolving : StageReasons.VersionNotFound,
                Message = none.Message ?? (stage.Version is null
                    ? $"no version of model {seen.Spec.Model.Name} has alias {reference} yet"
                    : $"model {seen.Spec.Model.Name} has no version {reference}; see textops models show {seen.Spec.Model.Name}"),
            },
            null when registry.Failure is { } failure => new StageTarget { Reason = StageReasons.TaskFailed, Message = failure },
            null when seen.Spec.Suspend => new StageTarget { Reason = StageReasons.Suspended, Message = $"spec.suspend is true: the registry is not asked what {reference} means" },
            null => new StageTarget { IsComing = true, Message = $"asking the registry what {reference} means{StageWording.Note(registry.Note)}" },
        };
    }
}
