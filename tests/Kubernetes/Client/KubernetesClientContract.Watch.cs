using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>What a watch tells.</summary>
public abstract partial class KubernetesClientContract
{
    [Fact]
    public async Task A_watch_tells_all_that_happened_since_the_list_in_order()
    {
        await Client.CreateAsync(NewWidget("before"), Ct);
        var list = await Client.ListAsync<Widget>(Namespace, null, Ct);
        Assert.Single(list.Items);

        await Client.CreateAsync(NewWidget("a"), Ct);
        await Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("Running"), Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);

        var told = await ReadAsync<Widget>(null, list.ResourceVersion, 3);
        Assert.Equal(["Added a", "Modified a", "Deleted a"], told.Select(Show));
        Assert.Null(told[0].Object!.Status);
        Assert.Equal("Running", told[1].Object!.Status!.Phase);
        Assert.Equal("Running", told[2].Object!.Status!.Phase);
        Assert.Equal(3, told.Select(change => change.Object!.Metadata.ResourceVersion).Distinct().Count());

        // It goes on where any event left off.
        Assert.Equal(["Deleted a"], (await ReadAsync<Widget>(null, told[1].Object!.Metadata.ResourceVersion!, 1)).Select(Show));
    }

    [Fact]
    public async Task A_watch_tells_what_happens_while_it_runs()
    {
        var list = await Client.ListAsync<V1ConfigMap>(Namespace, null, Ct);
        await using var watch = Client.WatchAsync<V1ConfigMap>(Namespace, null, list.ResourceVersion, Ct).GetAsyncEnumerator(Ct);
        for (var i = 0; i < 3; i++)
        {
            var next = watch.MoveNextAsync().AsTask();
            await Client.CreateAsync(NewConfigMap($"live-{i}"), Ct);
            Assert.True(await Eventually.ComesAsync(next));
            Assert.Equal($"Added live-{i}", Show(watch.Current));
        }
    }

    [Fact]
    public async Task To_a_watch_with_a_selector_objects_come_and_go_with_their_labels()
    {
        var list = await Client.ListAsync<V1ConfigMap>(Namespace, "app=x", Ct);
        await Client.CreateAsync(NewConfigMap("a", ("app", "y")), Ct);
        await Client.PatchAsync<V1ConfigMap>("a", Namespace, Labels("app", "x"), Ct);
        await Client.PatchAsync<V1ConfigMap>("a", Namespace, Labels("more", "1"), Ct);
        await Client.PatchAsync<V1ConfigMap>("a", Namespace, Labels("app", "z"), Ct);
        await Client.DeleteAsync<V1ConfigMap>("a", Namespace, null, Ct);
        await Client.CreateAsync(NewConfigMap("b", ("app", "x")), Ct);

        var told = await ReadAsync<V1ConfigMap>("app=x", list.ResourceVersion, 4);
        Assert.Equal(["Added a", "Modified a", "Deleted a", "Added b"], told.Select(Show));
    }

    [Fact]
    public async Task A_pod_that_is_deleted_with_grace_is_modified_first()
    {
        var list = await Client.ListAsync<V1Pod>(Namespace, null, Ct);
        await Client.CreateAsync(NewPod("a", "node"), Ct);
        await Client.DeleteAsync<V1Pod>("a", Namespace, null, Ct);
        await Client.DeleteAsync<V1Pod>("a", Namespace, new DeleteOptions { GracePeriodSeconds = 0 }, Ct);

        // A real server may tell of more changes in between (scheduling, status); what counts is their order.
        var told = new List<WatchEvent<V1Pod>>();
        await foreach (var change in Client.WatchAsync<V1Pod>(Namespace, null, list.ResourceVersion, Ct))
        {
            told.Add(change);
            if (change.Type == WatchEventType.Deleted)
            {
                break;
            }
        }

        Assert.Equal("Added a", Show(told[0]));
        Assert.Contains(told[1..^1], change => change is { Type: WatchEventType.Modified, Object.Metadata.DeletionTimestamp: not null });
    }

    [Fact]
    public async Task A_watch_without_a_version_tells_what_is_there_says_so_and_goes_on()
    {
        await Client.CreateAsync(NewConfigMap("a", ("app", "x")), Ct);
        await Client.CreateAsync(NewConfigMap("b", ("app", "x")), Ct);
        await Client.CreateAsync(NewConfigMap("other", ("app", "y")), Ct);
        await StartsWithAsync<V1ConfigMap>("app=x", ["Added a", "Added b"], () => Client.PatchAsync<V1ConfigMap>("other", Namespace, Labels("app", "x"), Ct), "Added other");

        await Client.CreateAsync(NewWidget("a"), Ct);
        await StartsWithAsync<Widget>(null, ["Added a"], () => Client.DeleteAsync<Widget>("a", Namespace, null, Ct), "Deleted a");
    }

    [Fact]
    public async Task A_watch_of_nothing_says_at_once_that_this_is_all()
    {
        await StartsWithAsync<V1ConfigMap>(null, [], () => Client.CreateAsync(NewConfigMap("a"), Ct), "Added a");
        await StartsWithAsync<Widget>(null, [], () => Client.CreateAsync(NewWidget("a"), Ct), "Added a");
    }

    [Fact]
    public async Task From_where_all_was_told_a_watch_tells_nothing_twice()
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        await Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("Running"), Ct);
        var start = (await ReadAsync<Widget>(null, null, 2))[^1];
        Assert.Equal(WatchEventType.Synced, start.Type);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);
        await Client.CreateAsync(NewWidget("b"), Ct);
        Assert.Equal(["Deleted a", "Added b"], (await ReadAsync<Widget>(null, start.ResourceVersion, 2)).Select(Show));
    }

    [Fact]
    public async Task A_watch_from_zero_tells_what_is_there_and_goes_on()
    {
        await Client.CreateAsync(NewWidget("gone"), Ct);
        await Client.DeleteAsync<Widget>("gone", Namespace, null, Ct);
        await Client.CreateAsync(NewWidget("a"), Ct);
        await Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("Running"), Ct);

        // The server may tell it from a memory that is a moment behind.
        await Eventually.HoldsAsync("the watch starts with the object that is there", () => ReadAsync<Widget>(null, "0", 1), told => told[0].Object!.Status is not null);
    }

    [Fact]
    public async Task Versions_of_a_kind_only_grow_and_a_deletion_has_its_own()
    {
        var list = await Client.ListAsync<Widget>(Namespace, null, Ct);
        await Client.CreateAsync(NewWidget("a"), Ct);
        await Client.CreateAsync(NewWidget("b"), Ct);
        await Client.PatchAsync<Widget>("a", Namespace, Labels("x", "1"), Ct);
        await Client.DeleteAsync<Widget>("b", Namespace, null, Ct);
        await Client.DeleteAsync<Widget>("a", Namespace, null, Ct);

        var told = await ReadAsync<Widget>(null, list.ResourceVersion, 5);
        Assert.All(told, change => Assert.Equal(change.Object!.Metadata.ResourceVersion, change.ResourceVersion));
        long[] versions = [Number(list.ResourceVersion), .. told.Select(change => Number(change.ResourceVersion)), Number((await Client.ListAsync<Widget>(Namespace, null, Ct)).ResourceVersion)];
        Assert.Equal(versions.Order(), versions);
        Assert.Equal(6, versions[..^1].Distinct().Count());
    }

    [Fact]
    public async Task A_watch_from_long_ago_is_gone()
    {
        for (var i = 0; i < 20; i++)
        {
            await Client.CreateAsync(NewWidget($"w-{i}"), Ct);
        }

        var refusal = await RefusalAsync(() => ReadAsync<Widget>(null, "1", 1));
        Assert.Equal((410, "Expired"), (refusal.Code, refusal.Reason));
        Assert.StartsWith("too old resource version: 1 (", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_ends_when_it_is_cancelled()
    {
        var list = await Client.ListAsync<Widget>(Namespace, null, Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await using var watch = Client.WatchAsync<Widget>(Namespace, null, list.ResourceVersion, stop.Token).GetAsyncEnumerator(stop.Token);
        var next = watch.MoveNextAsync().AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.ComesAsync(next));
    }

    /// <summary>Watches without a version: first <paramref name="known"/> and Synced, then what <paramref name="act"/> makes happen.</summary>
    private async Task StartsWithAsync<T>(string? selector, string[] known, Func<Task> act, string happens) where T : class, Crds.Meta.IKubernetesObject
    {
        await using var watch = Client.WatchAsync<T>(Namespace, selector, null, Ct).GetAsyncEnumerator(Ct);
        for (var i = 0; i < known.Length; i++)
        {
            Assert.True(await Eventually.ComesAsync(watch.MoveNextAsync().AsTask()));
            Assert.Equal(known[i], Show(watch.Current));
        }

        Assert.True(await Eventually.ComesAsync(watch.MoveNextAsync().AsTask()));
        Assert.Equal((WatchEventType.Synced, null), (watch.Current.Type, watch.Current.Object));
        Assert.NotEmpty(watch.Current.ResourceVersion);
        await act();
        Assert.True(await Eventually.ComesAsync(watch.MoveNextAsync().AsTask()));
        Assert.Equal(happens, Show(watch.Current));
    }

    private async Task<List<WatchEvent<T>>> ReadAsync<T>(string? selector, string? version, int count) where T : class, Crds.Meta.IKubernetesObject
    {
        var told = new List<WatchEvent<T>>();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        await foreach (var change in Client.WatchAsync<T>(Namespace, selector, version, deadline.Token))
        {
            told.Add(change);
            if (told.Count == count)
            {
                break;
            }
        }

        return told;
    }

    private static long Number(string version) => long.Parse(version, System.Globalization.CultureInfo.InvariantCulture);

    private static string Show<T>(WatchEvent<T> change) where T : class, Crds.Meta.IKubernetesObject => $"{change.Type} {change.Object?.Metadata.Name}";
}
