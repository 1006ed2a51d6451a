using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.TrainingRuns;

/// <summary>Keeps a text classifier current: labelled text is checked, split and turned into features, models are searched, the best is evaluated, and registered where it passes its gates.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = "TrainingRun", PluralName = "trainingruns")]
[CustomResource(ShortNames = ["tr"])]
[PrinterColumn("Status", "string", ".status.conditions[?(@.type==\"Ready\")].reason")]
[PrinterColumn("Trials", "string", ".status.trials")]
[PrinterColumn("Best", "string", ".status.best")]
[PrinterColumn("Metric", "string", ".status.metric")]
[PrinterColumn("Version", "string", ".status.version")]
[PrinterColumn("Rows", "integer", ".status.dataset.rows", Priority = 1)]
[PrinterColumn("Output", "string", ".status.output", Priority = 1)]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record TrainingRun : IRunObject<TrainingRunSpec, TrainingRunStatus>
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = ApiGroup.GroupVersion;

    /// <inheritdoc/>
    public string Kind { get; init; } = "TrainingRun";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>What Git wants.</summary>
    public required TrainingRunSpec Spec { get; init; }

    /// <summary>What the operator saw.</summary>
    public TrainingRunStatus? Status { get; init; }

    /// <summary>Rules over the object's name, the one place of metadata that CEL may read.</summary>
    public static IReadOnlyList<Rule<TrainingRun>> Rules { get; } = ObjectNames.Rules<TrainingRun>();
}
