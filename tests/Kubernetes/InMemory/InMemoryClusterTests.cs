using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.InMemory;

/// <summary>What holds for the in-memory cluster beyond the contract.</summary>
public sealed class InMemoryClusterTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watch_from_before_the_kept_changes_is_gone()
    {
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { WatchHistory = 2 });
        var start = (await cluster.ListAsync<V1ConfigMap>("n", null, Ct)).ResourceVersion;
        for (var i = 0; i < 5; i++)
        {
            await cluster.CreateAsync(ConfigMap($"c{i}"), Ct);
        }

        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => FirstAsync(cluster, start));
        Assert.Equal((410, "Expired"), (refusal.Code, refusal.Reason));

        // Changes of other kinds do not push these out.
        var list = await cluster.ListAsync<V1ConfigMap>("n", null, Ct);
        for (var i = 0; i < 10; i++)
        {
            await cluster.CreateAsync(Pod($"p{i}"), Ct);
        }

        await cluster.CreateAsync(ConfigMap("last"), Ct);
        Assert.Equal("last", (await FirstAsync(cluster, list.ResourceVersion)).Object!.Metadata.Name);
    }

    [Fact]
    public async Task A_watch_that_falls_behind_while_it_runs_is_gone()
    {
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { WatchHistory = 2 });
        await cluster.CreateAsync(ConfigMap("c"), Ct);
        await using var watch = cluster.WatchAsync<V1ConfigMap>("n", null, "0", Ct).GetAsyncEnumerator(Ct);
        Assert.True(await watch.MoveNextAsync());
        for (var i = 0; i < 5; i++)
        {
            await cluster.CreateAsync(ConfigMap($"c{i}"), Ct);
        }

        Assert.Equal(410, (await Assert.ThrowsAsync<KubernetesException>(async () => await watch.MoveNextAsync())).Code);
    }

    [Fact]
    public async Task Watches_end_with_the_cluster()
    {
        var cluster = new InMemoryCluster();
        await using var watch = cluster.WatchAsync<V1ConfigMap>(null, null, "0", Ct).GetAsyncEnumerator(Ct);
        var next = watch.MoveNextAsync().AsTask();
        await cluster.DisposeAsync();
        Assert.False(await Eventually.ComesAsync(next));
    }

    [Fact]
    public async Task Timestamps_come_from_the_clock_in_whole_seconds()
    {
        var time = new ManualTime();
        time.Advance(TimeSpan.FromMilliseconds(1500));
        await using var cluster = new InMemoryCluster(new InMemoryClusterOptions { Time = time });
        var pod = await cluster.CreateAsync(Pod("a", "node"), Ct);
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 12, 0, 1, TimeSpan.Zero), pod.Metadata.CreationTimestamp);

        // deletionTimestamp is when the object is to be gone, not when that was asked.
        await cluster.DeleteAsync<V1Pod>("a", "n", null, Ct);
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 12, 0, 31, TimeSpan.Zero), (await cluster.GetAsync<V1Pod>("a", "n", Ct))!.Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task Cross_field_rules_are_asked_of_defaulted_objects_that_keep_their_schema()
    {
        var asked = new List<string>();
        await using var cluster = new InMemoryCluster();
        cluster.Register(new CustomResource(Widget.Definition(), widget =>
        {
            asked.Add((string)widget["spec"]!["color"]!);
            return (int)widget["spec"]!["size"]! > 5 && (string)widget["spec"]!["color"]! == "grey" ? ["spec: Invalid value: large widgets have a color"] : [];
        }));

        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => cluster.CreateAsync(NewWidget("a", 9), Ct));
        Assert.Equal("Widget.test.textops.dev \"a\" is invalid: spec: Invalid value: large widgets have a color", refusal.Message);
        await Assert.ThrowsAsync<KubernetesException>(() => cluster.CreateAsync(NewWidget("a", 0), Ct));
        await cluster.CreateAsync(NewWidget("a", 5), Ct);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() =>
            cluster.PatchAsync<Widget>("a", "n", new JsonObject { ["spec"] = new JsonObject { ["size"] = 6 } }, Ct))).IsInvalid);
        Assert.Equal(["grey", "grey", "grey"], asked);
    }

    [Fact]
    public async Task Several_problems_are_told_at_once()
    {
        await using var cluster = new InMemoryCluster();
        cluster.Register(new CustomResource(Widget.Definition(), _ => []));
        var widget = NewWidget("a", 0) with { Spec = new WidgetSpec { Size = 0, Color = "pink" } };
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => cluster.CreateAsync(widget, Ct));
        Assert.Equal(
            "Widget.test.textops.dev \"a\" is invalid: [spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1, "
            + "spec.color: Unsupported value: \"pink\": supported values: \"grey\", \"red\", \"blue\"]",
            refusal.Message);
    }

    [Theory]
    [InlineData(PropagationPolicy.Foreground)]
    [InlineData(PropagationPolicy.Orphan)]
    public async Task Deletions_are_in_the_background_only(PropagationPolicy policy)
    {
        await using var cluster = new InMemoryCluster();
        await cluster.CreateAsync(ConfigMap("a"), Ct);
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => cluster.DeleteAsync<V1ConfigMap>("a", "n", new DeleteOptions { PropagationPolicy = policy }, Ct));
        Assert.Equal(400, refusal.Code);
        Assert.Contains($"not {policy}", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(await cluster.GetAsync<V1ConfigMap>("a", "n", Ct));
    }

    [Theory]
    [InlineData(PropagationPolicy.Foreground)]
    [InlineData(PropagationPolicy.Orphan)]
    public async Task A_propagation_that_is_not_there_is_refused(PropagationPolicy policy)
    {
        await using var cluster = new InMemoryCluster();
        await cluster.CreateAsync(ConfigMap("a"), Ct);
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => cluster.DeleteAsync<V1ConfigMap>("a", "n", new DeleteOptions { PropagationPolicy = policy }, Ct));
        Assert.Equal((400, true), (refusal.Code, refusal.Message.Contains($"{policy}", StringComparison.Ordinal)));
        Assert.NotNull(await cluster.GetAsync<V1ConfigMap>("a", "n", Ct));
    }

    [Fact]
    public async Task An_object_whose_owners_kind_is_not_served_is_kept()
    {
        await using var cluster = new InMemoryCluster();
        var stranger = new V1OwnerReference { ApiVersion = "elsewhere.dev/v1", Kind = "Stranger", Name = "x", Uid = "x" };
        var missing = new V1OwnerReference { ApiVersion = "v1", Kind = "ConfigMap", Name = "x", Uid = "x" };
        await cluster.CreateAsync(Owned("kept", stranger), Ct);
        await cluster.CreateAsync(Owned("collected", missing), Ct);

        // The collector takes objects in order, so when the second is gone the first has been judged.
        await Eventually.HoldsAsync("collected", () => cluster.GetAsync<V1ConfigMap>("collected", "n", Ct), seen => seen is null);
        Assert.NotNull(await cluster.GetAsync<V1ConfigMap>("kept", "n", Ct));
    }

    [Fact]
    public async Task Disruption_budgets_are_served_as_by_newer_servers()
    {
        await using var cluster = new InMemoryCluster();
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => cluster.GetAsync<V1Beta1PodDisruptionBudget>("a", "n", Ct));
        Assert.True(refusal.IsNotFound);
        Assert.Null(await cluster.GetAsync<V1PodDisruptionBudget>("a", "n", Ct));
    }

    [Fact]
    public async Task A_status_is_patched_not_applied()
    {
        await using var cluster = new InMemoryCluster();
        await cluster.CreateAsync(Pod("a"), Ct);
        var configuration = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = new JsonObject { ["name"] = "a" } };
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => cluster.PatchStatusAsync<V1Pod>("a", "n", new KubernetesPatch.Apply(configuration, "test"), Ct));
        Assert.Equal(415, refusal.Code);
    }

    [Fact]
    public async Task A_selector_that_is_not_understood_is_refused()
    {
        await using var cluster = new InMemoryCluster();
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => cluster.ListAsync<V1ConfigMap>(null, "a in (b)", Ct));
        Assert.Equal(400, refusal.Code);
        await cluster.CreateAsync(ConfigMap("a"), Ct);
        Assert.Single((await cluster.ListAsync<V1ConfigMap>(null, "a!=b", Ct)).Items);
    }

    [Fact]
    public async Task A_kind_is_registered_once()
    {
        await using var cluster = new InMemoryCluster();
        cluster.Register(new CustomResource(Widget.Definition(), _ => []));
        Assert.Throws<InvalidOperationException>(() => cluster.Register(new CustomResource(Widget.Definition(), _ => [])));
    }

    [Fact]
    public async Task Readers_and_writers_do_not_disturb_each_other()
    {
        await using var cluster = new InMemoryCluster();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await cluster.CreateAsync(ConfigMap($"c-{worker}-{i}"), Ct);
                var list = await cluster.ListAsync<V1ConfigMap>("n", null, Ct);
                Assert.Contains(list.Items, item => item.Metadata.Name == $"c-{worker}-{i}");
                if (i % 2 == 0)
                {
                    await cluster.DeleteAsync<V1ConfigMap>($"c-{worker}-{i}", "n", null, Ct);
                }
            }
        })));
        Assert.Equal(400, (await cluster.ListAsync<V1ConfigMap>(null, null, Ct)).Items.Count);
    }

    private static Widget NewWidget(string name, int size) => new() { Metadata = new V1ObjectMeta { Name = name, Namespace = "n" }, Spec = new WidgetSpec { Size = size } };

    private static V1ConfigMap ConfigMap(string name) => new() { Metadata = new V1ObjectMeta { Name = name, Namespace = "n" } };

    private static V1ConfigMap Owned(string name, V1OwnerReference owner) =>
        new() { Metadata = new V1ObjectMeta { Name = name, Namespace = "n", OwnerReferences = [owner] } };

    private static V1Pod Pod(string name, string? node = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = "n" },
        Spec = new V1PodSpec { NodeName = node, Containers = [new V1Container { Name = "main" }] },
    };

    private static async Task<WatchEvent<V1ConfigMap>> FirstAsync(InMemoryCluster cluster, string version)
    {
        await using var watch = cluster.WatchAsync<V1ConfigMap>("n", null, version, Ct).GetAsyncEnumerator(Ct);
        Assert.True(await watch.MoveNextAsync());
        return watch.Current;
    }
}
