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
    [InlineData("two..dots", "each part has a letter or digit")]
    [InlineData("a/b", "no slash")]
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

    [Theory]
    [InlineData("app", "")]
    [InlineData("textops.dev/App_1.x", "V-1_x.y")]
    [InlineData("app", "012345678901234567890123456789012345678901234567890123456789012")]
    public async Task Labels_that_are_fine_are_kept(string key, string value) =>
        Assert.Equal(value, (await Client.CreateAsync(NewConfigMap("a", (key, value)), Ct)).Metadata.Labels![key]);

    [Fact]
    public async Task Annotations_hold_any_text_of_256_kibibytes_together_with_their_keys()
    {
        V1ConfigMap With(string name, string key, int length) => NewConfigMap(name) with
        {
            Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace, Annotations = new Dictionary<string, string> { [key] = new(' ', length) } },
        };
        await Client.CreateAsync(With("a", "UPPER.dev/K", 10), Ct);
        await Client.CreateAsync(With("b", "k", (256 * 1024) - 1), Ct);
        var refusal = await RefusalAsync(() => Client.CreateAsync(With("c", "k", 256 * 1024), Ct));
        Assert.True(refusal.IsInvalid);
        Assert.Contains("metadata.annotations: Too long: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("262144 bytes", refusal.Message, StringComparison.Ordinal);
        refusal = await RefusalAsync(() => Client.CreateAsync(With("d", "bad key", 1), Ct));
        Assert.Contains("metadata.annotations: Invalid value: \"bad key\": name part must consist of", refusal.Message, StringComparison.Ordinal);
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
        await Client.CreateAsync(NewConfigMap("a") with { Data = new Dictionary<string, string> { ["key"] = new('x', 1024 * 1024) } }, Ct);
    }

    [Theory]
    [InlineData("a b", "a valid config key must consist of alphanumeric characters, '-', '_' or '.'")]
    [InlineData("..", "must not be '..'")]
    [InlineData("..x", "must not start with '..'")]
    public async Task Keys_of_a_ConfigMap_are_names_of_files(string key, string problem)
    {
        var refusal = await RefusalAsync(() => Client.CreateAsync(NewConfigMap("a") with { Data = new Dictionary<string, string> { [key] = "x" } }, Ct));
        Assert.StartsWith($"ConfigMap \"a\" is invalid: data[{key}]: Invalid value: \"{key}\": {problem}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Job_checks_labels_and_annotations_of_its_pods()
    {
        V1Job With(V1ObjectMeta metadata) => NewJob("a") with { Spec = NewJob("a").Spec with { Template = new V1PodTemplateSpec { Metadata = metadata, Spec = PodSpec(null) } } };
        var bad = new Dictionary<string, string> { ["bad key"] = "x" };
        var refusal = await RefusalAsync(() => Client.CreateAsync(With(new V1ObjectMeta { Labels = bad }), Ct));
        Assert.Contains("spec.template.labels: Invalid value: \"bad key\": name part must consist of", refusal.Message, StringComparison.Ordinal);
        refusal = await RefusalAsync(() => Client.CreateAsync(With(new V1ObjectMeta { Annotations = bad }), Ct));
        Assert.Contains("spec.template.annotations: Invalid value: \"bad key\": name part must consist of", refusal.Message, StringComparison.Ordinal);
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
        var refusal = await RefusalAsync(() => Client.CreateAsync(owned, Ct));
        Assert.True(refusal.IsInvalid);
        Assert.Contains("Only one reference can have Controller set to true. Found \"true\" in references for ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_is_named_in_full()
    {
        var reference = new V1OwnerReference { ApiVersion = "v1", Kind = "ConfigMap", Name = "owner", Uid = "" };
        var refusal = await RefusalAsync(() => Client.CreateAsync(Owned("a", reference), Ct));
        Assert.True(refusal.IsInvalid);
        Assert.StartsWith("ConfigMap \"a\" is invalid: metadata.ownerReferences.uid: Invalid value: \"\": ", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("must not be empty", refusal.Message, StringComparison.Ordinal);
    }
}
