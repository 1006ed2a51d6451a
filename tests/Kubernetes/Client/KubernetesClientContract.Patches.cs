using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>What a patch or an update can change, and what it cannot.</summary>
public abstract partial class KubernetesClientContract
{
    [Fact]
    public async Task A_merge_patch_merges_objects_replaces_lists_and_removes_by_null()
    {
        var widget = NewWidget("a") with
        {
            Metadata = new V1ObjectMeta { Name = "a", Namespace = Namespace, Labels = new Dictionary<string, string> { ["keep"] = "1", ["drop"] = "2" } },
            Spec = new WidgetSpec { Size = 1, Parts = [new() { Name = "x" }, new() { Name = "y" }] },
        };
        await Client.CreateAsync(widget, Ct);
        var patched = await Client.PatchAsync<Widget>("a", Namespace, Read(
            """{ "metadata": { "labels": { "drop": null, "new": "3" } }, "spec": { "parts": [{ "name": "z" }] } }"""), Ct);
        Assert.Equal(new Dictionary<string, string> { ["keep"] = "1", ["new"] = "3" }, patched.Metadata.Labels);
        Assert.Equal(["z"], patched.Spec.Parts!.Select(part => part.Name));
        Assert.Equal(1, patched.Spec.Size);
    }

    [Fact]
    public async Task A_null_brings_the_default_back()
    {
        await Client.CreateAsync(NewWidget("a") with { Spec = new WidgetSpec { Size = 1, Color = "red", Parts = [new() { Name = "x", Count = 5 }] } }, Ct);
        var patched = await Client.PatchAsync<Widget>("a", Namespace, Read("""{ "spec": { "color": null, "parts": [{ "name": "x", "count": null }] } }"""), Ct);
        Assert.Equal("grey", patched.Spec.Color);
        Assert.Equal(1, patched.Spec.Parts![0].Count);
        Assert.Equal(2, patched.Metadata.Generation);
    }

    [Fact]
    public async Task A_patch_that_names_a_version_holds_only_for_it()
    {
        var first = await Client.CreateAsync(NewWidget("a"), Ct);
        var second = await Client.PatchAsync<Widget>("a", Namespace, Labels("x", "1"), Ct);
        JsonObject Patch(Widget of) => new()
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = of.Metadata.ResourceVersion, ["labels"] = new JsonObject { ["x"] = "2" } },
        };
        Assert.True((await RefusalAsync(() => Client.PatchAsync<Widget>("a", Namespace, Patch(first), Ct))).IsConflict);
        Assert.Equal("2", (await Client.PatchAsync<Widget>("a", Namespace, Patch(second), Ct)).Metadata.Labels!["x"]);
    }

    [Fact]
    public async Task A_patch_that_takes_the_version_away_is_an_update_from_no_known_state()
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        var patch = Read("""{ "metadata": { "resourceVersion": null, "labels": { "x": "1" } } }""");
        Assert.True((await RefusalAsync(() => Client.PatchAsync<Widget>("a", Namespace, patch, Ct))).IsInvalid);
        await Client.CreateAsync(NewConfigMap("a"), Ct);
        Assert.Equal("1", (await Client.PatchAsync<V1ConfigMap>("a", Namespace, patch, Ct)).Metadata.Labels!["x"]);
    }

    [Theory]
    [InlineData("""{ "metadata": { "annotations": { "x": null } } }""")]
    [InlineData("""{ "metadata": { "labels": {} } }""")]
    [InlineData("""{ "metadata": { "ownerReferences": [], "finalizers": [] } }""")]
    [InlineData("""{ "metadata": { "creationTimestamp": "2020-01-01T00:00:00Z", "generation": 77 } }""")]
    [InlineData("""{ "metadata": { "creationTimestamp": null, "uid": null } }""")]
    public async Task A_patch_of_metadata_that_comes_to_nothing_makes_no_new_version(string patch)
    {
        var widget = await Client.CreateAsync(NewWidget("a"), Ct);
        Assert.Equivalent(widget, await Client.PatchAsync<Widget>("a", Namespace, Read(patch), Ct), strict: true);
        var configMap = await Client.CreateAsync(NewConfigMap("a"), Ct);
        Assert.Equivalent(configMap, await Client.PatchAsync<V1ConfigMap>("a", Namespace, Read(patch), Ct), strict: true);
    }

    [Theory]
    [InlineData("""{ "metadata": { "uid": "other" } }""", "metadata.uid: Invalid value: \"other\": field is immutable")]
    [InlineData("""{ "metadata": { "deletionTimestamp": "2020-01-01T00:00:00Z" } }""", "metadata.deletionTimestamp: Invalid value: ")]
    [InlineData("""{ "metadata": { "deletionGracePeriodSeconds": 5 } }""", "metadata.deletionGracePeriodSeconds: Invalid value: 5: field is immutable")]
    public async Task What_the_server_says_of_an_object_cannot_be_patched(string patch, string problem)
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        var refusal = await RefusalAsync(() => Client.PatchAsync<Widget>("a", Namespace, Read(patch), Ct));
        Assert.True(refusal.IsInvalid);
        Assert.StartsWith($"Widget.test.textops.dev \"a\" is invalid: {problem}", refusal.Message, StringComparison.Ordinal);
        await Client.CreateAsync(NewConfigMap("a"), Ct);
        Assert.True((await RefusalAsync(() => Client.PatchAsync<V1ConfigMap>("a", Namespace, Read(patch), Ct))).IsInvalid);
    }

    [Theory]
    [InlineData("""{ "metadata": { "name": "b" } }""", 400, "the name of the object (b) does not match the name on the URL (a)")]
    [InlineData("""{ "metadata": { "namespace": "b" } }""", 400, "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("""{ "metadata": null }""", 400, "the name of the object (a based on URL) was undeterminable: name must be provided")]
    [InlineData("""{ "kind": "Other" }""", 422, "Other.test.textops.dev \"a\" is invalid: kind: Invalid value: \"Other\": must be Widget")]
    public async Task A_patch_cannot_make_another_object_of_it(string patch, int code, string message)
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        var refusal = await RefusalAsync(() => Client.PatchAsync<Widget>("a", Namespace, Read(patch), Ct));
        Assert.Equal((code, message), (refusal.Code, refusal.Message));
    }

    [Fact]
    public async Task An_update_cannot_say_that_the_object_is_deleted()
    {
        var widget = await Client.CreateAsync(NewWidget("a"), Ct);
        var refusal = await RefusalAsync(() => Client.UpdateAsync(widget with { Metadata = widget.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } }, Ct));
        Assert.True(refusal.IsInvalid);
        Assert.Contains("metadata.deletionTimestamp", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_of_an_object_that_was_made_again_is_a_conflict()
    {
        var first = await Client.CreateAsync(NewWidget("a"), Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        Assert.True((await RefusalAsync(() => Client.UpdateAsync(first, Ct))).IsNotFound);
        Assert.True((await RefusalAsync(() => Client.UpdateStatusAsync(first, Ct))).IsNotFound);

        var second = await Client.CreateAsync(NewWidget("a"), Ct);
        foreach (var version in (string[])[first.Metadata.ResourceVersion!, second.Metadata.ResourceVersion!])
        {
            var mixed = first with { Metadata = first.Metadata with { ResourceVersion = version } };
            var refusal = await RefusalAsync(() => Client.UpdateAsync(mixed, Ct));
            Assert.True(refusal.IsConflict, refusal.Message);
            Assert.EndsWith($"Precondition failed: UID in precondition: {first.Metadata.Uid}, UID in object meta: {second.Metadata.Uid}", refusal.Message, StringComparison.Ordinal);
            Assert.True((await RefusalAsync(() => Client.UpdateStatusAsync(mixed, Ct))).IsConflict);
        }
    }

    private static JsonObject Read(string json) => JsonNode.Parse(json)!.AsObject();
}
