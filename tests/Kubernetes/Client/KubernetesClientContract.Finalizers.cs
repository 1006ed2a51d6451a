using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>Objects that somebody else holds back from going: our controllers set no finalizers, but have to see what others do with them.</summary>
public abstract partial class KubernetesClientContract
{
    private const string Hold = "test.textops.dev/hold";

    [Fact]
    public async Task A_deleted_object_stays_until_its_last_finalizer_is_taken_away()
    {
        await Client.CreateAsync(HeldWidget("a", Hold, "test.textops.dev/second"), Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        var ending = await GetWidgetAsync("a");
        Assert.NotNull(ending.Metadata.DeletionTimestamp);
        Assert.Equal(0, ending.Metadata.DeletionGracePeriodSeconds);
        Assert.Equal(2, ending.Metadata.Generation);

        var half = await Client.PatchAsync<Widget>("a", Namespace, Finalizers(Hold), Ct);
        Assert.Equal([Hold], half.Metadata.Finalizers!);
        var last = await Client.PatchAsync<Widget>("a", Namespace, Finalizers(), Ct);
        Assert.Null(last.Metadata.Finalizers);
        Assert.Equal(half.Metadata.ResourceVersion, last.Metadata.ResourceVersion);
        Assert.Null(await Client.GetAsync<Widget>("a", Namespace, Ct));
    }

    [Fact]
    public async Task A_finalizer_of_an_object_that_nobody_deletes_comes_and_goes()
    {
        await Client.CreateAsync(NewConfigMap("a"), Ct);
        Assert.Equal([Hold], (await Client.PatchAsync<V1ConfigMap>("a", Namespace, Finalizers(Hold), Ct)).Metadata.Finalizers!);
        Assert.Null((await Client.PatchAsync<V1ConfigMap>("a", Namespace, Finalizers(), Ct)).Metadata.Finalizers);
        Assert.NotNull(await Client.GetAsync<V1ConfigMap>("a", Namespace, Ct));
    }

    [Fact]
    public async Task An_update_without_finalizers_lets_a_deleted_object_go()
    {
        var widget = await Client.CreateAsync(HeldWidget("a", Hold), Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        widget = await GetWidgetAsync("a");

        // That it is deleted cannot be taken back.
        var kept = await Client.UpdateAsync(widget with { Metadata = widget.Metadata with { DeletionTimestamp = null } }, Ct);
        Assert.Equal(widget.Metadata.DeletionTimestamp, kept.Metadata.DeletionTimestamp);
        await Client.UpdateAsync(kept with { Metadata = kept.Metadata with { Finalizers = null } }, Ct);
        Assert.Null(await Client.GetAsync<Widget>("a", Namespace, Ct));
    }

    [Fact]
    public async Task To_delete_again_what_is_held_changes_nothing()
    {
        await Client.CreateAsync(HeldWidget("a", Hold), Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        var ending = await GetWidgetAsync("a");
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        Assert.Equivalent(ending, await GetWidgetAsync("a"), strict: true);
        await Client.PatchAsync<Widget>("a", Namespace, Finalizers(), Ct);
    }

    [Fact]
    public async Task A_deleted_object_takes_changes_but_no_new_finalizer()
    {
        await Client.CreateAsync(HeldWidget("a", Hold), Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        Assert.Equal("Ending", (await Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("Ending"), Ct)).Status!.Phase);
        Assert.Equal("y", (await Client.PatchAsync<Widget>("a", Namespace, Labels("x", "y"), Ct)).Metadata.Labels!["x"]);

        var refusal = await RefusalAsync(() => Client.PatchAsync<Widget>("a", Namespace, Finalizers(Hold, "test.textops.dev/late"), Ct));
        Assert.Equal(
            "Widget.test.textops.dev \"a\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, "
            + "found new finalizers []string{\"test.textops.dev/late\"}", refusal.Message);
        await Client.PatchAsync<Widget>("a", Namespace, Finalizers(), Ct);
    }

    [Fact]
    public async Task The_name_of_an_object_that_is_being_deleted_is_still_taken()
    {
        await Client.CreateAsync(HeldWidget("a", Hold), Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        var refusal = await RefusalAsync(() => Client.CreateAsync(NewWidget("a"), Ct));
        Assert.True(refusal.IsAlreadyExists);
        Assert.Equal("object is being deleted: widgets.test.textops.dev \"a\" already exists", refusal.Message);
        await Client.PatchAsync<Widget>("a", Namespace, Finalizers(), Ct);
    }

    [Fact]
    public async Task A_watch_tells_of_a_held_object_that_it_is_deleted_and_then_that_it_is_gone()
    {
        var list = await Client.ListAsync<Widget>(Namespace, null, Ct);
        await Client.CreateAsync(HeldWidget("a", Hold), Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        await Client.PatchAsync<Widget>("a", Namespace, Finalizers(), Ct);

        var told = await ReadAsync<Widget>(null, list.ResourceVersion, 3);
        Assert.Equal(["Added a", "Modified a", "Deleted a"], told.Select(Show));
        Assert.NotNull(told[1].Object!.Metadata.DeletionTimestamp);
        Assert.Equal([Hold], told[2].Object!.Metadata.Finalizers!);
    }

    [Fact]
    public async Task What_an_object_owns_stays_until_the_object_is_really_gone()
    {
        var widget = await Client.CreateAsync(HeldWidget("top", Hold), Ct);
        await Client.CreateAsync(Owned("child", OwnerReferences.ToController(widget)), Ct);
        await Client.DeleteAsync<Widget>("top", Namespace, null, Ct);

        // The collector has been by when it took another object that was deleted later.
        var gone = await Client.CreateAsync(NewConfigMap("gone"), Ct);
        await Client.CreateAsync(Owned("witness", ReferenceTo(gone)), Ct);
        await Client.DeleteAsync<V1ConfigMap>("gone", Namespace, null, Ct);
        await GoesAsync<V1ConfigMap>("witness");
        Assert.NotNull(await Client.GetAsync<V1ConfigMap>("child", Namespace, Ct));

        await Client.PatchAsync<Widget>("top", Namespace, Finalizers(), Ct);
        await GoesAsync<V1ConfigMap>("child");
    }

    [Fact]
    public async Task A_held_pod_goes_when_both_its_grace_and_its_finalizers_are_over()
    {
        var pod = NewPod("a", "node");
        await Client.CreateAsync(pod with { Metadata = pod.Metadata with { Finalizers = [Hold] } }, Ct);
        await Client.DeleteAsync<V1Pod>("a", Namespace, null, Ct);
        Assert.Equal(30, (await Client.GetAsync<V1Pod>("a", Namespace, Ct))!.Metadata.DeletionGracePeriodSeconds);
        await Client.DeleteAsync<V1Pod>("a", Namespace, new DeleteOptions { GracePeriodSeconds = 0 }, Ct);
        Assert.Equal(0, (await Client.GetAsync<V1Pod>("a", Namespace, Ct))!.Metadata.DeletionGracePeriodSeconds);
        await Client.PatchAsync<V1Pod>("a", Namespace, Finalizers(), Ct);
        Assert.Null(await Client.GetAsync<V1Pod>("a", Namespace, Ct));

        await Client.CreateAsync(pod with { Metadata = pod.Metadata with { Name = "b", Finalizers = [Hold] } }, Ct);
        await Client.DeleteAsync<V1Pod>("b", Namespace, null, Ct);
        await Client.PatchAsync<V1Pod>("b", Namespace, Finalizers(), Ct);
        Assert.NotNull(await Client.GetAsync<V1Pod>("b", Namespace, Ct));
        await Client.DeleteAsync<V1Pod>("b", Namespace, new DeleteOptions { GracePeriodSeconds = 0 }, Ct);
        Assert.Null(await Client.GetAsync<V1Pod>("b", Namespace, Ct));
    }

    [Fact]
    public async Task Finalizers_of_the_garbage_collector_do_not_hold_what_is_deleted_in_the_background()
    {
        await Client.CreateAsync(HeldWidget("a", "foregroundDeletion"), Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        Assert.Null(await Client.GetAsync<Widget>("a", Namespace, Ct));

        await Client.CreateAsync(HeldWidget("b", "orphan", Hold), Ct);
        await Client.DeleteAsync<Widget>("b", Namespace, null, Ct);
        Assert.Equal([Hold], (await GetWidgetAsync("b")).Metadata.Finalizers!);
        await Client.PatchAsync<Widget>("b", Namespace, Finalizers(), Ct);
    }

    [Fact]
    public async Task A_finalizer_has_a_qualified_name()
    {
        var refusal = await RefusalAsync(() => Client.CreateAsync(HeldWidget("a", "bad key/x"), Ct));
        Assert.True(refusal.IsInvalid);
        Assert.Contains("metadata.finalizers: Invalid value: \"bad key/x\": prefix part", refusal.Message, StringComparison.Ordinal);
    }

    private Widget HeldWidget(string name, params string[] finalizers) =>
        NewWidget(name) with { Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace, Finalizers = finalizers } };

    private static JsonObject Finalizers(params string[] names) =>
        new() { ["metadata"] = new JsonObject { ["finalizers"] = names.Length == 0 ? null : new JsonArray([.. names.Select(name => JsonValue.Create(name))]) } };
}
