using TextOps.Crds.Meta;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.ModelDeployments;

/// <summary>Serves versions of a registered model in stages: each follows an alias, holds a version, or waits for the approval that a merged pull request is.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = "ModelDeployment", PluralName = "modeldeployments")]
[CustomResource(ShortNames = ["md"])]
[PrinterColumn("Status", "string", ".status.conditions[?(@.type==\"Ready\")].reason")]
[PrinterColumn("Staging", "string", ".status.stages[?(@.name==\"staging\")].version")]
[PrinterColumn("Production", "string", ".status.stages[?(@.name==\"production\")].version")]
[PrinterColumn("Ready", "string", ".status.ready")]
[PrinterColumn("Approval", "string", ".status.approval")]
[PrinterColumn("URL", "string", ".status.url")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record ModelDeployment : IKubernetesObject
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = ApiGroup.GroupVersion;

    /// <inheritdoc/>
    public string Kind { get; init; } = "ModelDeployment";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>What Git wants.</summary>
    public required ModelDeploymentSpec Spec { get; init; }

    /// <summary>What the operator saw.</summary>
    public ModelDeploymentStatus? Status { get; init; }

    /// <summary>Rules over the object's name, the one place of metadata that CEL may read.</summary>
    public static IReadOnlyList<Rule<ModelDeployment>> Rules { get; } =
    [
        .. ObjectNames.Rules<ModelDeployment>(),
        new("self.metadata.name.matches('^[a-z]')", item => item.Metadata.Name is not { Length: > 0 } name || char.IsAsciiLetterLower(name[0]),
            "metadata.name must begin with a letter; names of Services are made from it",
            (item, at) => $"{at}metadata.name ({item.Metadata.Name}) must begin with a letter; names of Services are made from it (RFC 1035)"),
    ];
}
