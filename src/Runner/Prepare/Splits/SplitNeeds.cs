using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Prepare.Splits;

/// <summary>What a run does with the splits.</summary>
/// <param name="Validation">Whether trials are judged by the validation split.</param>
/// <param name="Folds">How many folds of the training split they are judged by; null where they are not.</param>
internal readonly record struct SplitNeeds(bool Validation, int? Folds)
{
    /// <summary>The needs of a run; one candidate without a search is judged by nothing but the test split.</summary>
    public static SplitNeeds Of(IReadOnlyList<Candidate> candidates, TrainingSearch search) =>
        candidates is [{ Search: null }] ? default : new(search.Objective.Folds is null, search.Objective.Folds);
}
