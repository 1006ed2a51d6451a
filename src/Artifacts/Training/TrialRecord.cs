using TextOps.Crds.TrainingRuns;

namespace TextOps.Artifacts.Training;

/// <summary>What a trial came to, whole: <c>trials/&lt;number&gt;.json</c> of a workspace.</summary>
public sealed record TrialRecord
{
    /// <summary>Number in the run, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>The candidate with every parameter fixed.</summary>
    public required Candidate Candidate { get; init; }

    /// <summary>The parameters that were sampled, as text.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Value of the objective; null where the trial failed.</summary>
    public double? Value { get; init; }

    /// <summary>Value of the objective of each fold; null where there are none.</summary>
    public IReadOnlyList<double>? Folds { get; init; }

    /// <summary>All metrics of the validation split by name (see <c>MetricNames</c>); empty with folds.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Facts of the training, for example <c>iterations</c>.</summary>
    public IReadOnlyDictionary<string, double> Facts { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Seconds it took.</summary>
    public required double Seconds { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public string? Error { get; init; }
}
