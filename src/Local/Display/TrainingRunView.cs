using TextOps.Crds.Meta;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Local.Display;

/// <summary>What a person sees of a TrainingRun while it runs.</summary>
internal sealed record TrainingRunView(TrainingRun Run) : RunView(Run)
{
    private static readonly string[] Steps =
        [TrainingRunConditions.DataReady, TrainingRunConditions.Searched, TrainingRunConditions.Evaluated, TrainingRunConditions.GatesPassed, TrainingRunConditions.Registered];

    /// <inheritdoc/>
    public override bool IsWaiting => Reason == TrainingRunReasons.WaitingForDataset;

    /// <inheritdoc/>
    public override bool IsFollower => Run.Spec.Dataset is { Embeddings.Version: null } and { Embeddings: not null };

    /// <summary>What is being done, with the trials and the best of them where the operator's own words leave them out.</summary>
    public override string Message
    {
        get
        {
            var text = base.Message;
            if (!IsObserved || IsOver || Run.Status is not { } status)
            {
                return text;
            }

            List<string> facts = [];
            if (status.TrialCounts is { Total: > 0 and var total } counts && Finished(counts) is var finished)
            {
                facts.Add($"{finished} of {total} trials");
            }

            if (status.Best is { } best)
            {
                facts.Add($"best {best}{(status.Metric is { } metric ? $" {metric}" : "")}");
            }

            return string.Join(", ", new[] { text }.Concat(facts.Where(fact => !text.Contains(fact, StringComparison.Ordinal))).Where(part => part.Length > 0));
        }
    }

    /// <summary>What a search found so far is in the message.</summary>
    public override string Detail => Message;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Measures => Run.Status?.TrialCounts is { Failed: > 0 and var failed } && $"{failed} failed" is var text && !Message.Contains(text, StringComparison.Ordinal) ? [text] : [];

    /// <summary>A bar over trials; over the steps where there is nothing to search.</summary>
    protected override double Done => Run.Status?.TrialCounts is { Total: > 0 and var total } counts
        ? Math.Min((double)Finished(counts) / total, 0.99)
        : (double)Steps.Count(step => Find(step)?.Status == ConditionStatus.True) / (Steps.Length + 1);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outcome(string store)
    {
        if (Run.Status is not { Output: { } output, Version: { } version } status)
        {
            return [];
        }

        // A registry of its own is named by its URI.
        var place = Run.Spec.Register.Registry ?? store;
        return
        [
            $"{Name}: {version} lies in {output}{(status.Metric is { } metric ? $" ({metric})" : "")}",
            $"  bin/textops models show {Run.Spec.Register.NameFor(Run.Metadata)}@{version}{(place == LocalStore.DefaultFolder ? "" : $" --store {place}")}",
        ];
    }

    private static int Finished(TrialCounts counts) => (counts.Succeeded ?? 0) + (counts.Failed ?? 0);
}
