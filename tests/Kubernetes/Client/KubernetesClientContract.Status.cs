using System.Text.Json.Nodes;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>The status of a custom resource, which has its own door.</summary>
public abstract partial class KubernetesClientContract
{
    [Fact]
    public async Task Status_is_written_by_its_own_door_only()
    {
        var created = await Client.CreateAsync(NewWidget("a") with { Status = new() { Phase = "Made up" } }, Ct);
        Assert.Null(created.Status);

        var updated = await Client.UpdateStatusAsync(created with { Status = new() { Phase = "Running" }, Spec = created.Spec with { Size = 9 } }, Ct);
        Assert.Equal("Running", updated.Status!.Phase);
        Assert.Equal(1, updated.Spec.Size);

        updated = await Client.UpdateAsync(updated with { Status = new() { Phase = "Overwritten" }, Spec = updated.Spec with { Size = 2 } }, Ct);
        Assert.Equal("Running", updated.Status!.Phase);
        Assert.Equal(2, updated.Spec.Size);

        var patched = await Client.PatchAsync<Widget>("a", Namespace, StatusPhase("Patched"), Ct);
        Assert.Equal("Running", patched.Status!.Phase);
        Assert.Equal(updated.Metadata.ResourceVersion, patched.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_status_patch_leaves_the_spec_alone()
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        var patch = new JsonObject { ["status"] = new JsonObject { ["phase"] = "Done", ["observed"] = 1 }, ["spec"] = new JsonObject { ["size"] = 9 } };
        var patched = await Client.PatchStatusAsync<Widget>("a", Namespace, patch, Ct);
        Assert.Equal(new WidgetStatus { Phase = "Done", Observed = 1 }, patched.Status);
        Assert.Equal(1, patched.Spec.Size);

        // A null takes away its field and leaves the others.
        patched = await Client.PatchStatusAsync<Widget>("a", Namespace, new JsonObject { ["status"] = new JsonObject { ["observed"] = null } }, Ct);
        Assert.Equal(new WidgetStatus { Phase = "Done" }, patched.Status);
    }

    [Fact]
    public async Task A_status_patch_of_a_custom_resource_leaves_all_metadata_alone()
    {
        var created = await Client.CreateAsync(NewWidget("a"), Ct);
        var patched = await Client.PatchStatusAsync<Widget>("a", Namespace, Read("""
            {
              "metadata": { "uid": "other", "labels": { "x": "with space" }, "annotations": { "x": "1" }, "finalizers": ["test.textops.dev/hold"] },
              "spec": { "size": 0 }, "status": { "phase": "Done" }
            }
            """), Ct);
        Assert.Equal("Done", patched.Status!.Phase);
        Assert.Equivalent(created.Metadata with { ResourceVersion = patched.Metadata.ResourceVersion }, patched.Metadata, strict: true);
        Assert.NotEqual(created.Metadata.ResourceVersion, patched.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_status_patch_that_names_a_version_holds_only_for_it()
    {
        var created = await Client.CreateAsync(NewWidget("a"), Ct);
        await Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("First"), Ct);
        var patch = StatusPhase("Second");
        patch["metadata"] = new JsonObject { ["resourceVersion"] = created.Metadata.ResourceVersion };
        Assert.True((await RefusalAsync(() => Client.PatchStatusAsync<Widget>("a", Namespace, patch, Ct))).IsConflict);
        Assert.Equal("First", (await GetWidgetAsync("a")).Status!.Phase);
    }

    [Fact]
    public async Task A_status_can_be_emptied_and_taken_away()
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        await Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("Done"), Ct);
        Assert.Equal(new WidgetStatus(), (await Client.PatchStatusAsync<Widget>("a", Namespace, Read("""{ "status": { "phase": null } }"""), Ct)).Status);
        Assert.Null((await Client.PatchStatusAsync<Widget>("a", Namespace, Read("""{ "status": null }"""), Ct)).Status);
    }

    [Fact]
    public async Task A_status_that_breaks_its_schema_is_refused_by_its_path()
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        var refusal = await RefusalAsync(() => Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase(new string('x', 21)), Ct));
        Assert.Equal((422, "Invalid"), (refusal.Code, refusal.Reason));
        Assert.StartsWith("Widget.test.textops.dev \"a\" is invalid: status.phase: Too long: ", refusal.Message, StringComparison.Ordinal);
        refusal = await RefusalAsync(() => Client.PatchStatusAsync<Widget>("a", Namespace, Read("""{ "status": { "observed": "many" } }"""), Ct));
        Assert.StartsWith("Widget.test.textops.dev \"a\" is invalid: status.observed: Invalid value: \"string\": ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_fields_of_a_status_are_left_out()
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        var first = await Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("Done"), Ct);
        var second = await Client.PatchStatusAsync<Widget>("a", Namespace, Read("""{ "status": { "unknown": 1 } }"""), Ct);
        Assert.Equal(first.Metadata.ResourceVersion, second.Metadata.ResourceVersion);
    }
}
