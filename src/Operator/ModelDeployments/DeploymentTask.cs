using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.ModelDeployments;

/// <summary>A task of a ModelDeployment: what it is asked, and which run that is. Asked the same again it is the same run.</summary>
internal sealed record DeploymentTask
{
    private DeploymentTask()
    {
    }

    /// <summary>Identity of the run: 16 hex digits.</summary>
    public required string RunId { get; init; }

    /// <summary>See <see cref="TaskParts"/>; the verb of the runner where it is none of its own.</summary>
    public required string Part { get; init; }

    /// <summary>What the runner is called with.</summary>
    public required string Verb { get; init; }

    /// <summary>The stage that it is for; null for the whole object.</summary>
    public string? Stage { get; init; }

    /// <summary>Whether a result of the right form answers this task, and not another.</summary>
    public required Func<TaskResult, bool> Accepts { get; init; }

    /// <summary>What the runner is told.</summary>
    public required Func<TaskDocument> Document { get; init; }

    /// <summary>The next attempt.</summary>
    public DueTask Attempt(int number) => new(RunId, new TaskToStart(Part, number, Verb, Document()) { Stage = Stage });

    /// <summary>Asks the registry what <paramref name="references"/> mean.</summary>
    public static DeploymentTask Resolve(ModelDeploymentSnapshot seen, IReadOnlyList<string> references, string question)
    {
        var runId = Id(TaskParts.Resolve, new JsonObject { ["question"] = question, ["last"] = Node(seen.Status?.Registry?.Time) });
        return new DeploymentTask
        {
            RunId = runId,
            Part = TaskParts.Resolve,
            Verb = "resolve",
            Accepts = result => references.All(reference => result.Resolve!.Versions.Any(version => version.Reference == reference)),
            Document = () => new ResolveTask { Owner = Owner(seen), RunId = runId, Output = Output(seen), References = references },
        };
    }

    /// <summary>Judges a version before it is rolled out.</summary>
    /// <param name="judgement">What it is judged by.</param>
    /// <param name="since">Since when there are the pods that it would take the place of: an answer from before they came is not believed again.</param>
    /// <param name="hasPassedBefore">Whether the stage before, in the same object, serves it: what was missing may be there now.</param>
    public static DeploymentTask Check(ModelDeploymentSnapshot seen, Stage stage, StageVersion version, string judgement, DateTimeOffset? since, bool hasPassedBefore) =>
        Gate(seen, stage, version, TaskParts.Check, new JsonObject { ["judgement"] = judgement, ["since"] = Node(since), ["passed"] = hasPassedBefore }, probe: null);

    /// <summary>Judges a version that serves since <paramref name="since"/>.</summary>
    public static DeploymentTask Gate(ModelDeploymentSnapshot seen, Stage stage, StageVersion version, string judgement, DateTimeOffset? since, string url) =>
        Gate(seen, stage, version, TaskParts.Gate, new JsonObject { ["judgement"] = judgement, ["since"] = Node(since) }, new ServingProbe { Url = url, Smoke = stage.Smoke ?? [], SoakSeconds = stage.SoakSeconds });

    private static DeploymentTask Gate(ModelDeploymentSnapshot seen, Stage stage, StageVersion version, string part, JsonObject trigger, ServingProbe? probe)
    {
        var number = VersionNumber.ParseLoose(version.Version) ?? throw new ArgumentException($"{version.Version} is no version", nameof(version));
        var runId = Id(part, new JsonObject { ["stage"] = stage.Name, ["version"] = version.Version, ["digest"] = version.Digest, ["model"] = seen.Model, ["trigger"] = trigger });
        return new DeploymentTask
        {
            RunId = runId,
            Part = part,
            Verb = "gate",
            Stage = stage.Name,
            Accepts = result => result.Gate!.Version == number,
            Document = () => new GateTask
            {
                Owner = Owner(seen),
                RunId = runId,
                Output = Output(seen),
                Stage = stage.Name,
                Version = number,
                Digest = version.Digest,
                After = stage.After,
                Gates = stage.Gates ?? [],
                Probe = probe,
                Alias = stage.Alias,
            },
        };
    }

    /// <summary>The object as tasks name it.</summary>
    internal static TaskOwner Owner(ModelDeploymentSnapshot seen) => new() { Namespace = seen.Object.Metadata.Namespace!, Name = seen.Object.Metadata.Name! };

    /// <summary>Registry and name of the model.</summary>
    internal static TaskOutput Output(ModelDeploymentSnapshot seen) => new() { Uri = seen.Store!, Name = seen.Spec.Model.Name };

    /// <summary>Identity of a run of <paramref name="part"/> with these inputs.</summary>
    internal static string Id(string part, JsonObject inputs) => ModelDeploymentSnapshot.Hash(new JsonObject { ["part"] = part, ["inputs"] = inputs });

    private static JsonNode? Node(DateTimeOffset? time) => JsonSerializer.SerializeToNode(time, Json.Objects);
}
