using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Runs;

namespace TextOps.Operator.TrainingRuns;

/// <summary>The conditions that are a TrainingRun's steps, computed anew from what is known of its run; of a run that rests they stay, because its Jobs go with time.</summary>
internal sealed class TrainingRunSteps(TrainingRunSnapshot seen, RunPlan plan, TrainingRunTally? tally)
{
    private const int MaxMessageBytes = 4096;

    private static readonly string[] Types =
        [TrainingRunConditions.DataReady, TrainingRunConditions.Searched, TrainingRunConditions.Evaluated, TrainingRunConditions.GatesPassed, TrainingRunConditions.Registered];

    /// <summary><paramref name="conditions"/> with the steps set.</summary>
    public IReadOnlyList<V1Condition> Set(IReadOnlyList<V1Condition> conditions, DateTimeOffset now)
    {
        var isCurrent = true;
        foreach (var type in Types)
        {
            var step = tally is null ? Kept(conditions, type) : Outcome(type, tally);
            if (step is null)
            {
                step = isCurrent ? Current() : Pending;
                isCurrent = false;
            }

            conditions = Conditions.Set(conditions, type, step.Status, step.Reason, Ellipsis.Cut(step.Message, MaxMessageBytes), seen.Training.Metadata.Generation, now);
        }

        return conditions;
    }

    private static Step Pending => new(ConditionStatus.Unknown, TrainingRunReasons.Pending, "");

    // The step that the run is at, or at which it ended.
    private Step Current() => plan switch
    {
        { Stalled: { } reason } => new Step(ConditionStatus.False, reason, plan.Message),
        { Reason: TrainingRunReasons.WaitingForDataset } => new Step(ConditionStatus.False, plan.Reason, plan.Message),
        _ => new Step(ConditionStatus.Unknown, plan.Reason, ""),
    };

    private static Step? Kept(IReadOnlyList<V1Condition> conditions, string type) =>
        Conditions.Find(conditions, type) is { } kept ? new Step(kept.Status, kept.Reason, kept.Message) : Pending;

    private Step? Outcome(string type, TrainingRunTally known)
    {
        var wording = new TrainingRunWording(seen);
        return (type, known) switch
        {
            (TrainingRunConditions.DataReady, { Prepared: { } prepared }) => True(TrainingRunReasons.Prepared, TrainingRunWording.Prepared(prepared)),
            (not TrainingRunConditions.DataReady, { Prepared.Version: { } version }) => True(RunReasons.UpToDate, wording.Registered(version)),
            (TrainingRunConditions.Searched, { Prepared: not null }) when !seen.Trials.IsSearch => True(TrainingRunReasons.NothingToSearch, "there is one trial, and nothing to choose from"),
            (TrainingRunConditions.Searched, { IsSearched: true, Best: not null }) when plan.Stalled != TrainingRunReasons.TrialsFailed && seen.Trials.IsSearch =>
                True(TrainingRunReasons.Completed, wording.Searched(known)),
            (TrainingRunConditions.Evaluated, { Evaluated: { } evaluated }) => True(TrainingRunReasons.Completed, wording.Evaluated(known.Prepared, evaluated)),
            (TrainingRunConditions.GatesPassed, { Evaluated.Gates.Count: 0 }) => True(TrainingRunReasons.NoGates, "spec.evaluation.gates names none"),
            (TrainingRunConditions.GatesPassed, { Evaluated: { Version: not null } evaluated }) => True(TrainingRunReasons.Passed, TrainingRunWording.Gates(evaluated.Gates)),
            (TrainingRunConditions.GatesPassed, { Evaluated: { } evaluated }) =>
                new Step(ConditionStatus.False, TrainingRunReasons.GateFailed, TrainingRunWording.Gates(evaluated.Gates)),
            (TrainingRunConditions.Registered, { Evaluated.Version: { } version }) => True(TrainingRunReasons.Registered, wording.Registered(version)),
            (TrainingRunConditions.Registered, { Evaluated: not null }) => new Step(ConditionStatus.False, TrainingRunReasons.GateFailed, "a gate does not hold; nothing was registered"),
            _ => null,
        };
    }

    private static Step True(string reason, string message) => new(ConditionStatus.True, reason, message);

    private sealed record Step(ConditionStatus Status, string Reason, string Message);
}
