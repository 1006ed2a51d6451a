using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>Server-side apply: who says what an object is to be, and what becomes of what others said.</summary>
public abstract partial class KubernetesClientContract
{
    [Fact]
    [Trait("pitfall", "kubernetes-client/csharp#1634")]
    public async Task Applying_creates_what_is_not_there()
    {
        var applied = await ApplyAsync<V1ConfigMap>(AppliedMap("1"));
        Assert.NotEmpty(applied.Metadata.Uid!);
        Assert.Equal("1", applied.Data!["key"]);
        Assert.Equivalent(applied, await Client.GetAsync<V1ConfigMap>("a", Namespace, Ct), strict: true);

        var widget = await ApplyAsync<Widget>(AppliedWidget("""{ "size": 2, "parts": [{ "name": "x" }] }"""));
        Assert.Equal((2, "grey", 1, 1L), (widget.Spec.Size, widget.Spec.Color, widget.Spec.Parts![0].Count!.Value, widget.Metadata.Generation!.Value));
    }

    [Fact]
    public async Task Applying_the_same_again_makes_no_new_version()
    {
        var map = await ApplyAsync<V1ConfigMap>(AppliedMap("1"));
        Assert.Equivalent(map, await ApplyAsync<V1ConfigMap>(AppliedMap("1")), strict: true);

        var widget = await ApplyAsync<Widget>(AppliedWidget("""{ "size": 2, "parts": [{ "name": "x" }] }"""));
        Assert.Equivalent(widget, await ApplyAsync<Widget>(AppliedWidget("""{ "size": 2, "parts": [{ "name": "x" }] }""")), strict: true);
    }

    [Fact]
    public async Task What_is_applied_no_longer_goes_and_the_rest_stays()
    {
        await ApplyAsync<V1ConfigMap>(Read($$"""
            {
              "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "labels": { "keep": "1", "drop": "2" }, "annotations": { "only": "3" } },
              "data": { "key": "1", "gone": "2" }
            }
            """));
        await Client.PatchAsync<V1ConfigMap>("a", Namespace, Read("""{ "metadata": { "labels": { "theirs": "4" }, "annotations": { "theirs": "5" } }, "data": { "theirs": "6" } }"""), Ct);
        var applied = await ApplyAsync<V1ConfigMap>(Read("""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "labels": { "keep": "1" } }, "data": { "key": "1" } }"""));
        Assert.Equal(new Dictionary<string, string> { ["keep"] = "1", ["theirs"] = "4" }, applied.Metadata.Labels);
        Assert.Equal(new Dictionary<string, string> { ["theirs"] = "5" }, applied.Metadata.Annotations);
        Assert.Equal(new Dictionary<string, string> { ["key"] = "1", ["theirs"] = "6" }, applied.Data);
    }

    [Fact]
    public async Task A_field_that_two_apply_goes_when_both_left_it_out()
    {
        await ApplyAsync<V1ConfigMap>(AppliedMap("1"));
        await ApplyAsync<V1ConfigMap>(AppliedMap("1"), "other");
        var empty = Read("""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" }, "data": { "rest": "" } }""");
        Assert.Equal("1", (await ApplyAsync<V1ConfigMap>(empty)).Data!["key"]);
        Assert.Equal(["rest"], (await ApplyAsync<V1ConfigMap>(empty, "other")).Data!.Keys);
    }

    [Fact]
    public async Task What_another_applied_is_taken_by_force_only()
    {
        await ApplyAsync<V1ConfigMap>(AppliedMap("1"));
        var refusal = await RefusalAsync(() => ApplyAsync<V1ConfigMap>(AppliedMap("2"), "other"));
        Assert.Equal((409, "Conflict", "Apply failed with 1 conflict: conflict with \"test\": .data.key"), (refusal.Code, refusal.Reason, refusal.Message));
        Assert.Equal("1", (await Client.GetAsync<V1ConfigMap>("a", Namespace, Ct))!.Data!["key"]);

        Assert.Equal("2", (await ApplyAsync<V1ConfigMap>(AppliedMap("2"), "other", force: true)).Data!["key"]);

        // It is the other's now: the first may neither change it nor take it away.
        refusal = await RefusalAsync(() => ApplyAsync<V1ConfigMap>(AppliedMap("3")));
        Assert.EndsWith("conflict with \"other\": .data.key", refusal.Message, StringComparison.Ordinal);
        var without = Read("""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "labels": { "x": "1" } } }""");
        Assert.Equal("2", (await ApplyAsync<V1ConfigMap>(without)).Data!["key"]);
    }

    [Fact]
    public async Task Conflicts_are_told_by_manager()
    {
        var both = Read("""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" }, "data": { "a": "1", "b": "1" } }""");
        await ApplyAsync<V1ConfigMap>(both);
        both["data"] = Read("""{ "a": "2", "b": "2" }""");
        var refusal = await RefusalAsync(() => ApplyAsync<V1ConfigMap>(both, "other"));
        Assert.Equal("Apply failed with 2 conflicts: conflicts with \"test\":\n- .data.a\n- .data.b", refusal.Message);
    }

    [Fact]
    public async Task What_another_changed_is_healed_by_force()
    {
        await ApplyAsync<V1ConfigMap>(AppliedMap("1"));
        await Client.PatchAsync<V1ConfigMap>("a", Namespace, Read("""{ "data": { "key": "drifted" } }"""), Ct);
        var refusal = await RefusalAsync(() => ApplyAsync<V1ConfigMap>(AppliedMap("1")));
        Assert.True(refusal.IsConflict, refusal.Message);
        Assert.Contains("using v1", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("1", (await ApplyAsync<V1ConfigMap>(AppliedMap("1"), force: true)).Data!["key"]);

        // Owned again by who applies it, so leaving it out takes it away.
        Assert.Null((await ApplyAsync<V1ConfigMap>(Read("""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" } }"""))).Data);
    }

    [Fact]
    public async Task What_another_took_away_is_brought_back()
    {
        await ApplyAsync<V1ConfigMap>(AppliedMap("1"));
        await Client.PatchAsync<V1ConfigMap>("a", Namespace, Read("""{ "data": { "key": null } }"""), Ct);
        Assert.Equal("1", (await ApplyAsync<V1ConfigMap>(AppliedMap("1"))).Data!["key"]);
    }

    [Fact]
    public async Task What_was_created_otherwise_belongs_to_its_creator()
    {
        await Client.CreateAsync(NewConfigMap("a"), Ct);
        Assert.True((await RefusalAsync(() => ApplyAsync<V1ConfigMap>(AppliedMap("1")))).IsConflict);
        Assert.Equal("value", (await ApplyAsync<V1ConfigMap>(AppliedMap("value"))).Data!["key"]);

        // Both own it, so it stays when one no longer wants it.
        Assert.Equal("value", (await ApplyAsync<V1ConfigMap>(Read("""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" } }"""))).Data!["key"]);
    }

    [Fact]
    public async Task Items_of_a_list_are_merged_by_their_key()
    {
        await ApplyAsync<Widget>(AppliedWidget("""{ "size": 2, "parts": [{ "name": "x", "count": 3 }, { "name": "y" }] }"""));
        var both = await ApplyAsync<Widget>(AppliedWidget("""{ "parts": [{ "name": "z", "count": 9 }] }"""), "other");
        Assert.Equal([("x", 3), ("y", 1), ("z", 9)], both.Spec.Parts!.Select(part => (part.Name, part.Count!.Value)));

        var fewer = await ApplyAsync<Widget>(AppliedWidget("""{ "size": 2, "parts": [{ "name": "x", "count": 4 }] }"""));
        Assert.Equal([("x", 4), ("z", 9)], fewer.Spec.Parts!.Select(part => (part.Name, part.Count!.Value)));
        Assert.Equal(3, fewer.Metadata.Generation);

        var refusal = await RefusalAsync(() => ApplyAsync<Widget>(AppliedWidget("""{ "parts": [{ "name": "x", "count": 5 }] }"""), "other"));
        Assert.EndsWith("conflict with \"test\": .spec.parts[name=\"x\"].count", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_or_map_is_owned_as_its_schema_says()
    {
        await ApplyAsync<Widget>(AppliedWidget("""
            { "size": 2, "tags": ["a", "b"], "limits": { "cpu": "1", "memory": "2" }, "zones": { "north": { "note": "x" }, "south": {}, "west": { "count": 5 } } }
            """));
        var both = await ApplyAsync<Widget>(AppliedWidget("""{ "tags": ["b", "c"], "zones": { "north": { "count": 7 }, "east": {} } }"""), "other", force: true);
        Assert.Equal(["a", "b", "c"], both.Spec.Tags!);
        Assert.Equal(
            [("east", 1, null), ("north", 7, "x"), ("south", 1, null), ("west", 5, null)],
            both.Spec.Zones!.OrderBy(zone => zone.Key, StringComparer.Ordinal).Select(zone => (zone.Key, zone.Value.Count!.Value, zone.Value.Note)));

        // A value of a set and a key of a map go when nobody names them any more, with the defaults below; an atomic map is another's as a whole or not at all.
        var fewer = await ApplyAsync<Widget>(AppliedWidget("""{ "size": 2, "tags": ["a"], "limits": { "cpu": "1" } }"""));
        Assert.Equal(["a", "b", "c"], fewer.Spec.Tags!);
        Assert.Equal(["cpu"], fewer.Spec.Limits!.Keys);
        Assert.Equal(["east", "north"], fewer.Spec.Zones!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(new WidgetZone { Count = 7 }, fewer.Spec.Zones!["north"]);
        var refusal = await RefusalAsync(() => ApplyAsync<Widget>(AppliedWidget("""{ "limits": { "memory": "3" } }"""), "other"));
        Assert.EndsWith("conflict with \"test\": .spec.limits", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["memory"], (await ApplyAsync<Widget>(AppliedWidget("""{ "limits": { "memory": "3" } }"""), "other", force: true)).Spec.Limits!.Keys);
    }

    [Fact]
    public async Task A_key_of_a_map_is_any_text()
    {
        var odd = """{ "size": 2, "zones": { "a/b.c~1[=\"]": { "note": "x" }, "a": { "note": "y" } } }""";
        var first = await ApplyAsync<Widget>(AppliedWidget(odd));
        Assert.Equivalent(first, await ApplyAsync<Widget>(AppliedWidget(odd)), strict: true);
        Assert.Equal(["a"], (await ApplyAsync<Widget>(AppliedWidget("""{ "size": 2, "zones": { "a": { "note": "y" } } }"""))).Spec.Zones!.Keys);
    }

    [Fact]
    public async Task A_default_comes_back_for_what_is_applied_no_longer()
    {
        await ApplyAsync<Widget>(AppliedWidget("""{ "size": 2, "color": "red" }"""));
        Assert.Equal("grey", (await ApplyAsync<Widget>(AppliedWidget("""{ "size": 2 }"""))).Spec.Color);
    }

    [Fact]
    public async Task A_status_that_is_written_is_nobodys_conflict()
    {
        await ApplyAsync<Widget>(AppliedWidget("""{ "size": 2 }"""));
        await Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("Running"), Ct);
        var applied = await ApplyAsync<Widget>(AppliedWidget("""{ "size": 3 }"""));
        Assert.Equal(("Running", 2L), (applied.Status!.Phase, applied.Metadata.Generation!.Value));
    }

    [Fact]
    public async Task Owners_and_finalizers_are_merged_one_by_one()
    {
        var owner = await Client.CreateAsync(NewWidget("owner"), Ct);
        string Map(string owners, string finalizers) =>
            $$"""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "ownerReferences": [{{owners}}], "finalizers": [{{finalizers}}] } }""";
        var reference = $$"""{ "apiVersion": "test.textops.dev/v1", "kind": "Widget", "name": "owner", "uid": "{{owner.Metadata.Uid}}", "controller": true }""";
        await ApplyAsync<V1ConfigMap>(Read(Map(reference, "\"test.textops.dev/one\"")));
        var both = await ApplyAsync<V1ConfigMap>(Read(Map("", "\"test.textops.dev/two\"")), "other");
        Assert.Equal(["test.textops.dev/one", "test.textops.dev/two"], both.Metadata.Finalizers!);
        Assert.Equal(owner.Metadata.Uid, Assert.Single(both.Metadata.OwnerReferences!).Uid);

        await ApplyAsync<V1ConfigMap>(Read(Map("", "")), "other");
        var none = await ApplyAsync<V1ConfigMap>(Read(Map("", "")));
        Assert.Null(none.Metadata.Finalizers);
        Assert.Null(none.Metadata.OwnerReferences);
    }

    [Theory]
    [InlineData("""{ "kind": "ConfigMap", "metadata": { "name": "a" } }""", 400, "Incorrect version specified in apply patch. Specified patch version: , expected: v1")]
    [InlineData("""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": {} }""", 400, "the name of the object (a based on URL) was undeterminable: name must be provided")]
    [InlineData("""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "b" } }""", 400, "the name of the object (b) does not match the name on the URL (a)")]
    [InlineData("""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "managedFields": [] } }""", 400, "metadata.managedFields must be nil")]
    [InlineData("""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" }, "data": { "a b": "" } }""", 422, "ConfigMap \"a\" is invalid: data[a b]: Invalid value: ")]
    public async Task A_configuration_that_is_none_of_this_object_is_refused(string configuration, int code, string message)
    {
        var refusal = await RefusalAsync(() => Client.PatchAsync<V1ConfigMap>("a", Namespace, new KubernetesPatch.Apply(Read(configuration), "test"), Ct));
        Assert.Equal(code, refusal.Code);
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
        Assert.Null(await Client.GetAsync<V1ConfigMap>("a", Namespace, Ct));
    }

    [Fact]
    public async Task Who_applies_has_a_name()
    {
        var refusal = await RefusalAsync(() => ApplyAsync<V1ConfigMap>(AppliedMap("1"), manager: ""));
        Assert.Equal((422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"), (refusal.Code, refusal.Message));
    }

    [Fact]
    public async Task What_is_applied_to_a_known_version_holds_only_for_it()
    {
        var first = await ApplyAsync<V1ConfigMap>(AppliedMap("1"));
        await ApplyAsync<V1ConfigMap>(AppliedMap("2"));
        var late = AppliedMap("3");
        late["metadata"]!["resourceVersion"] = first.Metadata.ResourceVersion;
        var refusal = await RefusalAsync(() => ApplyAsync<V1ConfigMap>(late));
        Assert.True(refusal.IsConflict);
        Assert.StartsWith("Operation cannot be fulfilled on configmaps \"a\": the object has been modified", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watches_see_what_is_applied()
    {
        var start = (await Client.ListAsync<V1ConfigMap>(Namespace, "watched", Ct)).ResourceVersion;
        var map = AppliedMap("1");
        map["metadata"]!["labels"] = Read("""{ "watched": "" }""");
        await ApplyAsync<V1ConfigMap>(map);
        await ApplyAsync<V1ConfigMap>(map);
        map["data"]!["key"] = "2";
        await ApplyAsync<V1ConfigMap>(map);
        await using var watch = Client.WatchAsync<V1ConfigMap>(Namespace, "watched", start, Ct).GetAsyncEnumerator(Ct);
        var seen = new List<(WatchEventType, string)>();
        while (seen.Count < 2 && await watch.MoveNextAsync())
        {
            if (watch.Current.Object is { } changed)
            {
                seen.Add((watch.Current.Type, changed.Data!["key"]));
            }
        }

        Assert.Equal([(WatchEventType.Added, "1"), (WatchEventType.Modified, "2")], seen);
    }

    private Task<T> ApplyAsync<T>(JsonObject configuration, string manager = "test", bool force = false) where T : class, IKubernetesObject =>
        Client.PatchAsync<T>((string?)configuration["metadata"]!["name"] ?? "", Namespace, new KubernetesPatch.Apply(configuration, manager, force), Ct);

    private Task<T> ApplyAsync<T>(T wanted, string manager = "test", bool force = false) where T : class, IKubernetesObject =>
        ApplyAsync<T>(JsonSerializer.SerializeToNode(wanted, Json.Objects)!.AsObject(), manager, force);

    private static JsonObject AppliedMap(string value) => Read($$"""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" }, "data": { "key": "{{value}}" } }""");

    private static JsonObject AppliedWidget(string spec) => Read($$"""{ "apiVersion": "test.textops.dev/v1", "kind": "Widget", "metadata": { "name": "a" }, "spec": {{spec}} }""");
}
