using TextOps.Crds;
using TextOps.Crds.ModelDeployments;

namespace TextOps.Operator.ModelDeployments;

/// <summary>What is known of a stage's versions: what its Deployment remembers, and of what that does not say, what the status says.</summary>
internal sealed record StageState
{
    /// <summary>What the pods are made of; null where there are none.</summary>
    public StageVersion? Current { get; init; }

    /// <summary>The last version that passed its gates here.</summary>
    public StageVersion? Stable { get; init; }

    /// <summary>The version that failed here last.</summary>
    public RejectedVersion? Rejected { get; init; }

    /// <summary>Whether the pods serve another model, which the spec named before: nothing of that one can be rendered or brought back.</summary>
    public bool IsOtherModel { get; init; }

    /// <summary>What the Deployment is to remember as long as nothing happens; null where there is none.</summary>
    public StageMemory? Memory { get; init; }

    /// <summary>The state of <paramref name="stage"/>, whose model is <paramref name="model"/> now.</summary>
    public static StageState Of(StageSnapshot stage, string model)
    {
        if (stage.Memory is { } memory)
        {
            return memory.Model is null || memory.Model == model
                ? new StageState { Current = memory.Current, Stable = memory.Stable, Rejected = memory.Rejected, Memory = memory }
                : new StageState { Current = memory.Current, Rejected = stage.Status?.Rejected, IsOtherModel = true, Memory = memory };
        }

        var status = stage.Status;
        var state = new StageState { Stable = VersionOf(status?.Stable, status?.StableDigest), Rejected = status?.Rejected };
        return stage.Deployment is { } deployment && VersionOf(status?.Version, status?.Digest) is { } current
            ? state with
            {
                Current = current,
                Memory = new StageMemory
                {
                    Current = current,
                    Stable = state.Stable,
                    Rejected = state.Rejected,
                    Gates = status!.Gates,
                    Evidence = status.Evidence,
                    Model = model,
                    Image = deployment.Spec.Template.Spec.Containers.FirstOrDefault()?.Image,
                    Template = deployment.Spec.Template.Metadata?.Annotations?.GetValueOrDefault(ApiGroup.TemplateAnnotation),
                },
            }
            : state;
    }

    /// <summary>Whether this names a version: somebody may have written something else where it was read.</summary>
    public static bool IsVersion(StageVersion? version) =>
        version is { Version: { } name, Digest: { Length: 71 } digest } && VersionNumber.Parse(name) is not null && digest.StartsWith("sha256:", StringComparison.Ordinal)
        && digest.Skip("sha256:".Length).All(char.IsAsciiHexDigitLower);

    private static StageVersion? VersionOf(string? version, string? digest) =>
        version is not null && digest is not null && new StageVersion(version, digest) is var known && IsVersion(known) ? known : null;
}
