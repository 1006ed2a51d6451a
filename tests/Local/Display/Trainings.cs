using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Local.Tests.Display;

/// <summary>TrainingRuns, to be varied by <c>with</c>.</summary>
internal static class Trainings
{
    public static TrainingRun Valid(string name = "book-reviews") => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = "default", Generation = 1 },
        Spec = new TrainingRunSpec
        {
            Dataset = new Dataset { Source = new DatasetSource { Uri = "file:///data/reviews.jsonl" } },
            Features = [new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures() }],
            Candidates = [new Candidate { Name = "linear", LogisticRegression = new LogisticRegression() }],
        },
    };

    /// <summary>The object with what the operator would say of it.</summary>
    public static TrainingRun Saying(this TrainingRun run, string reason, string message, ConditionStatus ready = ConditionStatus.False, string? stalled = null, TrainingRunStatus? status = null) => run with
    {
        Status = (status ?? new TrainingRunStatus()) with
        {
            ObservedGeneration = run.Metadata.Generation,
            Conditions =
            [
                Condition(RunConditions.Ready, ready, reason, message),
                Condition(RunConditions.Stalled, stalled is null ? ConditionStatus.False : ConditionStatus.True, stalled ?? RunReasons.NotStalled, stalled is null ? "" : message),
                .. status?.Conditions ?? [],
            ],
        },
    };

    public static V1Condition Condition(string type, ConditionStatus status, string reason, string message = "") =>
        new() { Type = type, Status = status, Reason = reason, Message = message, LastTransitionTime = DateTimeOffset.UnixEpoch };
}
