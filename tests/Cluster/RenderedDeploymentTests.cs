using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Cluster.Tests.Support;
using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Core;
using TextOps.Operator;
using TextOps.Operator.ModelDeployments;
using TextOps.Operator.Tasks;
using TextOps.Tests;

namespace TextOps.Cluster.Tests;

/// <summary>The API server takes all children of a ModelDeployment with every field set, and drops nothing; and a runner that is set to the full makes pods that it takes.</summary>
public sealed class RenderedDeploymentTests
{
    private static readonly StageVersion Version = new("v000003", $"sha256:{new string('a', 64)}");

    [Theory]
    [InlineData(RolloutType.RollingUpdate)]
    [InlineData(RolloutType.Recreate)]
    public async Task Child_objects_of_a_ModelDeployment_with_every_field_set_are_stored_as_they_were_rendered(RolloutType strategy)
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources);
        using var api = ApiAccess.Client(ApiAccess.Configuration(space.Cluster, "admin"));
        var full = Full();
        var owner = await api.CreateAsync(
            full with { Metadata = full.Metadata with { Namespace = space.Name }, Spec = full.Spec with { Stages = [full.Spec.Stages[0] with { Strategy = new RolloutStrategy { Type = strategy } }] } },
            TestContext.Current.CancellationToken);
        var seen = new ModelDeploymentSnapshot { Object = owner, Stages = [], Options = new OperatorOptions { DefaultStore = "s3://bucket/prefix" } };
        var builder = new StageBuilder(seen, owner.Spec.Stages[0]);
        var memory = builder.WithTemplate(new StageMemory { Current = Version, Stable = Version, Model = seen.Model }, live: null, before: null, TimeProvider.System.GetUtcNow());
        var (gateTask, gate) = TaskJobBuilder.Build(owner, "0123456789abcdef", Gate(owner), StageBuilder.TaskRunner(owner.Spec, TaskParts.Gate), "registry.example/runner:1", "team-a");

        Apply(space, builder.Task(Version));
        Apply(space, builder.Deployment(memory));
        Apply(space, builder.Service());
        Apply(space, gateTask);
        Apply(space, gate);
        if (space.Kubectl.Run("api-versions").Split('\n').Contains("policy/v1"))
        {
            Apply(space, builder.Budget());
        }
        else
        {
            Apply(space, new V1Beta1PodDisruptionBudget { Metadata = builder.Budget().Metadata, Spec = builder.Budget().Spec });
        }
    }

    /// <summary>An object with every field of the spec.</summary>
    internal static ModelDeployment Full()
    {
        var spec = new ModelDeploymentSpec
        {
            Model = new DeployedModel { Registry = "s3://bucket/prefix", Name = "full", ResolveIntervalSeconds = 60 },
            Stages =
            [
                ModelDeployments.Production with
                {
                    SoakSeconds = 5,
                    Gates = [.. ModelDeployments.Staging.Gates!, new Gate { Name = "not-worse", Metric = MetricNames.F1Macro, RelativeTo = new GateReference { Alias = "production", MaxDrop = "0.01" } }],
                    Smoke =
                    [
                        new SmokeRequest { Name = "praise", Text = "Great", Fields = new Dictionary<string, string> { ["helpfulVotes"] = "2" }, Label = "positive", MinScore = "0.5" },
                        new SmokeRequest { Name = "rank", Text = "Where?", Texts = ["Here.", "There."] },
                    ],
                    Approval = new Approval { Version = 3, Digest = Version.Digest },
                },
                ModelDeployments.Staging,
                ModelDeployments.Staging with { Name = "pinned", Follow = null, Version = 2 },
            ],
            Serving = new Serving
            {
                MaxBatchTokens = 4096,
                Access = new ServingAccess { BearerTokenSecretRef = new V1KeySelector { Name = "access", Key = "token", Optional = false } },
            },
            Monitoring = new Monitoring { PredictionLog = new PredictionLog { Uri = "s3://bucket/log", SampleRate = "0.5", Text = LoggedText.Full, FlushSeconds = 10 } },
            Suspend = true,
            QueueName = "team-a",
            Runner = RenderedObjectsTests.Runner,
        };
        Assert.All(typeof(ModelDeploymentSpec).GetProperties().Where(property => property.CanWrite), property => Assert.True(property.GetValue(spec) is not null, property.Name));
        return new ModelDeployment { Metadata = new V1ObjectMeta { Name = "full" }, Spec = spec };
    }

    private static TaskToStart Gate(ModelDeployment owner)
    {
        var stage = owner.Spec.Stages[0];
        return new TaskToStart(TaskParts.Gate, 0, "gate", new GateTask
        {
            Owner = new TaskOwner { Namespace = owner.Metadata.Namespace!, Name = owner.Metadata.Name! },
            RunId = "0123456789abcdef",
            Output = new TaskOutput { Uri = "s3://bucket/prefix", Name = "full" },
            Stage = stage.Name,
            Version = 3,
            Digest = Version.Digest,
            After = stage.After,
            Gates = stage.Gates!,
            Probe = new ServingProbe { Url = "http://full-production.default.svc:8080", Smoke = stage.Smoke!, SoakSeconds = stage.SoakSeconds },
            Alias = stage.Alias,
        })
        { Stage = stage.Name };
    }

    // As the operator does it; before that kubectl compares it with the fields that the server publishes.
    private static void Apply<T>(TestNamespace space, T child) where T : IKubernetesObject
    {
        var rendered = JsonSerializer.SerializeToNode(child, Json.Objects)!.AsObject();
        space.Kubectl.Run(["create", "--validate=strict", "--dry-run=client", "-f", "-"], rendered.ToJsonString());
        space.Kubectl.Run(["apply", "--server-side", "--field-manager=textops-operator", "--force-conflicts", "-f", "-"], rendered.ToJsonString());
        var stored = space.Kubectl.Run("get", child.Kind, child.Metadata.Name!, "-o", "json");
        Assert.Empty(RenderedObjectsTests.Missing(rendered, JsonNode.Parse(stored), child.Kind));
    }
}
