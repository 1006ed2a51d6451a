using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;

namespace TextOps.Local.Display;

/// <summary>What a person sees of a ModelDeployment.</summary>
/// <param name="Deployment">The object.</param>
/// <param name="File">The manifest that it came from, in which an approval is to be written; null where it is not known.</param>
internal sealed record ModelDeploymentView(ModelDeployment Deployment, string? File) : ObjectView(Deployment)
{
    private const string DefaultStage = "production";

    /// <inheritdoc/>
    public override bool IsObserved =>
        Deployment.Status?.ObservedGeneration == Deployment.Metadata.Generation
        && (Deployment.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RetryAnnotation) is not { Length: > 0 } retry || retry == Deployment.Status?.LastHandledRetry);

    /// <inheritdoc/>
    public override bool IsOver => IsObserved && Stages.All(stage => stage.IsOver);

    /// <summary>Whether nothing goes on, and a stage waits for what a TrainingRun or another stage brings.</summary>
    public override bool IsWaiting => IsObserved && Stages.All(stage => stage.IsOver || stage.IsWaiting) && Stages.Any(stage => stage.IsWaiting);

    /// <inheritdoc/>
    public override bool IsFollower => true;

    /// <inheritdoc/>
    public override bool IsServing => Stages.Any(stage => stage.IsServing);

    /// <inheritdoc/>
    public override IReadOnlyList<ObjectView> Parts => [.. Stages];

    /// <inheritdoc/>
    public override double? Fraction => null;

    /// <inheritdoc/>
    protected override IReadOnlyList<V1Condition>? Conditions => Deployment.Status?.Conditions;

    private IEnumerable<StageView> Stages => Deployment.Spec.Stages.Select(stage => new StageView(Deployment, stage.Name, StatusOf(stage.Name), IsObserved));

    /// <summary>The stages with what they serve and where, what waits for approval and how to give it, and how to ask.</summary>
    public override IReadOnlyList<string> Outcome(string store)
    {
        List<string[]> rows = [["STAGE", "VERSION", "READY", "STATUS", "URL"], .. Deployment.Spec.Stages.Select(stage => Row(stage.Name, StatusOf(stage.Name)))];
        List<string> lines = [$"{Name}:", .. TextTable.Align(rows, "  ").TrimEnd('\n').Split('\n'), .. Awaiting(store)];
        if (Stages.LastOrDefault(stage => stage.IsServing) is { } serving)
        {
            lines.Add("  To ask it:");
            lines.Add($"    bin/textops predict {Deployment.Metadata.Name}/{serving.StageName} \"a text\"{Namespace}{Store(store)}");
        }

        return lines;
    }

    private IReadOnlyList<string> Awaiting(string store)
    {
        if (Find(ModelDeploymentConditions.AwaitingApproval) is not { Status: ConditionStatus.True } awaiting)
        {
            return [];
        }

        var lines = new List<string>();
        foreach (var stage in Deployment.Spec.Stages)
        {
            // The version to approve is the one that passed the stage before.
            if (stage.Approval is { } approval && stage.After is { } after && StatusOf(after)?.Stable is { } passed && VersionNumber.Parse(passed) is { } number && number != approval.Version)
            {
                lines.Add($"  {passed} passed {after} and awaits approval for {stage.Name}{(approval.Version is { } now ? $", which has {VersionNumber.Name(now)}" : "")}. To promote it, in another terminal:");
                lines.Add($"    bin/textops promote {Deployment.Metadata.Name} --version {number} --file {File ?? "FILE"}{(stage.Name == DefaultStage ? "" : $" --stage {stage.Name}")}{RegistryOf(store)}");
            }
        }

        return lines.Count > 0 ? lines : [$"  {awaiting.Message}"];
    }

    private static string[] Row(string name, StageStatus? stage) => stage is null
        ? [name, "", "", "Pending", ""]
        : [name, stage.Version ?? "-", $"{stage.ReadyReplicas ?? 0}/{stage.Replicas ?? 0}", Printable.OneLine(stage.Reason, 40), stage.ReadyReplicas > 0 ? Printable.OneLine(stage.Url ?? "", 200) : "-"];

    private StageStatus? StatusOf(string name) => Deployment.Status?.Stages?.FirstOrDefault(stage => stage.Name == name);

    private string Namespace => Deployment.Metadata.Namespace is "default" or null ? "" : $" -n {Deployment.Metadata.Namespace}";

    // Where the object names a registry, promote reads it there.
    private string RegistryOf(string store) => Deployment.Spec.Model.Registry is null ? Store(store) : "";

    private static string Store(string store) => store == LocalStore.DefaultFolder ? "" : $" --store {store}";
}
