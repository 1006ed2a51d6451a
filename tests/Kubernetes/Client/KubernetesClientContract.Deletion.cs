using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>How objects go: at once, with grace, or with their owner.</summary>
public abstract partial class KubernetesClientContract
{
    [Fact]
    public async Task Deleting_twice_is_deleting()
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        Assert.Null(await Client.GetAsync<Widget>("a", Namespace, Ct));
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, new DeleteOptions { Uid = "gone" }, Ct);
    }

    [Fact]
    public async Task A_delete_that_names_a_uid_spares_another_object_of_the_name()
    {
        var created = await Client.CreateAsync(NewConfigMap("a"), Ct);
        var refusal = await RefusalAsync(() => Client.DeleteAsync<V1ConfigMap>("a", Namespace, new DeleteOptions { Uid = Guid.NewGuid().ToString() }, Ct));
        Assert.True(refusal.IsConflict, refusal.Message);
        Assert.StartsWith("Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(await Client.GetAsync<V1ConfigMap>("a", Namespace, Ct));
        await Client.DeleteAsync<V1ConfigMap>("a", Namespace, new DeleteOptions { Uid = created.Metadata.Uid }, Ct);
        Assert.Null(await Client.GetAsync<V1ConfigMap>("a", Namespace, Ct));
    }

    [Fact]
    public async Task A_delete_that_names_a_version_spares_what_changed_since()
    {
        var first = await Client.CreateAsync(NewWidget("a"), Ct);
        var second = await Client.PatchAsync<Widget>("a", Namespace, Labels("x", "1"), Ct);
        var refusal = await RefusalAsync(() => Client.DeleteAsync<Widget>("a", Namespace, new DeleteOptions { ResourceVersion = first.Metadata.ResourceVersion }, Ct));
        Assert.True(refusal.IsConflict, refusal.Message);
        Assert.Equal(
            $"Operation cannot be fulfilled on Widget.test.textops.dev \"a\": the ResourceVersion in the precondition ({first.Metadata.ResourceVersion}) does not match "
            + $"the ResourceVersion in record ({second.Metadata.ResourceVersion}). The object might have been modified", refusal.Message);
        await Client.DeleteAsync<Widget>("a", Namespace, new DeleteOptions { Uid = first.Metadata.Uid, ResourceVersion = second.Metadata.ResourceVersion }, Ct);
        Assert.Null(await Client.GetAsync<Widget>("a", Namespace, Ct));
    }

    [Fact]
    public async Task An_object_made_again_is_another_one()
    {
        var first = await Client.CreateAsync(NewWidget("a"), Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        var second = await Client.CreateAsync(NewWidget("a"), Ct);
        Assert.NotEqual(first.Metadata.Uid, second.Metadata.Uid);
        Assert.True((await RefusalAsync(() => Client.UpdateAsync(first, Ct))).IsConflict);
    }

    [Fact]
    public async Task A_new_pod_is_pending_and_goes_at_once()
    {
        var pod = await Client.CreateAsync(NewPod("a", node: null), Ct);
        Assert.Equal("Pending", pod.Status!.Phase);
        await Client.DeleteAsync<V1Pod>("a", Namespace, null, Ct);
        Assert.Null(await Client.GetAsync<V1Pod>("a", Namespace, Ct));
    }

    [Fact]
    public async Task A_pod_on_a_node_waits_until_the_node_ended_it()
    {
        var pod = NewPod("a", "node") with { Spec = PodSpec("node") with { TerminationGracePeriodSeconds = 77 } };
        await Client.CreateAsync(pod, Ct);
        await Client.DeleteAsync<V1Pod>("a", Namespace, null, Ct);
        var ending = Assert.IsType<V1Pod>(await Client.GetAsync<V1Pod>("a", Namespace, Ct));
        Assert.NotNull(ending.Metadata.DeletionTimestamp);
        Assert.Equal(77, ending.Metadata.DeletionGracePeriodSeconds);

        // Asked again without haste: nothing new. The node says when it is over.
        await Client.DeleteAsync<V1Pod>("a", Namespace, null, Ct);
        Assert.Equal(77, (await Client.GetAsync<V1Pod>("a", Namespace, Ct))!.Metadata.DeletionGracePeriodSeconds);
        await Client.PatchStatusAsync<V1Pod>("a", Namespace, StatusPhase("Running"), Ct);
        await Client.DeleteAsync<V1Pod>("a", Namespace, new DeleteOptions { GracePeriodSeconds = 0, Uid = ending.Metadata.Uid }, Ct);
        Assert.Null(await Client.GetAsync<V1Pod>("a", Namespace, Ct));
    }

    [Fact]
    public async Task Grace_is_thirty_seconds_unless_somebody_says_otherwise()
    {
        await Client.CreateAsync(NewPod("a", "node"), Ct);
        await Client.DeleteAsync<V1Pod>("a", Namespace, null, Ct);
        var slow = (await Client.GetAsync<V1Pod>("a", Namespace, Ct))!.Metadata;
        Assert.Equal(30, slow.DeletionGracePeriodSeconds);

        // It can only go sooner, counted from when its deletion was asked for.
        await Client.DeleteAsync<V1Pod>("a", Namespace, new DeleteOptions { GracePeriodSeconds = 50 }, Ct);
        Assert.Equal(slow.ResourceVersion, (await Client.GetAsync<V1Pod>("a", Namespace, Ct))!.Metadata.ResourceVersion);
        await Client.DeleteAsync<V1Pod>("a", Namespace, new DeleteOptions { GracePeriodSeconds = 5 }, Ct);
        var quick = (await Client.GetAsync<V1Pod>("a", Namespace, Ct))!.Metadata;
        Assert.Equal((5, slow.DeletionTimestamp!.Value.AddSeconds(-25)), (quick.DeletionGracePeriodSeconds, quick.DeletionTimestamp));
        await Client.DeleteAsync<V1Pod>("a", Namespace, new DeleteOptions { GracePeriodSeconds = 0 }, Ct);
    }

    [Theory]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    public async Task A_pod_that_is_over_goes_at_once(string phase)
    {
        await Client.CreateAsync(NewPod("a", "node"), Ct);
        await Client.PatchStatusAsync<V1Pod>("a", Namespace, StatusPhase(phase), Ct);
        await Client.DeleteAsync<V1Pod>("a", Namespace, null, Ct);
        Assert.Null(await Client.GetAsync<V1Pod>("a", Namespace, Ct));
    }

    [Fact]
    public async Task Without_a_node_a_pod_goes_at_once_whatever_its_status_says()
    {
        await Client.CreateAsync(NewPod("a", node: null), Ct);
        await Client.PatchStatusAsync<V1Pod>("a", Namespace, StatusPhase("Running"), Ct);
        await Client.DeleteAsync<V1Pod>("a", Namespace, null, Ct);
        Assert.Null(await Client.GetAsync<V1Pod>("a", Namespace, Ct));
    }

    [Fact]
    public async Task A_pod_that_wants_no_grace_goes_at_once()
    {
        await Client.CreateAsync(NewPod("a", "node") with { Spec = PodSpec("node") with { TerminationGracePeriodSeconds = 0 } }, Ct);
        await Client.DeleteAsync<V1Pod>("a", Namespace, null, Ct);
        Assert.Null(await Client.GetAsync<V1Pod>("a", Namespace, Ct));
    }

    [Fact]
    public async Task A_pod_that_ends_within_its_grace_stays_until_its_node_says_so()
    {
        await Client.CreateAsync(NewPod("a", "node"), Ct);
        await Client.DeleteAsync<V1Pod>("a", Namespace, null, Ct);
        await Client.PatchStatusAsync<V1Pod>("a", Namespace, StatusPhase("Failed"), Ct);
        await Client.DeleteAsync<V1Pod>("a", Namespace, null, Ct);
        Assert.Equal("Failed", (await Client.GetAsync<V1Pod>("a", Namespace, Ct))?.Status!.Phase);
        Assert.Equal("object is being deleted: pods \"a\" already exists", (await RefusalAsync(() => Client.CreateAsync(NewPod("a", "node"), Ct))).Message);
        await Client.DeleteAsync<V1Pod>("a", Namespace, new DeleteOptions { GracePeriodSeconds = 0 }, Ct);
        Assert.Null(await Client.GetAsync<V1Pod>("a", Namespace, Ct));
    }

    [Fact]
    public async Task Grace_is_for_pods_only()
    {
        await Client.CreateAsync(NewConfigMap("a"), Ct);
        await Client.DeleteAsync<V1ConfigMap>("a", Namespace, new DeleteOptions { GracePeriodSeconds = 50 }, Ct);
        Assert.Null(await Client.GetAsync<V1ConfigMap>("a", Namespace, Ct));
    }

    [Fact]
    public async Task What_an_object_owns_goes_with_it_level_by_level()
    {
        var widget = await Client.CreateAsync(NewWidget("top"), Ct);
        var middle = await Client.CreateAsync(Owned("middle", OwnerReferences.ToController(widget)), Ct);
        await Client.CreateAsync(Owned("bottom", ReferenceTo(middle)), Ct);
        await Client.CreateAsync(NewConfigMap("other"), Ct);

        await Client.DeleteAsync<Widget>("top", Namespace, null, Ct);
        await GoesAsync<V1ConfigMap>("middle");
        await GoesAsync<V1ConfigMap>("bottom");
        Assert.NotNull(await Client.GetAsync<V1ConfigMap>("other", Namespace, Ct));
    }

    [Fact]
    public async Task An_object_stays_while_one_of_its_owners_does()
    {
        var first = await Client.CreateAsync(NewConfigMap("first"), Ct);
        var second = await Client.CreateAsync(NewConfigMap("second"), Ct);
        await Client.CreateAsync(Owned("shared", ReferenceTo(first), ReferenceTo(second)), Ct);
        await Client.CreateAsync(Owned("single", ReferenceTo(first)), Ct);

        await Client.DeleteAsync<V1ConfigMap>("first", Namespace, null, Ct);
        await GoesAsync<V1ConfigMap>("single");
        Assert.NotNull(await Client.GetAsync<V1ConfigMap>("shared", Namespace, Ct));
        await Client.DeleteAsync<V1ConfigMap>("second", Namespace, null, Ct);
        await GoesAsync<V1ConfigMap>("shared");
    }

    [Fact]
    public async Task What_an_object_owned_is_not_inherited_by_the_next_of_its_name()
    {
        var owner = await Client.CreateAsync(NewWidget("owner"), Ct);
        await Client.CreateAsync(Owned("child", OwnerReferences.ToController(owner)), Ct);
        await Client.DeleteAsync<Widget>("owner", Namespace, null, Ct);
        await Client.CreateAsync(NewWidget("owner"), Ct);
        await GoesAsync<V1ConfigMap>("child");
        Assert.NotNull(await Client.GetAsync<Widget>("owner", Namespace, Ct));
    }

    [Fact]
    public async Task An_object_whose_owner_is_gone_already_goes_too()
    {
        var owner = await Client.CreateAsync(NewConfigMap("owner"), Ct);
        await Client.DeleteAsync<V1ConfigMap>("owner", Namespace, null, Ct);

        // The name is taken again, but an owner is known by its uid.
        await Client.CreateAsync(NewConfigMap("owner"), Ct);
        await Client.CreateAsync(Owned("late", ReferenceTo(owner)), Ct);
        await GoesAsync<V1ConfigMap>("late");
    }

    [Fact]
    public async Task A_running_pod_is_given_its_grace_when_its_owner_goes()
    {
        var owner = await Client.CreateAsync(NewConfigMap("owner"), Ct);
        var pod = NewPod("a", "node");
        await Client.CreateAsync(pod with { Metadata = pod.Metadata with { OwnerReferences = [ReferenceTo(owner)] } }, Ct);
        await Client.DeleteAsync<V1ConfigMap>("owner", Namespace, null, Ct);
        await Eventually.HoldsAsync("the pod is ending", () => Client.GetAsync<V1Pod>("a", Namespace, Ct), seen => seen is null or { Metadata.DeletionTimestamp: not null });
        await Client.DeleteAsync<V1Pod>("a", Namespace, new DeleteOptions { GracePeriodSeconds = 0 }, Ct);
    }

    private Task<T?> GoesAsync<T>(string name) where T : class, IKubernetesObject =>
        Eventually.HoldsAsync($"{typeof(T).Name} {name} is gone", () => Client.GetAsync<T>(name, Namespace, Ct), seen => seen is null);

    private V1ConfigMap Owned(string name, params V1OwnerReference[] owners) =>
        NewConfigMap(name) with { Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace, OwnerReferences = owners } };

    private static V1OwnerReference ReferenceTo(V1ConfigMap owner) => new() { ApiVersion = "v1", Kind = "ConfigMap", Name = owner.Metadata.Name!, Uid = owner.Metadata.Uid! };
}
