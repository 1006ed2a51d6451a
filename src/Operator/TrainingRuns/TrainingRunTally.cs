using TextOps.Crds;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.TrainingRuns;

/// <summary>What the tasks of a run came to so far, by what is known of their attempts now.</summary>
internal sealed record TrainingRunTally
{
    // The contract's bound, which a runner that is not ours may not keep.
    private const int MaxErrorBytes = 80;

    /// <summary>What preparing came to; null while it is not done.</summary>
    public PrepareResult? Prepared { get; private init; }

    /// <summary>Whether all trials are over, so that the best is known.</summary>
    public bool IsSearched { get; private init; }

    /// <summary>How many trials gave a value.</summary>
    public int Succeeded { get; private init; }

    /// <summary>Why the others failed, by number of the trial.</summary>
    public required IReadOnlyList<(Trial Trial, string Error)> Failures { get; init; }

    /// <summary>The best trial so far; the only one where there is nothing to search.</summary>
    public Trial? Best { get; private init; }

    /// <summary>Its value; null where there is nothing to search.</summary>
    public double? BestValue { get; private init; }

    /// <summary>What the evaluation came to; null while it is not done.</summary>
    public EvaluateResult? Evaluated { get; private init; }

    /// <summary>How many trials are over.</summary>
    public int Over => Succeeded + Failures.Count;

    /// <summary>The version that the run registered or found current.</summary>
    public RegisteredVersion? Version => Evaluated?.Version ?? Prepared?.Version;

    /// <summary>Tells what there is of the run of a valid spec; <paramref name="judge"/> says what its attempts at a part amount to.</summary>
    public static TrainingRunTally Of(TrainingRunSnapshot seen, Func<string, TaskVerdict> judge)
    {
        var tally = seen.Trials.IsSearch ? OfSearch(seen, judge, FittedOf(seen, judge(TaskParts.Fit))) : OfOne(seen.Trials.Trials[0], judge(TaskParts.Fit));
        return tally with { Prepared = ResultOf(judge(TaskParts.Prepare))?.Prepare, Evaluated = ResultOf(judge(TaskParts.Evaluate))?.Evaluate };
    }

    /// <summary>Whether a Job with trials that came to nothing fails only its trials. What else ends it, ends the run: it is wrong for all of them.</summary>
    public static bool IsTolerable(TaskVerdict.Hopeless verdict) =>
        verdict.Reason is not (RunReasons.InputRejected or RunReasons.InvalidSpec or RunReasons.StoreRefused or RunReasons.PodStartTimeout);

    private static TrainingRunTally OfOne(Trial trial, TaskVerdict fit) => new()
    {
        IsSearched = true,
        Best = trial,
        Succeeded = fit is TaskVerdict.Done ? 1 : 0,
        Failures = fit is TaskVerdict.Hopeless hopeless ? [(trial, hopeless.Message)] : [],
    };

    private static TrainingRunTally OfSearch(TrainingRunSnapshot seen, Func<string, TaskVerdict> judge, Trial? fitted)
    {
        var isLessBetter = MetricNames.IsLessBetter(seen.Spec.Search.Objective.Metric);
        var failures = new List<(Trial, string)>();
        var isSearched = true;
        var succeeded = 0;
        var best = fitted;
        double? bestValue = null;
        foreach (var (job, trials) in seen.Trials.Jobs.Index())
        {
            var verdict = judge(TaskParts.Trials(job));
            isSearched &= verdict is TaskVerdict.Done || (verdict is TaskVerdict.Hopeless lost && IsTolerable(lost));
            if (verdict is TaskVerdict.Hopeless hopeless)
            {
                failures.AddRange(trials.Select(trial => (trial, hopeless.Message)));
            }

            foreach (var (trial, result) in trials.Zip(ResultOf(verdict)?.Train?.Trials ?? []))
            {
                if (result.Value is not { } value)
                {
                    failures.Add((trial, Ellipsis.Cut(result.Error ?? "no reason was given", MaxErrorBytes)));
                    continue;
                }

                succeeded++;

                // Of equal values the first, which has the lowest number.
                if (fitted is null ? bestValue is null || (isLessBetter ? value < bestValue : value > bestValue) : trial == fitted)
                {
                    (best, bestValue) = (trial, value);
                }
            }
        }

        return new TrainingRunTally { IsSearched = isSearched, Succeeded = succeeded, Failures = failures, Best = best, BestValue = bestValue };
    }

    // What was fitted stays the best, even where a Job that somebody deleted comes to something else when its trials are done again: that model is what is evaluated.
    private static Trial? FittedOf(TrainingRunSnapshot seen, TaskVerdict fit) =>
        ResultOf(fit)?.Train?.Trials is [{ Number: var number }] && number < seen.Trials.Trials.Count ? seen.Trials.Trials[number] : null;

    private static TaskResult? ResultOf(TaskVerdict verdict) => (verdict as TaskVerdict.Done)?.Attempt.Result;
}
