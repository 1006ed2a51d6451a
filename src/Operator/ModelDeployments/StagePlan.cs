using TextOps.Crds.ModelDeployments;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.ModelDeployments;

/// <summary>What is to be done about a stage, and what its status says then.</summary>
internal sealed record StagePlan
{
    /// <summary>The stage as it was seen.</summary>
    public required StageSnapshot Seen { get; init; }

    /// <summary>What is known of its versions once the plan is carried out.</summary>
    public required StageState State { get; init; }

    /// <summary>The version that it should serve; null where that is not known.</summary>
    public StageVersion? Target { get; init; }

    /// <summary>Why, for programs.</summary>
    public required string Reason { get; init; }

    /// <summary>Why, for people.</summary>
    public required string Message { get; init; }

    /// <summary>Whether it serves what it should: True, False or Unknown.</summary>
    public string Ready { get; init; } = StageReadiness.No;

    /// <summary>What its Deployment is to remember and to be made from; null: it is left as it is.</summary>
    public StageMemory? Wanted { get; init; }

    /// <summary>ConfigMaps that no pod needs any more.</summary>
    public IReadOnlyList<string> Unneeded { get; init; } = [];

    /// <summary>A task to start.</summary>
    public DueTask? Start { get; init; }

    /// <summary>Jobs to delete, so that they are asked again or never answer again.</summary>
    public IReadOnlyList<string> Delete { get; init; } = [];

    /// <summary>Reason of Stalled, where a person is needed.</summary>
    public string? Stalled { get; init; }

    /// <summary>Whether something is under way.</summary>
    public bool Reconciling { get; init; }

    /// <summary>When to look again without being told.</summary>
    public TimeSpan? WakeAfter { get; init; }
}

/// <summary>A task that is to be started, and the run that it is.</summary>
internal sealed record DueTask(string RunId, TaskToStart Task);

/// <summary>Values of a stage's <c>ready</c>.</summary>
internal static class StageReadiness
{
    public const string Yes = "True";
    public const string No = "False";
    public const string Unknown = "Unknown";
}
