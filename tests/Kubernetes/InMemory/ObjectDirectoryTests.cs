using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Tests.Support;
using TextOps.Tests;

namespace TextOps.Kubernetes.Tests.InMemory;

public sealed class ObjectDirectoryTests : IDisposable
{
    private readonly TemporaryFolder store = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task Objects_outlive_the_cluster_that_held_them()
    {
        Widget widget;
        V1ConfigMap last;
        using (var directory = ObjectDirectory.Open(store.Path))
        {
            await using var cluster = Serve(directory);
            await cluster.CreateAsync(NewWidget("a"), Ct);
            widget = await cluster.PatchStatusAsync<Widget>("a", "n", new JsonObject { ["status"] = new JsonObject { ["phase"] = "Running" } }, Ct);
            await cluster.CreateAsync(ConfigMap("gone"), Ct);
            await cluster.DeleteAsync<V1ConfigMap>("gone", "n", null, Ct);
            last = await cluster.CreateAsync(ConfigMap("kept"), Ct);
        }

        Assert.True(File.Exists(store.File(".textops", "objects", "widgets.test.textops.dev", "n", "a.json")));
        Assert.True(File.Exists(store.File(".textops", "objects", "configmaps.core", "n", "kept.json")));
        Assert.False(File.Exists(store.File(".textops", "objects", "configmaps.core", "n", "gone.json")));

        using var again = ObjectDirectory.Open(store.Path);
        await using var second = Serve(again);
        Assert.Equivalent(widget, await second.GetAsync<Widget>("a", "n", Ct), strict: true);
        Assert.Null(await second.GetAsync<V1ConfigMap>("gone", "n", Ct));

        // Versions go on above all that were given out for objects that are still there.
        var next = await second.CreateAsync(ConfigMap("next"), Ct);
        Assert.True(Version(next) > Version(last), $"{next.Metadata.ResourceVersion} after {last.Metadata.ResourceVersion}");
        Assert.Equal(410, (await Assert.ThrowsAsync<KubernetesException>(async () =>
        {
            await foreach (var _ in second.WatchAsync<V1ConfigMap>(null, null, "1", Ct))
            {
                Assert.Fail("a watch from another process's time must not start");
            }
        })).Code);
    }

    [Fact]
    public async Task Who_set_which_field_is_known_to_the_next_process()
    {
        static KubernetesPatch Apply(string data, string manager = "first") => new KubernetesPatch.Apply(
            JsonNode.Parse($$"""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" }, "data": {{data}} }""")!.AsObject(), manager);
        V1ConfigMap before;
        using (var directory = ObjectDirectory.Open(store.Path))
        {
            await using var cluster = Serve(directory);
            await cluster.PatchAsync<V1ConfigMap>("a", "n", Apply("""{ "x": "1", "y": "1" }"""), Ct);
            before = await cluster.PatchAsync<V1ConfigMap>("a", "n", new JsonObject { ["data"] = new JsonObject { ["z"] = "2" } }, Ct);
        }

        using var again = ObjectDirectory.Open(store.Path);
        await using var second = Serve(again);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => second.PatchAsync<V1ConfigMap>("a", "n", Apply("""{ "x": "2" }""", "second"), Ct))).IsConflict);
        Assert.Equal(before.Metadata.ResourceVersion, (await second.PatchAsync<V1ConfigMap>("a", "n", Apply("""{ "x": "1", "y": "1" }"""), Ct)).Metadata.ResourceVersion);
        var after = await second.PatchAsync<V1ConfigMap>("a", "n", Apply("""{ "x": "1" }"""), Ct);
        Assert.Equal(new Dictionary<string, string> { ["x"] = "1", ["z"] = "2" }, after.Data);
    }

    [Fact]
    public async Task What_a_finalizer_holds_goes_for_good_in_a_later_process_too()
    {
        using (var directory = ObjectDirectory.Open(store.Path))
        {
            await using var cluster = Serve(directory);
            await cluster.CreateAsync(ConfigMap("a") with { Metadata = new V1ObjectMeta { Name = "a", Namespace = "n", Finalizers = ["textops.dev/x"] } }, Ct);
            await cluster.DeleteAsync<V1ConfigMap>("a", "n", null, Ct);
        }

        using var again = ObjectDirectory.Open(store.Path);
        await using var second = Serve(again);
        Assert.NotNull((await second.GetAsync<V1ConfigMap>("a", "n", Ct))!.Metadata.DeletionTimestamp);
        await second.PatchAsync<V1ConfigMap>("a", "n", new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = null } }, Ct);
        Assert.Null(await second.GetAsync<V1ConfigMap>("a", "n", Ct));
        Assert.False(File.Exists(store.File(".textops", "objects", "configmaps.core", "n", "a.json")));
    }

    [Fact]
    public async Task A_file_that_was_being_written_at_a_crash_is_as_if_it_never_was()
    {
        using (var directory = ObjectDirectory.Open(store.Path))
        {
            await using var cluster = Serve(directory);
            await cluster.CreateAsync(ConfigMap("a"), Ct);
        }

        var half = store.File(".textops", "objects", "configmaps.core", "n", "a.json.tmp");
        await File.WriteAllTextAsync(half, "{\"apiVersion\":\"v1\",\"ki", Ct);
        using (var looking = ObjectDirectory.OpenReadOnly(store.Path))
        {
            await using var cluster = Serve(looking);
            Assert.Single((await cluster.ListAsync<V1ConfigMap>(null, null, Ct)).Items);
            Assert.True(File.Exists(half), "who only looks removes nothing: the writer may be at it");
        }

        using var again = ObjectDirectory.Open(store.Path);
        await using var second = Serve(again);
        Assert.Single((await second.ListAsync<V1ConfigMap>(null, null, Ct)).Items);
        Assert.Empty(again.Damaged);
        Assert.False(File.Exists(half));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{\"apiVersion\":\"v1\"", "cut off")]
    [InlineData("[]", "no object")]
    [InlineData("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"bad\",\"namespace\":\"n\"}}", "no uid")]
    [InlineData("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"bad\",\"namespace\":\"n\",\"uid\":\"u\",\"resourceVersion\":\"1\"}}", "another kind")]
    [InlineData("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"other\",\"namespace\":\"n\",\"uid\":\"u\",\"resourceVersion\":\"1\"}}", "another name")]
    [InlineData("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":7}}", "a name that is no text")]
    public async Task A_damaged_file_is_named_and_the_others_are_read(string content, string damage)
    {
        using (var directory = ObjectDirectory.Open(store.Path))
        {
            await using var cluster = Serve(directory);
            await cluster.CreateAsync(ConfigMap("a"), Ct);
            await cluster.CreateAsync(ConfigMap("z"), Ct);
        }

        var bad = store.File(".textops", "objects", "configmaps.core", "n", "bad.json");
        await File.WriteAllTextAsync(bad, content, Ct);
        using var again = ObjectDirectory.Open(store.Path);
        await using var second = Serve(again);
        Assert.Equal(["a", "z"], (await second.ListAsync<V1ConfigMap>(null, null, Ct)).Items.Select(item => item.Metadata.Name));
        var damaged = Assert.Single(again.Damaged);
        Assert.True(damaged.File == bad && damaged.Problem.Length > 0, $"{damage}: {damaged}");
        Assert.True(File.Exists(bad));
    }

    [Fact]
    public async Task An_object_that_no_longer_keeps_its_schema_is_damaged()
    {
        using (var directory = ObjectDirectory.Open(store.Path))
        {
            await using var cluster = Serve(directory);
            await cluster.CreateAsync(NewWidget("a"), Ct);
        }

        var file = store.File(".textops", "objects", "widgets.test.textops.dev", "n", "a.json");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Ct)).Replace("\"size\":1", "\"size\":\"one\"", StringComparison.Ordinal), Ct);
        using var again = ObjectDirectory.Open(store.Path);
        await using var second = Serve(again);
        Assert.Empty((await second.ListAsync<Widget>(null, null, Ct)).Items);
        Assert.Contains("spec.size", Assert.Single(again.Damaged).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_has_one_writer_who_is_named()
    {
        using (ObjectDirectory.Open(store.Path))
        {
            var refusal = Assert.Throws<StoreLockedException>(() => ObjectDirectory.Open(store.Path));
            Assert.Equal(Environment.ProcessId, refusal.ProcessId);
            Assert.Contains(store.Path, refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
        }

        using var next = ObjectDirectory.Open(store.Path);
        Assert.False(next.IsReadOnly);
    }

    [Fact]
    public async Task Another_process_that_holds_the_store_keeps_us_out_until_it_ends_however_it_ends()
    {
        Directory.CreateDirectory(store.File(".textops"));
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "the program flock is needed to hold the lock from another process");
        var start = new ProcessStartInfo("/usr/bin/flock", ["--no-fork", store.File(".textops", "lock"), "sh", "-c", "echo held; exec sleep 60"]) 
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var holder = Process.Start(start)!;
        try
        {
            Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(Ct));
            Assert.Null(Assert.Throws<StoreLockedException>(() => ObjectDirectory.Open(store.Path)).ProcessId);
        }
        finally
        {
            holder.Kill();
            await holder.WaitForExitAsync(Ct);
        }

        ObjectDirectory.Open(store.Path).Dispose();
    }

    [Fact]
    public async Task Who_looks_sees_what_the_writer_keeps_and_writes_nothing()
    {
        using var directory = ObjectDirectory.Open(store.Path);
        await using var writer = Serve(directory);
        await writer.CreateAsync(NewWidget("a"), Ct);

        using var looking = ObjectDirectory.OpenReadOnly(store.Path);
        await using var reader = Serve(looking);
        Assert.Single((await reader.ListAsync<Widget>(null, null, Ct)).Items);
        Assert.Equal(403, (await Assert.ThrowsAsync<KubernetesException>(() => reader.CreateAsync(NewWidget("b"), Ct))).Code);
        Assert.Equal(403, (await Assert.ThrowsAsync<KubernetesException>(() => reader.DeleteAsync<Widget>("a", "n", null, Ct))).Code);
        Assert.NotNull(await reader.GetAsync<Widget>("a", "n", Ct));
    }

    [Fact]
    public async Task Looking_at_a_store_that_is_not_there_finds_nothing_and_makes_nothing()
    {
        using var looking = ObjectDirectory.OpenReadOnly(store.File("none"));
        await using var reader = Serve(looking);
        Assert.Empty((await reader.ListAsync<Widget>(null, null, Ct)).Items);
        Assert.False(Directory.Exists(store.File("none")));
    }

    [Fact]
    public async Task Events_are_not_kept()
    {
        using var directory = ObjectDirectory.Open(store.Path);
        await using var cluster = Serve(directory);
        await cluster.CreateAsync(new V1Event { Metadata = new V1ObjectMeta { Name = "e", Namespace = "n" }, InvolvedObject = new V1ObjectReference { Namespace = "n", Name = "x" } }, Ct);
        Assert.NotNull(await cluster.GetAsync<V1Event>("e", "n", Ct));
        Assert.False(Directory.Exists(store.File(".textops", "objects", "events.core")));
    }

    [Fact]
    public async Task A_write_that_cannot_be_kept_did_not_happen()
    {
        using var directory = ObjectDirectory.Open(store.Path);
        await using var cluster = Serve(directory);
        await cluster.CreateAsync(ConfigMap("a"), Ct);

        // A folder lies where the object's file would be.
        Directory.CreateDirectory(store.File(".textops", "objects", "configmaps.core", "n", "b.json", "x"));
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => cluster.CreateAsync(ConfigMap("b"), Ct));
        Assert.Equal(500, refusal.Code);
        Assert.Contains(store.Path, refusal.Message, StringComparison.Ordinal);
        Assert.Null(await cluster.GetAsync<V1ConfigMap>("b", "n", Ct));
        Assert.NotNull(await cluster.CreateAsync(ConfigMap("c"), Ct));
    }

    [Fact]
    public async Task What_lost_its_owner_before_the_process_ended_goes_at_the_next_start()
    {
        using (var directory = ObjectDirectory.Open(store.Path))
        {
            await using var cluster = Serve(directory);
            var owner = await cluster.CreateAsync(NewWidget("owner"), Ct);
            var reference = new V1OwnerReference { ApiVersion = "test.textops.dev/v1", Kind = "Widget", Name = "owner", Uid = owner.Metadata.Uid! };
            await cluster.CreateAsync(ConfigMap("child") with { Metadata = new V1ObjectMeta { Name = "child", Namespace = "n", OwnerReferences = [reference] } }, Ct);
        }

        File.Delete(store.File(".textops", "objects", "widgets.test.textops.dev", "n", "owner.json"));
        using var again = ObjectDirectory.Open(store.Path);
        await using var second = new InMemoryCluster(new InMemoryClusterOptions { Directory = again });
        Assert.NotNull(await second.GetAsync<V1ConfigMap>("child", "n", Ct));

        // Only when the owner's kind is served can anybody say that the owner is gone.
        second.Register(new CustomResource(Widget.Definition(), _ => []));
        await Eventually.HoldsAsync("the child is gone", () => second.GetAsync<V1ConfigMap>("child", "n", Ct), seen => seen is null);
    }

    private static InMemoryCluster Serve(ObjectDirectory directory)
    {
        var cluster = new InMemoryCluster(new InMemoryClusterOptions { Directory = directory });
        cluster.Register(new CustomResource(Widget.Definition(), _ => []));
        return cluster;
    }

    private static long Version(V1ConfigMap entity) => long.Parse(entity.Metadata.ResourceVersion!, CultureInfo.InvariantCulture);

    private static Widget NewWidget(string name) => new() { Metadata = new V1ObjectMeta { Name = name, Namespace = "n" }, Spec = new WidgetSpec { Size = 1 } };

    private static V1ConfigMap ConfigMap(string name) => new() { Metadata = new V1ObjectMeta { Name = name, Namespace = "n" } };
}
