using TextOps.Crds.ModelDeployments;

namespace TextOps.Operator.ModelDeployments;

/// <summary>What is to be done about a ModelDeployment, and what its status says then.</summary>
internal sealed record ModelDeploymentPlan
{
    /// <summary>Its stages, in the order of the spec.</summary>
    public required IReadOnlyList<StagePlan> Stages { get; init; }

    /// <summary>What the registry said last; null where it is not asked.</summary>
    public RegistryStatus? Registry { get; init; }

    /// <summary>Why the registry cannot be asked; null where it can.</summary>
    public string? RegistryFailure { get; init; }

    /// <summary>Why nothing can be done by this spec; null where something can.</summary>
    public string? Problem { get; init; }

    /// <summary>Tasks to start.</summary>
    public IReadOnlyList<DueTask> Start { get; init; } = [];

    /// <summary>Jobs to delete.</summary>
    public IReadOnlyList<string> Delete { get; init; } = [];

    /// <summary>Why the API server refused a task; null where it did not.</summary>
    public string? ChildRejected { get; init; }

    /// <summary>When to look again without being told; null: never.</summary>
    public TimeSpan? WakeAfter { get; init; }

    /// <summary>The earliest of these; null where none is set.</summary>
    public static TimeSpan? Earliest(params IEnumerable<TimeSpan?> times) => times.Min();
}
