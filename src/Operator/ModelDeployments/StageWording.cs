using System.Globalization;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Operator.Runs;

namespace TextOps.Operator.ModelDeployments;

/// <summary>How messages about a ModelDeployment name versions, pods and what to do.</summary>
internal static class StageWording
{
    // The first twelve hex digits tell versions apart; what is approved needs all of them.
    private const int ShownDigest = 19;

    /// <summary><c>v000002</c>.</summary>
    public static string Name(StageVersion? version) => version?.Version ?? "nothing";

    /// <summary>What to write to approve a version, or that there is none yet.</summary>
    public static string HowToApprove(Stage stage, StageVersion? version = null) => version is null
        ? $"set version and digest in spec.stages[{stage.Name}].approval"
        : $"to approve it set version {VersionNumber.ParseLoose(version.Version)} and digest {version.Digest} in spec.stages[{stage.Name}].approval";

    /// <summary>What serves beside a version that does not.</summary>
    public static string Meanwhile(StageVersion? current) => current is null ? "nothing serves" : $"{current.Version} goes on serving";

    /// <summary><c>2 of 3 pods are ready</c>.</summary>
    public static string Pods(StageRollout rollout) =>
        $"{rollout.Ready} of {Wording.Count(rollout.Wanted, "pod")} {(rollout.Wanted == 1 ? "is" : "are")} ready{Note(rollout.Trouble)}";

    /// <summary>A remark at the end of a message.</summary>
    public static string Note(string? note) => string.IsNullOrEmpty(note) ? "" : $"; {note}";

    /// <summary>Why a gate task let a version not pass.</summary>
    public static string Verdict(GateResult result, StageVersion version) => result.Message ?? result.Verdict switch
    {
        GateVerdicts.GateFailed => FailedGates(result.Gates),
        GateVerdicts.ApprovalMismatch => $"{version.Version} of the registry has another digest than the approved one ({Short(version.Digest)}…); approve the digest that the registry shows, or find out who changed it",
        GateVerdicts.VersionNotFound => $"the registry has no version {version.Version}",
        _ => $"{version.Version} did not pass the stage before",
    };

    /// <summary>What to do where a version failed.</summary>
    public static string HowToRetry(Stage stage) => stage switch
    {
        { Approval: not null } => $"approve another version, or set annotation {ApiGroup.RetryAnnotation} to a new value to try it again",
        { Follow: { } alias } => $"it is not tried again until alias {alias} names another version or annotation {ApiGroup.RetryAnnotation} has a new value",
        _ => $"name another version, or set annotation {ApiGroup.RetryAnnotation} to a new value to try it again",
    };

    private static string FailedGates(IReadOnlyList<GateStatus> gates) =>
        gates.Any(gate => !gate.Passed)
            ? string.Join("; ", gates.Where(gate => !gate.Passed).Select(gate => $"{gate.Metric} {(gate.Value is { } value ? $"{Shown(value)} is not {gate.Bound}" : "could not be computed")} ({gate.Name})"))
            : "a gate does not hold";

    private static string Short(string digest) => digest.Length > ShownDigest ? digest[..ShownDigest] : digest;

    // Sizes are whole numbers and stay so.
    private static string Shown(string value) =>
        value.Contains('.', StringComparison.Ordinal) && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Wording.Score(number) : value;
}
