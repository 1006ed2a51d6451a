using TextOps.Crds.Meta;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Local.Display;

/// <summary>What a person sees of a TrainingRun while it runs.</summary>
internal sealed record TrainingRunView(TrainingRun Training) : RunView(Training)
{
    /// <inheritdoc/>
    public override bool IsWaiting => Reason == TrainingRunReasons.WaitingForDataset;

    /// <inheritdoc/>
    public override bool IsFollower => Training.Spec.Dataset is { Embeddings.Version: null } and { Embeddings: not null };

    /// <inheritdoc/>
    public override string Detail => Message;

    /// <summary>None: what a search found so far is in the message.</summary>
    public override IReadOnlyList<string> Measures => [];

    /// <summary>Most of the time goes into trials; the rest is before and after them.</summary>
    protected override double Done => (0.05 * Holds(TrainingRunConditions.DataReady)) + (0.85 * Tried) + (0.05 * Holds(TrainingRunConditions.Evaluated));

    private double Tried => Training.Status?.TrialCounts is { Total: > 0 and var total } counts ? (double)((counts.Succeeded ?? 0) + (counts.Failed ?? 0)) / total : 0;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outcome(string store)
    {
        if (Training.Status is not { Output: { } output, Version: { } version } status)
        {
            return [];
        }

        // A registry of its own is named by its URI.
        var place = Training.Spec.Register.Registry ?? store;
        return
        [
            $"{Name}: {version} lies in {output}{(status.Metric is { } metric ? $" ({metric})" : "")}",
            $"  {output}/report.html",
            $"  bin/textops models show {Training.Spec.Register.NameFor(Training.Metadata)}@{version}{(place == LocalStore.DefaultFolder ? "" : $" --store {place}")}",
        ];
    }

    private int Holds(string step) => Find(step)?.Status == ConditionStatus.True ? 1 : 0;
}
