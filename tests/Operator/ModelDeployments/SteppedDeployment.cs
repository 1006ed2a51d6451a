using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds;
using TextOps.Crds.Generator;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;
using TextOps.Operator.ModelDeployments;
using TextOps.Operator.Tasks;
using TextOps.Operator.Tests.EmbeddingJobs;
using TextOps.Operator.Tests.Support;

namespace TextOps.Operator.Tests.ModelDeployments;

/// <summary>
/// An operator that keeps ModelDeployments over a cluster in memory, pass by pass, with a registry that answers tasks, and Deployments whose pods go as the test says. Passes see all that happened
/// before them, so that what they do depends on nothing else.
/// </summary>
internal sealed class SteppedDeployment : IAsyncDisposable
{
    private readonly InMemoryCluster cluster;
    private readonly List<string> ran = [];
    private ControllerHost? host;
    private ChildIndex<V1Pod>? pods;
    private ModelDeploymentController? controller;

    private SteppedDeployment()
    {
        Time.Advance(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero) - Time.GetUtcNow());
        cluster = new InMemoryCluster(new InMemoryClusterOptions { Time = Time });
        foreach (var kind in CustomResourceDefinitions.Kinds)
        {
            cluster.Register(new CustomResource(CustomResourceDefinitions.Of(kind), _ => []));
        }

        Client = new WatchedClient(cluster);
        Node = new FakeNode(cluster, Time);
        Deployments = new FakeDeployments(cluster, Time);
    }

    public ManualTime Time { get; } = new();

    public WatchedClient Client { get; }

    public FakeNode Node { get; }

    public FakeDeployments Deployments { get; }

    public FakeRegistry Registry { get; } = new();

    public RecordedEvents Events { get; } = new();

    /// <summary>When the last pass wants to be called again.</summary>
    public TimeSpan? Wake { get; private set; }

    /// <summary>Tasks that the runner was called for: <c>check production v000002</c>.</summary>
    public IReadOnlyList<string> Ran => ran;

    /// <summary>Whether Jobs are answered; where not, they stay.</summary>
    public bool AnswersTasks { get; set; } = true;

    /// <summary>Which tasks are refused, as by a store that cannot be read.</summary>
    public Predicate<TaskDocument> Refuses { get; set; } = _ => false;

    /// <summary>What becomes of the answers of tasks.</summary>
    public Func<TaskResult, TaskResult> Alter { get; set; } = result => result;

    /// <summary>How many operators were cut off.</summary>
    public int CutOffs { get; private set; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<SteppedDeployment> StartAsync()
    {
        var stepped = new SteppedDeployment();
        await stepped.StartOperatorAsync(Examples.Options);
        return stepped;
    }

    /// <summary>Version 1 of a TrainingRun serves in staging and, approved, in production.</summary>
    public static async Task<SteppedDeployment> InProductionAsync()
    {
        var stepped = await StartAsync();
        await stepped.TrainAsync(1);
        await stepped.ApplyAsync(Reviews.Spec);
        await stepped.SettleAsync();
        await stepped.ApproveAsync(1);
        await stepped.SettleAsync();
        return stepped;
    }

    public Task<ModelDeployment> ApplyAsync(ModelDeploymentSpec spec, string name = "reviews", string @namespace = "default") =>
        cluster.CreateAsync(new ModelDeployment { Metadata = new V1ObjectMeta { Name = name, Namespace = @namespace }, Spec = spec }, Cancel);

    /// <summary>Git changes the spec.</summary>
    public async Task EditAsync(Func<ModelDeploymentSpec, ModelDeploymentSpec> edit, string @namespace = "default")
    {
        var deployment = await ObjectAsync(@namespace);
        await cluster.UpdateAsync(deployment with { Spec = edit(deployment.Spec) }, Cancel);
    }

    /// <summary>Git changes a stage.</summary>
    public Task EditStageAsync(string name, Func<Stage, Stage> edit) => EditAsync(spec => spec with { Stages = [.. spec.Stages.Select(stage => stage.Name == name ? edit(stage) : stage)] });

    /// <summary>Somebody merges the approval of a version.</summary>
    public Task ApproveAsync(int version, string? digest = null, string @namespace = "default") => EditAsync(
        spec => spec with
        {
            Stages = [.. spec.Stages.Select(stage => stage.Approval is null ? stage : stage with { Approval = new Approval { Version = version, Digest = digest ?? FakeRegistry.Digest(version) } })],
        },
        @namespace);

    public Task AnnotateAsync(string name, string? value) => cluster.PatchAsync<ModelDeployment>(
        "reviews", "default", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } }, Cancel);

    public Task PatchAsync<T>(string name, JsonObject patch) where T : class, IKubernetesObject => cluster.PatchAsync<T>(name, "default", patch, Cancel);

    public Task DeleteAsync<T>(string name) where T : class, IKubernetesObject => cluster.DeleteAsync<T>(name, "default", options: null, Cancel);

    public Task CreateAsync<T>(T entity) where T : class, IKubernetesObject => cluster.CreateAsync(entity, Cancel);

    /// <summary>Waits for what threads of the cluster do: garbage collection.</summary>
    public Task UntilAsync<T>(string what, Predicate<IReadOnlyList<T>> holds) where T : class, IKubernetesObject => Eventually.HoldsAsync(what, ListAsync<T>, list => holds(list));

    /// <summary>Somebody takes the status away.</summary>
    public async Task LoseStatusAsync() => await cluster.UpdateStatusAsync(await ObjectAsync() with { Status = null }, Cancel);

    /// <summary>A TrainingRun of the cluster registers a version.</summary>
    public async Task TrainAsync(int version, double accuracy = 0.9)
    {
        Registry.Register(version, accuracy);
        var run = await cluster.GetAsync<TrainingRun>("train", "default", Cancel) ?? await cluster.CreateAsync(
            new TrainingRun
            {
                Metadata = new V1ObjectMeta { Name = "train", Namespace = "default" },
                Spec = TrainingRuns.Trainings.Plain with { Register = new Registration { Name = "reviews" } },
            },
            Cancel);
        await cluster.UpdateStatusAsync(run with { Status = new TrainingRunStatus { Version = VersionNumber.Name(version), Digest = FakeRegistry.Digest(version) } }, Cancel);
    }

    public async Task<ModelDeployment> ObjectAsync(string @namespace = "default", string name = "reviews") =>
        await cluster.GetAsync<ModelDeployment>(name, @namespace, Cancel) ?? throw new InvalidOperationException("there is no reviews");

    public async Task<IReadOnlyList<T>> ListAsync<T>() where T : class, IKubernetesObject => (await cluster.ListAsync<T>(null, null, Cancel)).Items;

    public async Task<V1Deployment> DeploymentAsync(string stage) => await FindDeploymentAsync(stage) ?? throw new InvalidOperationException($"there is no Deployment of {stage}");

    public Task<V1Deployment?> FindDeploymentAsync(string stage) => cluster.GetAsync<V1Deployment>($"reviews-{stage}", "default", Cancel);

    /// <summary>The stages of which there are tasks of serving pods.</summary>
    public async Task<IEnumerable<string>> ServeTasksAsync() => (await ListAsync<V1ConfigMap>()).Select(task => task.Metadata.Labels!.GetValueOrDefault(ApiGroup.StageLabel)).OfType<string>();

    /// <summary>Another operator takes over, which remembers nothing.</summary>
    public async Task RestartAsync(OperatorOptions? options = null)
    {
        await StopOperatorAsync();
        await StartOperatorAsync(options ?? Examples.Options);
    }

    /// <summary>
    /// Lets the world go on until nothing moves: passes, Jobs that are answered, Deployments that are brought on. An operator that is cut off is followed by another.
    /// </summary>
    public async Task<ModelDeployment> SettleAsync(int? writesPerOperator = null, string @namespace = "default", string name = "reviews")
    {
        for (var round = 0; round < 200; round++)
        {
            var before = Client.Writes;
            await PassesAsync(writesPerOperator, @namespace, name);
            var moved = AnswersTasks && await AnswerAsync();
            var version = await FingerprintAsync();
            await Deployments.StepAsync();
            if (!moved && Client.Writes == before && version == await FingerprintAsync())
            {
                return await ObjectAsync(@namespace, name);
            }
        }

        throw new InvalidOperationException($"the object does not come to rest: {JsonSerializer.Serialize(await ObjectAsync(@namespace, name), Json.Objects)}");
    }

    /// <summary>Lets the world go on where it does not come to rest, because something is tried again and again; answers the object when its status has not been written in five rounds.</summary>
    public async Task<ModelDeployment> StayAsync()
    {
        for (var quiet = 0; quiet < 5;)
        {
            var writes = Client.Calls.GetValueOrDefault("status ModelDeployment");
            await PassAsync();
            await AnswerAsync();
            await Deployments.StepAsync();
            quiet = writes == Client.Calls.GetValueOrDefault("status ModelDeployment") ? quiet + 1 : 0;
        }

        return await ObjectAsync();
    }

    /// <summary>Time passes, and the world goes on.</summary>
    public async Task<ModelDeployment> AdvanceAsync(TimeSpan by)
    {
        Time.Advance(by);
        return await SettleAsync();
    }

    /// <summary>One pass, when the informers have seen all that is there; answers the object then.</summary>
    public async Task<ModelDeployment> PassAsync(string @namespace = "default", string name = "reviews")
    {
        await CatchUpAsync();
        return await PassWithOldNewsAsync(@namespace, name);
    }

    /// <summary>One pass, whatever the informers know.</summary>
    public async Task<ModelDeployment> PassWithOldNewsAsync(string @namespace = "default", string name = "reviews")
    {
        Wake = (await controller!.ReconcileAsync(await ObjectAsync(@namespace, name), Cancel)).RequeueAfter;
        return await ObjectAsync(@namespace, name);
    }

    /// <summary>The runner answers the Jobs that wait, all or those of one part.</summary>
    public async Task<bool> AnswerAsync(string? part = null)
    {
        var waiting = (await ListAsync<V1Job>())
            .Where(job => job.Status?.Conditions is not { Count: > 0 } && (part is null || job.Metadata.Labels![ApiGroup.PartLabel] == part)).OrderBy(job => job.Metadata.Name, StringComparer.Ordinal).ToList();
        foreach (var job in waiting)
        {
            var task = await TaskAsync(job);
            ran.Add(task is GateTask gate ? $"{job.Metadata.Labels![ApiGroup.PartLabel]} {gate.Stage} {VersionNumber.Name(gate.Version)}" : "resolve");
            if (Refuses(task))
            {
                await Node.EndAsync(job, new TaskResult { Error = new TaskError { Reason = TaskErrorReasons.StoreRefused, Message = "file:///store cannot be read" } }, TaskExitCodes.Refused);
            }
            else
            {
                await Node.EndAsync(job, Alter(Registry.Answer(task)));
            }
        }

        return waiting.Count > 0;
    }

    public async ValueTask DisposeAsync()
    {
        await StopOperatorAsync();
        await cluster.DisposeAsync();
    }

    private async Task PassesAsync(int? writesPerOperator, string @namespace, string name)
    {
        for (var pass = 0; pass < 50; pass++)
        {
            var writes = Client.Writes;
            try
            {
                Client.WritesLeft = writesPerOperator;
                await PassAsync(@namespace, name);
            }
            catch (CutOffException)
            {
                CutOffs++;
                await RestartAsync();
                continue;
            }
            finally
            {
                Client.WritesLeft = null;
            }

            if (Client.Writes == writes && Wake != TimeSpan.Zero)
            {
                return;
            }
        }

        throw new InvalidOperationException($"the operator does not come to rest: {JsonSerializer.Serialize(await ObjectAsync(@namespace, name), Json.Objects)}");
    }

    /// <summary>The task of a Job, as its pod reads it.</summary>
    public async Task<TaskDocument> TaskAsync(V1Job job)
    {
        var volume = job.Spec.Template.Spec.Volumes!.First(volume => volume.ConfigMap is not null).ConfigMap!.Name;
        var text = (await cluster.GetAsync<V1ConfigMap>(volume!, job.Metadata.Namespace, Cancel))!.Data!["task.json"];
        return JsonDocument.Parse(text).RootElement.GetProperty("kind").GetString() == nameof(GateTask)
            ? JsonSerializer.Deserialize<GateTask>(text, Json.Strict)!
            : JsonSerializer.Deserialize<ResolveTask>(text, Json.Strict)!;
    }

    private async Task StartOperatorAsync(OperatorOptions options)
    {
        host = new ControllerHost(Client, [], TimeProvider.System, NullLoggerFactory.Instance);
        pods = new ChildIndex<V1Pod>(host.Informer<V1Pod>());
        var tasks = new ChildTasks(Client, host.Informer<V1Job>().Store, pods);
        var children = new StageChildren(Client, host.Informer<V1Deployment>().Store, host.Informer<V1Service>().Store, pods);
        var trainings = new ChildIndex<TrainingRun>(host.Informer<TrainingRun>(), run => ModelKey.Of(run, options));
        var observer = new ModelDeploymentObserver(children, tasks, trainings, options);
        controller = new ModelDeploymentController(observer, children, tasks, Client, Events, Time, NullLogger<ModelDeploymentController>.Instance);
        await host.StartAsync(Cancel);
    }

    private async Task StopOperatorAsync()
    {
        await host!.StopAsync(TimeSpan.FromSeconds(5));
        await host.DisposeAsync();
    }

    // What others write: the object's own status is the operator's.
    private async Task<string> FingerprintAsync() =>
        string.Join(",", [.. Versions(await ListAsync<V1Pod>()), .. Versions(await ListAsync<V1Deployment>()), .. Versions(await ListAsync<V1Job>())]);

    // Garbage collection and watches have threads of their own.
    private Task CatchUpAsync() => Eventually.HoldsAsync(
        "the informers know what is there",
        async () => (
            Jobs: await ListAsync<V1Job>(), Pods: await ListAsync<V1Pod>(), Deployments: await ListAsync<V1Deployment>(), Services: await ListAsync<V1Service>(), Trainings: await ListAsync<TrainingRun>()),
        there => Knows(there.Jobs) && Knows(there.Pods) && Knows(there.Deployments) && Knows(there.Services) && Knows(there.Trainings)
            && there.Pods.All(pod => pod.Metadata.OwnerReferences is not [var owner] || there.Jobs.Any(job => owner.Uid == job.Metadata.Uid)));

    private bool Knows<T>(IReadOnlyList<T> there) where T : class, IKubernetesObject => Versions(there).SequenceEqual(Versions(host!.Informer<T>().Store.All()));

    private static IEnumerable<string> Versions(IEnumerable<IKubernetesObject> objects) =>
        objects.Select(entity => $"{entity.Metadata.Namespace}/{entity.Metadata.Name} {entity.Metadata.ResourceVersion}").Order(StringComparer.Ordinal);
}
