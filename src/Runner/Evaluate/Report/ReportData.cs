using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Training;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Evaluate.Report;

/// <summary>All that a report tells: the parts of the model's card, its trials, its curves, and what the data contract found.</summary>
internal sealed record ReportData
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Number of the version; null where it was not registered.</summary>
    public int? Version { get; init; }

    /// <summary>When it was evaluated.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The object that made it.</summary>
    public required TaskOwner Owner { get; init; }

    /// <summary>The run that made it.</summary>
    public required string RunId { get; init; }

    /// <summary>What the model takes and gives.</summary>
    public required ModelSignature Signature { get; init; }

    /// <summary>The candidate with every parameter fixed.</summary>
    public required Candidate Candidate { get; init; }

    /// <summary>The blocks of features it sees.</summary>
    public required IReadOnlyList<FeatureBlock> Features { get; init; }

    /// <summary>Where it comes from.</summary>
    public required ModelLineage Lineage { get; init; }

    /// <summary>What it reached on the test split.</summary>
    public required ModelEvaluation Evaluation { get; init; }

    /// <summary>What part of the drawn values the intervals cover, as the spec gives it.</summary>
    public required string Confidence { get; init; }

    /// <summary>How its gates came out.</summary>
    public IReadOnlyList<GateStatus> Gates { get; init; } = [];

    /// <summary>Its trials, by number.</summary>
    public IReadOnlyList<TrialRecord> Trials { get; init; } = [];

    /// <summary>Number of the trial that was fitted; null where nothing was searched.</summary>
    public int? BestTrial { get; init; }

    /// <summary>Curves of its labels.</summary>
    public IReadOnlyList<LabelCurves> Curves { get; init; } = [];

    /// <summary>What the data contract found; null where it is not known.</summary>
    public ContractSummary? Contract { get; init; }
}

/// <summary>What the data contract found, in counts.</summary>
internal sealed record ContractSummary
{
    /// <summary>Rows that were read.</summary>
    public required long Read { get; init; }

    /// <summary>Rows left out.</summary>
    public required long Rejected { get; init; }

    /// <summary>Violations by reason.</summary>
    public IReadOnlyDictionary<string, long> Violations { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Rows whose text an earlier row has.</summary>
    public long Duplicates { get; init; }

    /// <summary>What is no violation but worth knowing: outliers, rare classes.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
