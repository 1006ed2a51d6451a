using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.TrainingRuns;

/// <summary>Makes the status of a TrainingRun from a decision: what every kind reports, its steps, and what its run came to.</summary>
public static partial class TrainingRunStatusBuilder
{
    // Bounds of the schema.
    private const int MaxGateValueBytes = 32;
    private const int MaxGateBoundBytes = 128;

    /// <summary>Whether two statuses differ in nothing but how far preparing is: trials that end are told at once.</summary>
    public static bool IsSameButProgress(TrainingRunStatus? before, TrainingRunStatus after) =>
        before is not null && JsonNode.DeepEquals(JsonSerializer.SerializeToNode(WithoutProgress(before), Json.Objects), JsonSerializer.SerializeToNode(WithoutProgress(after), Json.Objects));

    /// <summary>Whether trials, the best of them, or what is said of them moved.</summary>
    public static bool HasMoved(TrainingRunStatus? before, TrainingRunStatus after) =>
        before?.Trials != after.Trials || before?.Best != after.Best || before?.Metric != after.Metric || MessageOf(before) != MessageOf(after);

    /// <summary>The status after <paramref name="plan"/>.</summary>
    public static TrainingRunStatus Build(TrainingRunSnapshot seen, RunPlan plan, DateTimeOffset now)
    {
        var old = seen.Training.Status ?? new TrainingRunStatus();
        plan = WithProgress(seen, plan);
        var report = RunReport.Of(seen, plan, now);

        // What a run that rests came to is in the status, and its Jobs go with time. A spec that breaks a rule has no trials that could be told of.
        var isKept = report.IsSameRun && (seen.Problems.Count > 0 || (plan.Run is { CompletionTime: not null } && plan.Run == seen.LastRun));
        var attempts = new RunAttempts(seen, plan.Run!, now);
        var tally = isKept ? null : seen.Problems.Count == 0 ? TrainingRunTally.Of(seen, attempts.Judge) : new TrainingRunTally { Failures = [] };
        var known = report.IsSameRun ? old : new TrainingRunStatus { Gates = old.Gates };
        var status = old with
        {
            ObservedGeneration = report.ObservedGeneration,
            Conditions = new TrainingRunSteps(seen, plan, tally).Set(report.Conditions, now),
            Trials = known.Trials,
            Best = known.Best,
            Metric = known.Metric,
            TrialCounts = known.TrialCounts is { } counts && !plan.Reconciling ? counts with { Active = 0 } : known.TrialCounts,
            BestTrial = known.BestTrial,
            Dataset = known.Dataset,
            Gates = known.Gates,
            Version = plan.Version ?? old.Version,
            Output = plan.Output ?? old.Output,
            Digest = plan.Version is null ? old.Digest : tally?.Version?.Digest ?? old.Digest,
            Run = report.Run,
            Runs = report.Runs,
            LastScheduleTime = report.LastScheduleTime,
            NextScheduleTime = report.NextScheduleTime,
            LastHandledRerun = report.LastHandledRerun,
        };
        return tally switch
        {
            { Prepared: { Version: { } version } prepared } => status with
            {
                Dataset = DatasetOf(prepared),
                Best = version.Candidate,
                Metric = new TrainingRunWording(seen).Metric(version.Value),
            },
            { Prepared: { } prepared } => WithSearch(status, seen, plan, tally, attempts) with { Dataset = DatasetOf(prepared) },
            _ => status,
        };
    }

    private static TrainingRunStatus WithSearch(TrainingRunStatus status, TrainingRunSnapshot seen, RunPlan plan, TrainingRunTally tally, RunAttempts attempts)
    {
        var wording = new TrainingRunWording(seen);
        var total = seen.Trials.Trials.Count;
        return status with
        {
            Trials = string.Create(CultureInfo.InvariantCulture, $"{tally.Over}/{total}"),
            TrialCounts = new TrialCounts { Total = total, Active = Active(seen, plan, attempts), Succeeded = tally.Succeeded, Failed = tally.Failures.Count },
            Best = tally.Best is { } best ? wording.Trial(best) : null,
            BestTrial = tally.Best is { } trial ? BestOf(trial, tally.BestValue) : null,
            Metric = wording.Metric(tally.Evaluated is { } evaluated ? evaluated.Value : tally.BestValue),
            Gates = tally.Evaluated is { } judged ? GatesOf(judged) : status.Gates,
        };
    }

    // Those of Jobs that run, and of Jobs that the plan starts.
    private static int Active(TrainingRunSnapshot seen, RunPlan plan, RunAttempts attempts)
    {
        var parts = attempts.Mine.Where(attempt => attempt.State == TaskState.Active && !plan.Delete.Contains(attempt.JobName, StringComparer.Ordinal)).Select(attempt => attempt.Part)
            .Concat(plan.Start.Select(task => task.Part))
            .ToHashSet(StringComparer.Ordinal);
        return seen.Trials.IsSearch ? seen.Trials.Jobs.Index().Where(job => parts.Contains(TaskParts.Trials(job.Index))).Sum(job => job.Item.Count) : parts.Contains(TaskParts.Fit) ? 1 : 0;
    }

    private static BestTrial BestOf(Trial trial, double? value) => new()
    {
        Candidate = trial.Candidate.Name,
        Number = trial.Number,
        Value = value is { } known ? Wording.Score(known) : null,
        Parameters = trial.Parameters,
    };

    private static DatasetStatus DatasetOf(PrepareResult prepared) => new()
    {
        Rows = prepared.Rows,
        Rejected = prepared.Rejected,
        Train = prepared.Train,
        Validation = prepared.Validation,
        Test = prepared.Test,
        Labels = prepared.Labels,
        Report = prepared.Report,
    };

    private static IReadOnlyList<GateStatus> GatesOf(EvaluateResult evaluated) =>
    [
        .. evaluated.Gates.Select(gate => gate with
        {
            Value = gate.Value is { } value ? Ellipsis.Cut(value, MaxGateValueBytes) : null,
            Bound = Ellipsis.Cut(gate.Bound, MaxGateBoundBytes),
        }),
    ];

    private static RunPlan WithProgress(TrainingRunSnapshot seen, RunPlan plan) =>
        plan.Reconciling && plan.Message.StartsWith(TrainingRunDecision.Preparing, StringComparison.Ordinal) && seen.Progress.GetValueOrDefault(TaskParts.Prepare) is { Rows: > 0 } progress
            ? plan with { Message = $"{plan.Message} ({Wording.Rows(progress.Rows)} read)" }
            : plan;

    private static TrainingRunStatus WithoutProgress(TrainingRunStatus status) =>
        status with { Conditions = [.. (status.Conditions ?? []).Select(condition => condition with { Message = ReadRows.Replace(condition.Message, "") })] };

    private static string? MessageOf(TrainingRunStatus? status) => Kubernetes.Runtime.Conditions.Find(status?.Conditions, RunConditions.Ready)?.Message;

    [GeneratedRegex(@" \([0-9,]+ rows? read\)$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReadRows { get; }
}
