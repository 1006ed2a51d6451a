using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Tests.Rest.Faults;
using TextOps.Kubernetes.Tests.Rest.Support;
using TextOps.Kubernetes.Tests.Support;
using TextOps.Tests;

namespace TextOps.Kubernetes.Tests.Rest;

/// <summary>What only a real API server does: other forms of patches, pages, watch-list; and calls to it whose answers are lost.</summary>
public sealed class RestServerTests : IAsyncLifetime
{
    private RestCluster cluster = null!;

    private RestKubernetesClient Client => cluster.Client;

    private string Namespace => cluster.Namespace;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => cluster = await RestCluster.OpenAsync();

    public ValueTask DisposeAsync() => cluster?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task The_server_is_spoken_to_in_HTTP_2()
    {
        var versions = new List<object?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name == "http.client.request.duration")
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            var values = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            if (cluster.Configuration.Server.Port.Equals(values.GetValueOrDefault("server.port")))
            {
                lock (versions)
                {
                    versions.Add(values.GetValueOrDefault("network.protocol.version"));
                }
            }
        });
        listener.Start();
        await CreateAsync("a");
        await Eventually.HoldsAsync("it was measured", () => versions.Count > 0);
        Assert.All(versions.ToArray(), version => Assert.Equal("2", version));
    }

    [Fact]
    public async Task A_JSON_patch_and_a_strategic_merge_change_what_they_name()
    {
        await CreateAsync("a", ("x", "1"), ("y", "2"));
        var operations = JsonNode.Parse("""[{ "op": "test", "path": "/data/x", "value": "1" }, { "op": "remove", "path": "/data/x" }]""")!.AsArray();
        var patched = await Client.PatchAsync<V1ConfigMap>("a", Namespace, new KubernetesPatch.Json(operations), Ct);
        Assert.Equal(["y"], patched.Data!.Keys);

        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => Client.PatchAsync<V1ConfigMap>("a", Namespace, new KubernetesPatch.Json(operations), Ct));
        Assert.Equal(422, refusal.Code);

        var merge = new JsonObject { ["data"] = new JsonObject { ["z"] = "3", ["y"] = null } };
        patched = await Client.PatchAsync<V1ConfigMap>("a", Namespace, new KubernetesPatch.StrategicMerge(merge), Ct);
        Assert.Equal(["z"], patched.Data!.Keys);
    }

    [Fact]
    public async Task An_apply_is_YAML_and_yet_each_character_arrives()
    {
        const string text = "é 漢 😀 \u007f \u0085 \u00a0 \u2028\u2029 \ufeff \ue000 \uffee \U0010fffd \t \\ \\ud83d\\ude00 \" ' # : -\n---\n%";
        var configuration = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject { ["name"] = "a" },
            ["data"] = new JsonObject { ["key"] = text },
        };
        var applied = await Client.PatchAsync<V1ConfigMap>("a", Namespace, new KubernetesPatch.Apply(configuration, "test"), Ct);
        Assert.Equal(text, applied.Data!["key"]);
        Assert.Equal(text, (await Client.GetAsync<V1ConfigMap>("a", Namespace, Ct))!.Data!["key"]);
    }

    [Fact]
    public async Task A_custom_resource_takes_no_strategic_merge()
    {
        TestCluster.Require(TestCluster.ModernCustomResources);
        await CreateWidgetAsync("a");
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => Client.PatchAsync<Widget>("a", Namespace, new KubernetesPatch.StrategicMerge([]), Ct));
        Assert.Equal(415, refusal.Code);
    }

    [Fact]
    public async Task Strict_field_validation_names_the_unknown_field()
    {
        TestCluster.Require(TestCluster.ModernCustomResources);
        using var strict = NewClient(new RestClientOptions { FieldValidation = "Strict" });
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => strict.CreateAsync(NewWidget("a") with { Spec = new WidgetSpec { Size = 1, Unknown = "?" } }, Ct));
        Assert.Equal(400, refusal.Code);
        Assert.Contains("unknown field \"spec.unknown\"", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_are_noted_under_our_name()
    {
        // Nobody else may apply what we wrote without being told that it is ours.
        await CreateAsync("a", ("key", "ours"));
        var theirs = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "a" }, ["data"] = new JsonObject { ["key"] = "theirs" } };
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => Client.PatchAsync<V1ConfigMap>("a", Namespace, new KubernetesPatch.Apply(theirs, "they"), Ct));
        Assert.Contains("conflict with \"textops-operator\" using v1", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PropagationPolicy.Background, true)]
    [InlineData(PropagationPolicy.Foreground, true)]
    [InlineData(PropagationPolicy.Orphan, false)]
    public async Task What_is_owned_goes_or_stays_as_the_delete_said(PropagationPolicy policy, bool goes)
    {
        TestCluster.Require(TestCluster.Controllers);
        var owner = await CreateAsync("owner");
        var reference = new V1OwnerReference { ApiVersion = "v1", Kind = "ConfigMap", Name = "owner", Uid = owner.Metadata.Uid!, BlockOwnerDeletion = true };
        await Client.CreateAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "owned", Namespace = Namespace, OwnerReferences = [reference] } }, Ct);
        await Client.DeleteAsync<V1ConfigMap>("owner", Namespace, new DeleteOptions { PropagationPolicy = policy }, Ct);
        await Eventually.HoldsAsync("the owner is gone", () => Client.GetAsync<V1ConfigMap>("owner", Namespace, Ct), seen => seen is null);
        await Eventually.HoldsAsync(
            goes ? "the owned is gone" : "the owned is nobody's",
            () => Client.GetAsync<V1ConfigMap>("owned", Namespace, Ct),
            seen => goes ? seen is null : seen!.Metadata.OwnerReferences is null or []);
    }

    [Fact]
    public async Task A_delete_of_a_version_spares_another_one()
    {
        var first = await CreateAsync("a");
        var second = await Client.PatchAsync<V1ConfigMap>("a", Namespace, new JsonObject { ["data"] = new JsonObject { ["key"] = "new" } }, Ct);
        Task DeleteAsync(V1ConfigMap seen) => Client.DeleteAsync<V1ConfigMap>("a", Namespace, new DeleteOptions { ResourceVersion = seen.Metadata.ResourceVersion }, Ct);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => DeleteAsync(first))).IsConflict);
        await DeleteAsync(second);
        Assert.Null(await Client.GetAsync<V1ConfigMap>("a", Namespace, Ct));
    }

    [Fact]
    public async Task Pages_make_one_list()
    {
        for (var i = 0; i < 7; i++)
        {
            await CreateAsync($"page-{i}");
        }

        await using var proxy = await FaultProxy.StartAsync(cluster.Configuration);
        using var client = NewClient(new RestClientOptions { PageSize = 3 }, proxy);
        var list = await client.ListAsync<V1ConfigMap>(Namespace, "test=yes", Ct);
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"page-{i}"), list.Items.Select(item => item.Metadata.Name));
        Assert.True(proxy.Seen.Count >= 3, $"{proxy.Seen.Count} pages");
    }

    [Fact]
    public async Task A_token_of_another_time_starts_the_list_over()
    {
        await CreateAsync("a");
        await CreateAsync("b");
        await using var proxy = await FaultProxy.StartAsync(cluster.Configuration);
        using var client = NewClient(new RestClientOptions { PageSize = 1 }, proxy);
        proxy.Next(Spoil.Refuse(410, "Expired", "The provided continue parameter is too old"), request => request["continue"] != "");
        Assert.Equal(["a", "b"], (await client.ListAsync<V1ConfigMap>(Namespace, "test=yes", Ct)).Items.Select(item => item.Metadata.Name));
        Assert.Equal(["1", "1", ""], proxy.Seen.Select(request => request["limit"]));
    }

    [Fact]
    public async Task A_watch_starts_with_what_is_there_on_servers_that_know_how_and_on_those_that_do_not()
    {
        TestCluster.Require(TestCluster.ModernCustomResources);
        await CreateWidgetAsync("a");
        await CreateAsync("a");
        await using var proxy = await FaultProxy.StartAsync(cluster.Configuration);
        using var client = NewClient(new RestClientOptions(), proxy);
        Assert.Equal(["Added a", "Synced ", "Added b"], await StartAsync<Widget>(null, () => CreateWidgetAsync("b")));
        Assert.All(proxy.Seen, request => Assert.Equal("true", request["sendInitialEvents"]));
        Assert.Equal(["Added a", "Synced ", "Added b"], await StartAsync<V1ConfigMap>("test=yes", () => CreateAsync("b")));
        Assert.Equal(["Added a", "Added b", "Synced ", "Added c"], await StartAsync<V1ConfigMap>("test=yes", () => CreateAsync("c")));

        async Task<List<string>> StartAsync<T>(string? selector, Func<Task> afterSync) where T : class, IKubernetesObject
        {
            var told = new List<string>();
            var isSynced = false;
            await foreach (var change in client.WatchAsync<T>(Namespace, selector, null, Ct))
            {
                told.Add($"{change.Type} {change.Object?.Metadata.Name}");
                Assert.NotEmpty(change.ResourceVersion);
                if (isSynced)
                {
                    break;
                }

                if (change.Type == WatchEventType.Synced)
                {
                    isSynced = true;
                    await afterSync();
                }
            }

            return told;
        }
    }

    [Fact]
    public async Task A_create_whose_answer_is_lost_is_an_error_and_the_object_is_there()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Configuration);
        using var client = NewClient(new RestClientOptions(), proxy);
        proxy.Next(Spoil.LoseAnswer);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.CreateAsync(NewConfigMap("a"), Ct));
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => client.CreateAsync(NewConfigMap("a"), Ct))).IsAlreadyExists);
        Assert.Equal(2, proxy.Seen.Count);
    }

    [Fact]
    public async Task Calls_that_may_be_repeated_outlive_a_lost_answer_but_an_update_meets_itself()
    {
        var created = await CreateAsync("a");
        await using var proxy = await FaultProxy.StartAsync(cluster.Configuration);
        using var client = NewClient(new RestClientOptions(), proxy);
        proxy.Next(Spoil.LoseAnswer);
        var update = created with { Data = new Dictionary<string, string> { ["key"] = "updated" } };
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => client.UpdateAsync(update, Ct))).IsConflict);
        Assert.Equal("updated", (await client.GetAsync<V1ConfigMap>("a", Namespace, Ct))!.Data!["key"]);

        proxy.Next(Spoil.LoseAnswer);
        Assert.Equal("patched", (await client.PatchAsync<V1ConfigMap>("a", Namespace, new JsonObject { ["data"] = new JsonObject { ["key"] = "patched" } }, Ct)).Data!["key"]);
        proxy.Next(Spoil.LoseAnswer);
        await client.DeleteAsync<V1ConfigMap>("a", Namespace, new DeleteOptions { Uid = created.Metadata.Uid }, Ct);
        Assert.Null(await client.GetAsync<V1ConfigMap>("a", Namespace, Ct));
    }

    private RestKubernetesClient NewClient(RestClientOptions options, FaultProxy? proxy = null) =>
        new(proxy?.Configuration ?? cluster.Configuration, options, TimeProvider.System, NullLogger.Instance);

    private Task<V1ConfigMap> CreateAsync(string name, params (string Key, string Value)[] data) => Client.CreateAsync(NewConfigMap(name, data), Ct);

    private V1ConfigMap NewConfigMap(string name, params (string Key, string Value)[] data) => new()
    {
        // The server puts ConfigMaps of its own into each namespace.
        Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace, Labels = new Dictionary<string, string> { ["test"] = "yes" } },
        Data = data.ToDictionary(entry => entry.Key, entry => entry.Value),
    };

    private Task<Widget> CreateWidgetAsync(string name) => Client.CreateAsync(NewWidget(name), Ct);

    private Widget NewWidget(string name) => new() { Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace }, Spec = new WidgetSpec { Size = 1 } };
}
