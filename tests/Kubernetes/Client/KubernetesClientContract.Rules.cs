using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>What the server refuses, fills in and leaves out.</summary>
public abstract partial class KubernetesClientContract
{
    [Theory]
    [InlineData("Upper", "upper case")]
    [InlineData("-start", "a name starts with a letter or digit")]
    [InlineData("under_score", "no underscore")]
    [InlineData("", "a name is needed")]
    public async Task A_name_is_a_DNS_subdomain(string name, string because)
    {
        var refusal = await RefusalAsync(() => Client.CreateAsync(NewConfigMap(name), Ct));
        Assert.True(refusal.IsInvalid, $"{because}: {refusal.Code} {refusal.Message}");
        Assert.Contains("metadata.name", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_end_at_253_characters_and_those_of_Jobs_at_63()
    {
        await Client.CreateAsync(NewConfigMap(new string('a', 253)), Ct);
        Assert.True((await RefusalAsync(() => Client.CreateAsync(NewConfigMap(new string('a', 254)), Ct))).IsInvalid);
        await Client.CreateAsync(NewJob(new string('a', 63)), Ct);
        Assert.True((await RefusalAsync(() => Client.CreateAsync(NewJob(new string('a', 64)), Ct))).IsInvalid);
    }

    [Theory]
    [InlineData("app", "with space")]
    [InlineData("app", "-x")]
    [InlineData("bad key", "x")]
    [InlineData("UPPER.dev/x", "x")]
    [InlineData("app", "0123456789012345678901234567890123456789012345678901234567890123")]
    public async Task Labels_are_checked(string key, string value)
    {
        var refusal = await RefusalAsync(() => Client.CreateAsync(NewConfigMap("a", (key, value)), Ct));
        Assert.True(refusal.IsInvalid, refusal.Message);
        Assert.Contains("metadata.labels", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_custom_resource_is_held_to_its_schema()
    {
        var refusal = await RefusalAsync(() => Client.CreateAsync(NewWidget("a", size: 0), Ct));
        Assert.Equal(422, refusal.Code);
        Assert.Equal(
            "Widget.test.textops.dev \"a\" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1", refusal.Message);

        await Client.CreateAsync(NewWidget("a"), Ct);
        Assert.True((await RefusalAsync(() => Client.PatchAsync<Widget>("a", Namespace, new JsonObject { ["spec"] = new JsonObject { ["size"] = "many" } }, Ct))).IsInvalid);
        Assert.True((await RefusalAsync(() => Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase(new string('x', 21)), Ct))).IsInvalid);
        var widget = await GetWidgetAsync("a");
        Assert.Equal(1, widget.Spec.Size);
        Assert.Null(widget.Status);
    }

    [Fact]
    public async Task Defaults_are_filled_in_and_unknown_fields_left_out()
    {
        var widget = NewWidget("a") with { Spec = new WidgetSpec { Size = 1, Unknown = "?", Parts = [new() { Name = "x" }] } };
        var created = await Client.CreateAsync(widget, Ct);
        Assert.Equal("grey", created.Spec.Color);
        Assert.Equal(1, created.Spec.Parts![0].Count);
        Assert.Null(created.Spec.Unknown);

        // A default that was set is no change of the spec when it is set again.
        Assert.Equal(1, (await Client.UpdateAsync(created with { Spec = created.Spec with { Color = null } }, Ct)).Metadata.Generation);
    }

    [Fact]
    public async Task Entries_of_a_map_list_have_a_key_of_their_own()
    {
        var widget = NewWidget("a") with { Spec = new WidgetSpec { Size = 1, Parts = [new() { Name = "x" }, new() { Name = "x", Count = 2 }] } };
        var refusal = await RefusalAsync(() => Client.CreateAsync(widget, Ct));
        Assert.True(refusal.IsInvalid);
        Assert.Contains("spec.parts[1]: Duplicate value", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_immutable_ConfigMap_keeps_its_data()
    {
        await Client.CreateAsync(NewConfigMap("a") with { Immutable = true }, Ct);
        Assert.True((await RefusalAsync(() =>
            Client.PatchAsync<V1ConfigMap>("a", Namespace, new JsonObject { ["data"] = new JsonObject { ["key"] = "other" } }, Ct))).IsInvalid);
        Assert.True((await RefusalAsync(() => Client.PatchAsync<V1ConfigMap>("a", Namespace, new JsonObject { ["immutable"] = false }, Ct))).IsInvalid);
        Assert.Equal("1", (await Client.PatchAsync<V1ConfigMap>("a", Namespace, Labels("x", "1"), Ct)).Metadata.Labels!["x"]);
    }

    [Fact]
    public async Task A_ConfigMap_holds_a_mebibyte()
    {
        Assert.True((await RefusalAsync(() =>
            Client.CreateAsync(NewConfigMap("a") with { Data = new Dictionary<string, string> { ["key"] = new('x', (1024 * 1024) + 1) } }, Ct))).IsInvalid);
        await Client.CreateAsync(NewConfigMap("a") with { Data = new Dictionary<string, string> { ["key"] = new('x', 512 * 1024) } }, Ct);
    }

    [Fact]
    public async Task A_Job_keeps_its_template_and_takes_annotations()
    {
        await Client.CreateAsync(NewJob("a"), Ct);
        var template = JsonNode.Parse("""{ "spec": { "template": { "spec": { "serviceAccountName": "other" } } } }""")!.AsObject();
        var refusal = await RefusalAsync(() => Client.PatchAsync<V1Job>("a", Namespace, template, Ct));
        Assert.True(refusal.IsInvalid);
        Assert.Contains("spec.template: Invalid value", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("field is immutable", refusal.Message, StringComparison.Ordinal);

        var annotated = await Client.PatchAsync<V1Job>("a", Namespace, new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["textops.dev/result"] = "{}" } },
        }, Ct);
        Assert.Equal("{}", annotated.Metadata.Annotations!["textops.dev/result"]);
    }

    [Fact]
    public async Task A_Job_needs_a_restart_policy_that_ends()
    {
        var job = NewJob("a");
        foreach (var policy in (string?[])[null, "Always"])
        {
            var endless = job with { Spec = job.Spec with { Template = new V1PodTemplateSpec { Spec = PodSpec(null) with { RestartPolicy = policy } } } };
            Assert.True((await RefusalAsync(() => Client.CreateAsync(endless, Ct))).IsInvalid);
        }
    }

    [Fact]
    public async Task An_object_has_one_controller_at_most()
    {
        var owner = await Client.CreateAsync(NewConfigMap("owner"), Ct);
        var reference = ReferenceTo(owner) with { Controller = true };
        var owned = NewConfigMap("a") with
        {
            Metadata = new V1ObjectMeta { Name = "a", Namespace = Namespace, OwnerReferences = [reference, reference with { Name = "second", Uid = "second" }] },
        };
        Assert.True((await RefusalAsync(() => Client.CreateAsync(owned, Ct))).IsInvalid);
    }
}
