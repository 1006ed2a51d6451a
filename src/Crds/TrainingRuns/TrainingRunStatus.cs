using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Schema;

namespace TextOps.Crds.TrainingRuns;

/// <summary>What the operator saw of a TrainingRun; nobody else writes it.</summary>
public sealed record TrainingRunStatus : IRunStatus
{
    /// <summary>The generation that this status was computed from.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Ready, Reconciling, Stalled, DataReady, Searched, Evaluated, GatesPassed and Registered.</summary>
    [MaxItems(16), MapKeys("type")]
    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    /// <summary>Trials that are over, of those planned, for example <c>12/40</c>.</summary>
    [MaxLength(16)]
    public string? Trials { get; init; }

    /// <summary>The best trial so far, for example <c>boosting #17</c>.</summary>
    [MaxLength(64)]
    public string? Best { get; init; }

    /// <summary>Its value, for example <c>f1_macro=0.8731</c>; of the test split when it was evaluated.</summary>
    [MaxLength(320)]
    public string? Metric { get; init; }

    /// <summary>Counts of the trials.</summary>
    public TrialCounts? TrialCounts { get; init; }

    /// <summary>The best trial so far.</summary>
    public BestTrial? BestTrial { get; init; }

    /// <summary>What the dataset came to.</summary>
    public DatasetStatus? Dataset { get; init; }

    /// <summary>The gates of the last evaluation.</summary>
    [MaxItems(16), MapKeys("name")]
    public IReadOnlyList<GateStatus>? Gates { get; init; }

    /// <summary>The last registered version, for example <c>v000003</c>.</summary>
    [MaxLength(16)]
    public string? Version { get; init; }

    /// <summary>SHA-256 of that version's card (<c>model.json</c>), which pins its files: what a deployment approves.</summary>
    [MaxLength(80)]
    public string? Digest { get; init; }

    /// <summary>Where that version lies.</summary>
    [MaxLength(4096)]
    public string? Output { get; init; }

    /// <summary>The run under way, or the last one.</summary>
    public RunStatus? Run { get; init; }

    /// <summary>The last runs, newest first.</summary>
    [MaxItems(50), MapKeys("id", "startTime")]
    public IReadOnlyList<RunStatus>? Runs { get; init; }

    /// <summary>The last time of <c>spec.schedule</c> that was acted on: a run was started, or it was skipped.</summary>
    public DateTimeOffset? LastScheduleTime { get; init; }

    /// <summary>The first time of <c>spec.schedule</c> that was not acted on yet; in the past while <c>spec.suspend</c> holds it back.</summary>
    public DateTimeOffset? NextScheduleTime { get; init; }

    /// <summary>The value of annotation <c>textops.dev/rerun</c> that was last acted on.</summary>
    [MaxLength(256)]
    public string? LastHandledRerun { get; init; }
}

/// <summary>Counts of a run's trials.</summary>
public sealed record TrialCounts
{
    /// <summary>How many are planned.</summary>
    public int? Total { get; init; }

    /// <summary>How many are in Jobs that run now.</summary>
    public int? Active { get; init; }

    /// <summary>How many gave a value.</summary>
    public int? Succeeded { get; init; }

    /// <summary>How many failed.</summary>
    public int? Failed { get; init; }
}

/// <summary>The best trial of a run.</summary>
public sealed record BestTrial
{
    /// <summary>Name of its candidate.</summary>
    [MaxLength(40)]
    public required string Candidate { get; init; }

    /// <summary>Its number in the run, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>Its value, as a decimal.</summary>
    [MaxLength(32)]
    public string? Value { get; init; }

    /// <summary>The parameters that were searched, as text.</summary>
    [MaxItems(16), ItemMaxLength(64)]
    public IReadOnlyDictionary<string, string>? Parameters { get; init; }
}

/// <summary>What the dataset of a run came to.</summary>
public sealed record DatasetStatus
{
    /// <summary>Rows that keep the contract.</summary>
    public long? Rows { get; init; }

    /// <summary>Rows left out.</summary>
    public long? Rejected { get; init; }

    /// <summary>Rows of the training split.</summary>
    public long? Train { get; init; }

    /// <summary>Rows of the validation split.</summary>
    public long? Validation { get; init; }

    /// <summary>Rows of the test split.</summary>
    public long? Test { get; init; }

    /// <summary>Number of labels.</summary>
    public int? Labels { get; init; }

    /// <summary>Where the contract's report lies.</summary>
    [MaxLength(4096)]
    public string? Report { get; init; }
}

/// <summary>How a gate came out.</summary>
public sealed record GateStatus
{
    /// <summary>Name of the gate.</summary>
    [MaxLength(63)]
    public required string Name { get; init; }

    /// <summary>The metric.</summary>
    [MaxLength(300)]
    public required string Metric { get; init; }

    /// <summary>Its value, as a decimal; absent where it could not be computed.</summary>
    [MaxLength(32)]
    public string? Value { get; init; }

    /// <summary>The bound in words, for example <c>at least 0.8</c>.</summary>
    [MaxLength(128)]
    public required string Bound { get; init; }

    /// <summary>Whether it holds.</summary>
    public required bool Passed { get; init; }
}
