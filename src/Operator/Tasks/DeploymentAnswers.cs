using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;

namespace TextOps.Operator.Tasks;

/// <summary>Whether a result is what a task of a ModelDeployment has to say: what a pod wrote goes into a status whose schema bounds it, and decides what is served.</summary>
internal static class DeploymentAnswers
{
    private const int MaxReferences = 16;
    private const int MaxReference = 63;
    private const int MaxUri = 4096;
    private const int DigestLength = 71;

    private static readonly string[] Verdicts =
        [GateVerdicts.Passed, GateVerdicts.GateFailed, GateVerdicts.ApprovalMismatch, GateVerdicts.VersionNotFound, GateVerdicts.AwaitingEvidence];

    public static bool IsAnswer(ResolveResult resolve) =>
        resolve.Versions is { Count: <= MaxReferences } versions
        && versions.All(IsVersion)
        && versions.DistinctBy(version => version.Reference, StringComparer.Ordinal).Count() == versions.Count;

    public static bool IsAnswer(GateResult gate) =>
        gate is { Version: > 0 } && Verdicts.Contains(gate.Verdict, StringComparer.Ordinal) && gate.Evidence is null or { Length: <= MaxUri } && TrainingAnswers.AreGates(gate.Gates);

    // A reference means a version with its digest, or nothing.
    private static bool IsVersion(ResolvedVersion? version) =>
        version is { Reference.Length: > 0 and <= MaxReference }
        && (version.Version is null ? version.Digest is null : VersionNumber.Parse(version.Version) is <= 999_999 && IsDigest(version.Digest));

    private static bool IsDigest(string? digest) =>
        digest?.Length == DigestLength && digest.StartsWith("sha256:", StringComparison.Ordinal) && digest.Skip("sha256:".Length).All(char.IsAsciiHexDigitLower);
}
