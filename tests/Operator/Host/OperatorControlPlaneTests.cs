using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Generator;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Operator.Host;
using TextOps.Operator.Host.Logging;
using TextOps.Operator.Tests.EmbeddingJobs;
using TextOps.Operator.Tests.ModelDeployments;
using TextOps.Operator.Tests.Rbac;
using TextOps.Operator.Tests.TrainingRuns;

namespace TextOps.Operator.Tests.Host;

public sealed class OperatorControlPlaneTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly InMemoryCluster cluster = new();
    private readonly AuthorizedClient client;
    private readonly CancellationTokenSource stop = new();

    public OperatorControlPlaneTests()
    {
        foreach (var kind in CustomResourceDefinitions.Kinds)
        {
            cluster.Register(new CustomResource(CustomResourceDefinitions.Of(kind), _ => []));
        }

        client = new AuthorizedClient(cluster);
    }

    private static ResolveTask Resolve { get; } =
        new() { Owner = new TaskOwner { Namespace = "default", Name = "reviews" }, RunId = "0", Output = new TaskOutput { Uri = "file:///store", Name = "reviews" }, References = ["staging"] };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_whole_run_uses_the_rights_of_the_generated_roles_and_no_others()
    {
        await using var plane = NewPlane();
        var running = plane.RunAsync(stop.Token);
        await CreateAsync(Examples.Spec with { Shards = 1, TtlSecondsAfterFinished = 0 });
        await EndAsync("plan", new TaskResult { Plan = new PlanResult { UpToDate = false, Version = 1, Shards = 1, Inputs = 1, InputBytes = 10, Output = "file:///store/v1" } });
        await EndAsync("s00000", new TaskResult { Embed = new EmbedResult { Shard = 0, Parts = 1, Rows = 1, Rejected = 0, Chunks = 1 } });
        await EndAsync("commit", new TaskResult { Commit = new CommitResult { Version = 1, Output = "file:///store/v1", Rows = 1, Embedded = 1, Rejected = 0, Chunks = 1 } });
        await OperatorFixture.EventuallyAsync("the run is committed", ReadyReasonAsync, reason => reason == EmbeddingJobReasons.Committed);
        await cluster.CreateAsync(
            new TrainingRun { Metadata = new V1ObjectMeta { Name = "tickets", Namespace = "default" }, Spec = Trainings.Plain with { TtlSecondsAfterFinished = 0 } }, Cancel);
        await EndAsync("prepare", Trainings.PreparedResult(upToDate: true));
        await OperatorFixture.EventuallyAsync("the other is up to date", ListAsync<TrainingRun>, list => list[0].Status?.Run?.Result == RunReasons.UpToDate);
        await ServeAndRemoveAStageAsync();
        await OperatorFixture.EventuallyAsync("children are gone", ListAsync<V1Job>, jobs => jobs.Count == 0);

        await stop.CancelAsync();
        await running.WaitAsync(Deadline);
        await plane.DisposeAsync();

        Assert.Empty(client.Refused);
        var idle = AuthorizedClient.Given.Except(client.Used).ToList();

        // Only asked for where Events of an earlier operator are found, or forgotten by the server; and by the server itself, where a patch is applied that creates.
        Assert.Subset(
            new HashSet<string> { "get events", "patch events", "create deployments.apps", "create services", "create poddisruptionbudgets.policy" }, idle.ToHashSet());
    }

    private async Task ServeAndRemoveAStageAsync()
    {
        var registry = new FakeRegistry();
        registry.Register(1);
        var canary = Reviews.Staging with { Name = "canary", Replicas = 2 };
        await cluster.CreateAsync(
            new ModelDeployment { Metadata = new V1ObjectMeta { Name = "reviews", Namespace = "default" }, Spec = Reviews.Alone with { Stages = [Reviews.Staging, canary], TtlSecondsAfterFinished = 0 } }, Cancel);
        await EndAsync("resolve", registry.Answer(Resolve));
        foreach (var _ in new[] { "staging", "canary" })
        {
            await EndAsync("check", new TaskResult { Gate = new GateResult { Version = 1, Verdict = GateVerdicts.Passed, Gates = [] } });
        }

        await OperatorFixture.EventuallyAsync("both are rolled out", ListAsync<V1Deployment>, list => list.Count == 2);
        var deployment = (await cluster.GetAsync<ModelDeployment>("reviews", "default", Cancel))!;
        await cluster.UpdateAsync(deployment with { Spec = deployment.Spec with { Stages = [Reviews.Staging] } }, Cancel);
        await OperatorFixture.EventuallyAsync("the other is gone", ListAsync<V1Deployment>, list => list.Count == 1);

        // A version that a TrainingRun registers is asked for at once.
        await cluster.CreateAsync(
            new TrainingRun { Metadata = new V1ObjectMeta { Name = "train", Namespace = "default" }, Spec = Trainings.Plain with { Suspend = true, Register = new Registration { Name = "reviews" } } }, Cancel);
        await PatchStatusAsync<TrainingRun>("train", new TrainingRunStatus { Version = "v000001", Digest = FakeRegistry.Digest(1) });
        await EndAsync("resolve", registry.Answer(Resolve));
    }

    [Fact]
    public async Task It_is_ready_once_it_knows_all_objects_whether_it_leads_or_not()
    {
        await using var leader = NewPlane();
        await using var follower = NewPlane();
        Assert.Contains(leader.Readiness, check => !check.Look().IsWell);

        var leading = leader.RunAsync(stop.Token);
        var holder = await OperatorFixture.EventuallyAsync("one leads", LeaseHolderAsync, name => !string.IsNullOrEmpty(name));
        var following = follower.RunAsync(stop.Token);
        await OperatorFixture.EventuallyAsync("the other is ready", () => Task.FromResult(follower.Readiness.All(check => check.Look().IsWell)), ready => ready);

        Assert.All(leader.Readiness, check => Assert.True(check.Look().IsWell, check.Name));
        Assert.Equal(holder, await LeaseHolderAsync());
        Assert.All(leader.Liveness.Concat(follower.Liveness), check => Assert.True(check.Look().IsWell, check.Name));

        await stop.CancelAsync();
        await leading.WaitAsync(Deadline);
        await following.WaitAsync(Deadline);
    }

    [Fact]
    public async Task On_stop_the_lease_is_given_back()
    {
        await using var plane = NewPlane();
        var running = plane.RunAsync(stop.Token);
        await OperatorFixture.EventuallyAsync("it leads", LeaseHolderAsync, holder => !string.IsNullOrEmpty(holder));

        await stop.CancelAsync();
        await running.WaitAsync(Deadline);

        Assert.True(string.IsNullOrEmpty(await LeaseHolderAsync()));
    }

    [Fact]
    public async Task An_image_that_is_not_allowed_is_an_invalid_spec_and_starts_nothing()
    {
        await using var plane = NewPlane();
        var running = plane.RunAsync(stop.Token);
        await CreateAsync(Examples.Spec with { Runner = new RunnerSpec { Image = "docker.io/miner" } });

        var job = (await OperatorFixture.EventuallyAsync(
            "the object is stalled",
            ListAsync<EmbeddingJob>,
            jobs => jobs[0].Status?.Conditions?.Any(condition => condition is { Type: RunConditions.Stalled, Status: ConditionStatus.True }) == true))[0];

        var stalled = job.Status!.Conditions!.Single(condition => condition.Type == RunConditions.Stalled);
        Assert.Equal(RunReasons.InvalidSpec, stalled.Reason);
        Assert.StartsWith("spec.runner.image (docker.io/miner) is not below an allowed prefix (registry.example.com/team)", stalled.Message, StringComparison.Ordinal);
        Assert.Empty(await ListAsync<V1Job>());
        await stop.CancelAsync();
        await running.WaitAsync(Deadline);
    }

    [Fact]
    public async Task Stopped_before_it_knows_the_objects_it_ends()
    {
        await using var plane = NewPlane();
        await stop.CancelAsync();

        await plane.RunAsync(stop.Token).WaitAsync(Deadline);

        Assert.Empty(await ListAsync<V1Lease>());
    }

    [Fact]
    public async Task Without_leader_election_it_works_at_once_and_needs_no_lease()
    {
        await using var plane = NewPlane(leaderElect: false);
        var running = plane.RunAsync(stop.Token);
        await CreateAsync(Examples.Spec);

        await JobAsync("plan");

        await stop.CancelAsync();
        await running.WaitAsync(Deadline);
        Assert.Empty(await ListAsync<V1Lease>());
    }

    public async ValueTask DisposeAsync()
    {
        stop.Dispose();
        await cluster.DisposeAsync();
    }

    private OperatorControlPlane NewPlane(bool leaderElect = true) => new(
        new HostOptions
        {
            KubeConfig = null,
            Context = null,
            WatchNamespaces = ["default"],
            Operator = Examples.Options with { AllowedImages = ["registry.example.com/team"] },
            Workers = 2,
            CallsPerSecond = 1,
            Burst = 1,
            HealthAddress = null,
            MetricsAddress = null,
            LeaderElect = leaderElect,
            LeaderElectionNamespace = null,
            Grace = TimeSpan.FromSeconds(5),
            LogLevel = LogLevel.Information,
            LogFormat = LogFormat.Json,
        },
        client,
        client,
        "default",
        TimeProvider.System,
        NullLoggerFactory.Instance);

    private Task CreateAsync(EmbeddingJobSpec spec) =>
        cluster.CreateAsync(new EmbeddingJob { Metadata = new V1ObjectMeta { Name = "tickets", Namespace = "default" }, Spec = spec }, Cancel);

    private async Task<string?> ReadyReasonAsync() =>
        (await ListAsync<EmbeddingJob>())[0].Status?.Conditions?.FirstOrDefault(condition => condition.Type == RunConditions.Ready)?.Reason;

    private async Task<string?> LeaseHolderAsync() => (await ListAsync<V1Lease>()).FirstOrDefault()?.Spec?.HolderIdentity;

    private async Task<IReadOnlyList<T>> ListAsync<T>() where T : class, IKubernetesObject => (await cluster.ListAsync<T>("default", null, Cancel)).Items;

    private async Task<V1Job> JobAsync(string part) =>
        (await OperatorFixture.EventuallyAsync($"a Job of {part}", ListAsync<V1Job>, jobs => jobs.Any(job => IsMeant(job, part)))).First(job => IsMeant(job, part));

    private static bool IsMeant(V1Job job, string part) => job.Metadata.Labels![ApiGroup.PartLabel] == part && job.Status?.Conditions is not { Count: > 0 };

    // Plays Job controller and node: the pod ran and said its result.
    private async Task EndAsync(string part, TaskResult result)
    {
        var job = await JobAsync(part);
        var pod = await cluster.CreateAsync(
            new V1Pod
            {
                Metadata = new V1ObjectMeta
                {
                    Name = $"{job.Metadata.Name}-pod",
                    Namespace = "default",
                    Labels = new Dictionary<string, string>(job.Spec.Template.Metadata!.Labels!, StringComparer.Ordinal) { [V1Job.NameLabel] = job.Metadata.Name! },
                    OwnerReferences = [new V1OwnerReference { ApiVersion = job.ApiVersion, Kind = job.Kind, Name = job.Metadata.Name!, Uid = job.Metadata.Uid!, Controller = true }],
                },
                Spec = job.Spec.Template.Spec,
            },
            Cancel);
        await PatchStatusAsync<V1Pod>(pod.Metadata.Name!, new V1PodStatus
        {
            Phase = "Succeeded",
            ContainerStatuses =
            [
                new V1ContainerStatus
                {
                    Name = "runner",
                    Image = "runner:1",
                    State = new V1ContainerState { Terminated = new V1ContainerStateTerminated { ExitCode = 0, Message = JsonSerializer.Serialize(result, Json.Objects) } },
                },
            ],
        });
        await PatchStatusAsync<V1Job>(job.Metadata.Name!, new V1JobStatus { Conditions = [new V1JobCondition { Type = "Complete", Status = "True" }] });
    }

    private Task PatchStatusAsync<T>(string name, object status) where T : class, IKubernetesObject =>
        cluster.PatchStatusAsync<T>(name, "default", new JsonObject { ["status"] = JsonSerializer.SerializeToNode(status, Json.Objects) }, Cancel);
}
