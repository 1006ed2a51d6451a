using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Operator.Tasks;

/// <summary>
/// Whether a result is what a training task has to say: a pod could have written anything, and what it wrote goes into a status whose schema bounds it. Missing strings are possible
/// too, whatever the types say.
/// </summary>
internal static class TrainingAnswers
{
    private const int MaxTrialsPerJob = 32;
    private const int MaxGates = 16;
    private const int MaxGateName = 63;
    private const int MaxMetricName = 300;
    private const int MaxCandidateName = 40;
    private const int DigestLength = 71;

    // Written out with four decimals it has to fit into the status; no metric comes near it.
    private const double MaxValue = 1e12;

    public static bool IsAnswer(PrepareResult prepare) =>
        TaskParts.AreCounts(prepare.Rows, prepare.Rejected, prepare.Train, prepare.Validation, prepare.Test, prepare.Labels, prepare.Columns)
        && prepare is { Workspace.Length: > 0, Report: not null }
        && (prepare.UpToDate ? prepare.Version is { } version && IsVersion(version) : prepare.Version is null);

    /// <summary>
    /// Whether these are the trials of Job <paramref name="part"/>: all Jobs but the last have as many, so that the first trial's number is a multiple of the Job's index. Which
    /// multiple only the plan of the search knows.
    /// </summary>
    public static bool AreTrials(string part, TrainResult train)
    {
        if (TaskParts.TrialJobOf(part) is not { } job || train.Trials is not { Count: > 0 and <= MaxTrialsPerJob } trials || !trials.All(IsTrial))
        {
            return false;
        }

        var first = trials[0].Number;
        var perJob = job == 0 ? MaxTrialsPerJob : first / job;
        return first == (job == 0 ? 0 : job * perJob)
            && perJob is > 0 and <= MaxTrialsPerJob
            && trials.Count <= perJob
            && trials.Select((trial, index) => trial.Number == first + index).All(follows => follows);
    }

    public static bool IsFit(TrainResult fit) => fit.Trials is { Count: <= 1 } trials && trials.All(IsTrial) && TaskParts.AreCounts(fit.ModelBytes ?? 0);

    /// <summary>A version is there exactly where all gates hold.</summary>
    public static bool IsAnswer(EvaluateResult evaluate) =>
        evaluate is { Report: not null, Gates: { } gates }
        && IsValue(evaluate.Value)
        && IsValue(evaluate.Accuracy)
        && AreGates(gates)
        && (gates.All(gate => gate.Passed) ? evaluate.Version is { } version && IsVersion(version) : evaluate.Version is null);

    /// <summary>Whether these fit into a status, a name once.</summary>
    public static bool AreGates(IReadOnlyList<GateStatus>? gates) =>
        gates is { Count: <= MaxGates } && gates.All(IsGate) && gates.DistinctBy(gate => gate.Name, StringComparer.Ordinal).Count() == gates.Count;

    private static bool IsTrial(TrialResult? trial) => trial is { Number: >= 0, Seconds: >= 0 and <= MaxValue } && IsValue(trial.Value);

    private static bool IsGate(GateStatus? gate) =>
        gate is { Name.Length: > 0 and <= MaxGateName, Metric.Length: > 0 and <= MaxMetricName, Bound: not null };

    private static bool IsVersion(RegisteredVersion version) =>
        version is { Version: > 0, Output.Length: > 0, Digest.Length: DigestLength, Candidate.Length: > 0 and <= MaxCandidateName }
        && version.Digest.StartsWith("sha256:", StringComparison.Ordinal)
        && IsValue(version.Value);

    private static bool IsValue(double? value) => value is null || Math.Abs(value.Value) <= MaxValue;
}
