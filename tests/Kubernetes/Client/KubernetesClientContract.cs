using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>A cluster for one test.</summary>
/// <param name="Client">The client under test; the cluster serves <see cref="Widget.Definition"/>.</param>
/// <param name="Namespace">A namespace that nothing is in and nobody else uses.</param>
/// <param name="Lifetime">Ends it.</param>
public sealed record ContractCluster(IKubernetesClient Client, string Namespace, IAsyncDisposable Lifetime);

/// <summary>
/// What every <see cref="IKubernetesClient"/> has to do, in memory or before a real API server. Where a server acts in the background, a test polls with a deadline.
/// </summary>
public abstract partial class KubernetesClientContract : IAsyncLifetime
{
    private ContractCluster cluster = null!;

    private IKubernetesClient Client => cluster.Client;

    private string Namespace => cluster.Namespace;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => cluster = await OpenAsync();

    public ValueTask DisposeAsync() => cluster.Lifetime.DisposeAsync();

    [Fact]
    public async Task A_created_object_gets_its_identity_from_the_server()
    {
        var before = DateTimeOffset.UtcNow.AddMinutes(-5);
        var created = await Client.CreateAsync(NewWidget("a"), Ct);

        Assert.NotEmpty(created.Metadata.Uid!);
        Assert.NotEmpty(created.Metadata.ResourceVersion!);
        Assert.Equal(1, created.Metadata.Generation);
        Assert.True(created.Metadata.CreationTimestamp > before, $"created {created.Metadata.CreationTimestamp}");
        Assert.Equal(0, created.Metadata.CreationTimestamp!.Value.Ticks % TimeSpan.TicksPerSecond);
        Assert.Null(created.Metadata.Labels);
        Assert.Equivalent(created, await Client.GetAsync<Widget>("a", Namespace, Ct), strict: true);
    }

    [Fact]
    public async Task Identity_that_a_client_makes_up_is_not_taken()
    {
        var wish = NewWidget("a") with
        {
            Metadata = new V1ObjectMeta { Name = "a", Namespace = Namespace, Uid = "mine", Generation = 7, DeletionTimestamp = DateTimeOffset.UtcNow },
        };
        var created = await Client.CreateAsync(wish, Ct);
        Assert.NotEqual("mine", created.Metadata.Uid);
        Assert.Equal(1, created.Metadata.Generation);
        Assert.Null(created.Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task An_object_that_has_a_version_is_not_created()
    {
        var refusal = await RefusalAsync(() => Client.CreateAsync(NewWidget("a") with { Metadata = new V1ObjectMeta { Name = "a", Namespace = Namespace, ResourceVersion = "1" } }, Ct));
        Assert.Equal((500, "resourceVersion should not be set on objects to be created"), (refusal.Code, refusal.Message));
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_a_kind_that_is_not_served_is_an_error()
    {
        Assert.Null(await Client.GetAsync<Widget>("none", Namespace, Ct));
        Assert.Equal(404, (await RefusalAsync(() => Client.GetAsync<Stranger>("none", Namespace, Ct))).Code);
        Assert.Equal(404, (await RefusalAsync(() => Client.ListAsync<Stranger>(Namespace, null, Ct))).Code);
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        await Client.CreateAsync(NewJob("a"), Ct);
        var refusal = await RefusalAsync(() => Client.CreateAsync(NewJob("a"), Ct));
        Assert.Equal(409, refusal.Code);
        Assert.True(refusal.IsAlreadyExists);
        Assert.False(refusal.IsConflict);
        Assert.Equal("AlreadyExists", refusal.Reason);
        Assert.Equal("jobs.batch \"a\" already exists", refusal.Message);
    }

    [Fact]
    public async Task An_update_of_an_old_state_is_a_conflict()
    {
        var first = await Client.CreateAsync(NewWidget("a"), Ct);
        var second = await Client.UpdateAsync(first with { Spec = first.Spec with { Size = 2 } }, Ct);
        Assert.NotEqual(first.Metadata.ResourceVersion, second.Metadata.ResourceVersion);

        var refusal = await RefusalAsync(() => Client.UpdateAsync(first with { Spec = first.Spec with { Size = 3 } }, Ct));
        Assert.True(refusal.IsConflict, refusal.Message);
        Assert.StartsWith("Operation cannot be fulfilled on widgets.test.textops.dev \"a\": the object has been modified", refusal.Message, StringComparison.Ordinal);
        Assert.True((await RefusalAsync(() => Client.UpdateStatusAsync(first with { Status = new() { Phase = "Late" } }, Ct))).IsConflict);
        Assert.Equal(2, (await GetWidgetAsync("a")).Spec.Size);
    }

    [Fact]
    public async Task A_custom_resource_is_updated_only_from_a_known_state()
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        var refusal = await RefusalAsync(() => Client.UpdateAsync(NewWidget("a"), Ct));
        Assert.Equal((422, "Invalid"), (refusal.Code, refusal.Reason));
        Assert.Equal("widgets.test.textops.dev \"a\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update", refusal.Message);
        Assert.True((await RefusalAsync(() => Client.UpdateStatusAsync(NewWidget("a"), Ct))).IsInvalid);
    }

    [Fact]
    public async Task An_update_or_patch_of_nothing_is_not_found()
    {
        var ghost = NewWidget("a") with { Metadata = new V1ObjectMeta { Name = "a", Namespace = Namespace, ResourceVersion = "1" } };
        Assert.True((await RefusalAsync(() => Client.UpdateAsync(ghost, Ct))).IsNotFound);
        Assert.True((await RefusalAsync(() => Client.UpdateStatusAsync(ghost, Ct))).IsNotFound);
        Assert.True((await RefusalAsync(() => Client.PatchAsync<Widget>("a", Namespace, Labels("x", "y"), Ct))).IsNotFound);
        var refusal = await RefusalAsync(() => Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("x"), Ct));
        Assert.True(refusal.IsNotFound);
        Assert.Equal("widgets.test.textops.dev \"a\" not found", refusal.Message);
    }

    [Fact]
    public async Task Generation_counts_changes_of_the_spec_only()
    {
        var widget = await Client.CreateAsync(NewWidget("a"), Ct);
        widget = await Client.PatchAsync<Widget>("a", Namespace, Labels("team", "blue"), Ct);
        Assert.Equal(1, widget.Metadata.Generation);
        widget = await Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("Running"), Ct);
        Assert.Equal(1, widget.Metadata.Generation);
        widget = await Client.UpdateAsync(widget with { Spec = widget.Spec with { Size = 2 } }, Ct);
        Assert.Equal(2, widget.Metadata.Generation);
        widget = await Client.PatchAsync<Widget>("a", Namespace, new JsonObject { ["spec"] = new JsonObject { ["size"] = 3 } }, Ct);
        Assert.Equal(3, widget.Metadata.Generation);
        widget = await Client.PatchAsync<Widget>("a", Namespace, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["x"] = "1" } } }, Ct);
        Assert.Equal(3, widget.Metadata.Generation);
    }

    [Fact]
    public async Task A_write_that_changes_nothing_makes_no_new_version()
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        var widget = await Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("Running"), Ct);
        var version = widget.Metadata.ResourceVersion;
        Assert.Equal(version, (await Client.UpdateAsync(widget, Ct)).Metadata.ResourceVersion);
        Assert.Equal(version, (await Client.UpdateStatusAsync(widget, Ct)).Metadata.ResourceVersion);
        Assert.Equal(version, (await Client.PatchAsync<Widget>("a", Namespace, new JsonObject { ["spec"] = new JsonObject { ["size"] = 1 } }, Ct)).Metadata.ResourceVersion);
        Assert.Equal(version, (await Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("Running"), Ct)).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Of_many_writers_each_wins_once()
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        async Task CountUpAsync()
        {
            while (true)
            {
                var seen = await GetWidgetAsync("a");
                try
                {
                    await Client.UpdateAsync(seen with { Spec = seen.Spec with { Size = seen.Spec.Size + 1 } }, Ct);
                    return;
                }
                catch (KubernetesException refusal) when (refusal.IsConflict)
                {
                    // Another was faster.
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(CountUpAsync)));
        Assert.Equal(11, (await GetWidgetAsync("a")).Spec.Size);
    }

    /// <summary>Opens a cluster for the test at hand.</summary>
    protected abstract Task<ContractCluster> OpenAsync();

    private Widget NewWidget(string name, int size = 1) => new() { Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace }, Spec = new WidgetSpec { Size = size } };

    private V1ConfigMap NewConfigMap(string name, params (string Key, string Value)[] labels) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace, Labels = labels.ToDictionary(label => label.Key, label => label.Value) },
        Data = new Dictionary<string, string> { ["key"] = "value" },
    };

    private V1Job NewJob(string name) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace },
        Spec = new V1JobSpec { BackoffLimit = 0, Template = new V1PodTemplateSpec { Spec = PodSpec(null) } },
    };

    private V1Pod NewPod(string name, string? node) => new() { Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace }, Spec = PodSpec(node) };

    /// <summary>A pod that no scheduler places: either it has its node, or none fits.</summary>
    private static V1PodSpec PodSpec(string? node) => new()
    {
        RestartPolicy = "Never",
        NodeName = node,
        NodeSelector = new Dictionary<string, string> { ["test.textops.dev/node"] = "none" },
        Containers = [new V1Container { Name = "main", Image = "test.textops.dev/none:1" }],
    };

    private async Task<Widget> GetWidgetAsync(string name) => Assert.IsType<Widget>(await Client.GetAsync<Widget>(name, Namespace, Ct));

    private static JsonObject Labels(string key, string value) => new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [key] = value } } };

    private static JsonObject StatusPhase(string phase) => new() { ["status"] = new JsonObject { ["phase"] = phase } };

    private static Task<KubernetesException> RefusalAsync(Func<Task> call) => Assert.ThrowsAsync<KubernetesException>(call);
}
