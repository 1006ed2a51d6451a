using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.TrainingRuns;

/// <summary>What a trial is judged by, and how trials run. How parameters are chosen is each candidate's.</summary>
public sealed record TrainingSearch
{
    /// <summary>What a trial is judged by.</summary>
    public Objective Objective { get; init; } = new();

    /// <summary>How many Jobs with trials run at once.</summary>
    [Range(1, 100)]
    public int ParallelTrials { get; init; } = 1;

    /// <summary>How many trials a Job runs, one after the other: a second's trial is not worth a pod.</summary>
    [Range(1, 32)]
    public int TrialsPerJob { get; init; } = 1;

    /// <summary>The run fails when more trials than this failed.</summary>
    [Range(0, 500)]
    public int MaxFailedTrials { get; init; } = 3;

    /// <summary>Seed of the sampler and of the models.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; init; }
}

/// <summary>What a trial is judged by. Whether more or less is better follows from the metric.</summary>
public sealed record Objective
{
    /// <summary>A metric of predictions, for example <c>f1_macro</c>, <c>recall[negative]</c> or <c>log_loss</c>.</summary>
    [MinLength(1), MaxLength(300)]
    public string Metric { get; init; } = MetricNames.F1Macro;

    /// <summary>Judge by so many folds of the training split (their mean) in place of the validation split.</summary>
    [Range(2, 20)]
    public int? Folds { get; init; }

    /// <summary>What only programs of ours judge.</summary>
    public static IReadOnlyList<Rule<Objective>> Rules { get; } =
    [
        new(Cel: null, objective => MetricNames.IsScore(objective.Metric), "metric must be one that a model's predictions give",
            (objective, at) => $"{at}metric ({objective.Metric}) is not a metric of predictions; use one of {MetricNames.List}"),
    ];
}
