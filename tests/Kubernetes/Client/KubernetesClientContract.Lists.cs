using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>What a list shows.</summary>
public abstract partial class KubernetesClientContract
{
    [Fact]
    public async Task A_list_is_sorted_by_name()
    {
        foreach (var name in (string[])["b", "a.b", "a", "a-b", "a0"])
        {
            await Client.CreateAsync(NewWidget(name), Ct);
        }

        Assert.Equal(["a", "a-b", "a.b", "a0", "b"], (await Client.ListAsync<Widget>(Namespace, null, Ct)).Items.Select(item => item.Metadata.Name));
    }

    [Fact]
    public async Task A_list_without_objects_has_a_version_that_a_watch_goes_on_from()
    {
        var list = await Client.ListAsync<V1Job>(Namespace, null, Ct);
        Assert.Empty(list.Items);
        await Client.CreateAsync(NewJob("a"), Ct);
        Assert.Equal(["Added a"], (await ReadAsync<V1Job>(null, list.ResourceVersion, 1)).Select(Show));
    }

    [Fact]
    public async Task The_objects_of_a_list_are_as_they_are_read_one_by_one()
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        await Client.PatchStatusAsync<Widget>("a", Namespace, StatusPhase("Running"), Ct);
        var item = Assert.Single((await Client.ListAsync<Widget>(Namespace, null, Ct)).Items);
        Assert.Equivalent(await GetWidgetAsync("a"), item, strict: true);
    }

    [Fact]
    public async Task A_list_selects_by_labels()
    {
        await Client.CreateAsync(NewConfigMap("a", ("app", "x"), ("tier", "1")), Ct);
        await Client.CreateAsync(NewConfigMap("b", ("app", "x"), ("tier", "2")), Ct);
        await Client.CreateAsync(NewConfigMap("c", ("app", "y")), Ct);
        async Task<string> NamesAsync(string? @namespace, string selector) =>
            string.Join(' ', (await Client.ListAsync<V1ConfigMap>(@namespace, selector, Ct)).Items.Where(item => item.Metadata.Namespace == Namespace).Select(item => item.Metadata.Name));

        Assert.Equal("a b", await NamesAsync(Namespace, "app=x"));
        Assert.Equal("a b", await NamesAsync(Namespace, "app == x"));
        Assert.Equal("b", await NamesAsync(Namespace, "app=x,tier=2"));
        Assert.Equal("a", await NamesAsync(Namespace, "app=x,tier!=2"));
        Assert.Empty(await NamesAsync(Namespace, "app=z"));
        Assert.Equal("c", await NamesAsync(null, "app=y"));
        Assert.Equal(400, (await RefusalAsync(() => NamesAsync(Namespace, "app in"))).Code);
    }

    [Fact]
    public async Task Unequal_selects_what_lacks_the_label_too()
    {
        await Client.CreateAsync(NewWidget("a"), Ct);
        await Client.CreateAsync(NewWidget("b"), Ct);
        await Client.PatchAsync<Widget>("b", Namespace, Labels("app", "x"), Ct);
        Assert.Equal(["a"], (await Client.ListAsync<Widget>(Namespace, "app!=x", Ct)).Items.Select(item => item.Metadata.Name));
    }

    [Fact]
    public async Task A_list_selects_by_labels_that_are_there()
    {
        await Client.CreateAsync(NewConfigMap("a", ("app", "x"), ("tier", "1")), Ct);
        await Client.CreateAsync(NewConfigMap("b", ("app", "x"), ("tier", "2")), Ct);
        await Client.CreateAsync(NewConfigMap("c", ("app", "y")), Ct);
        await Client.CreateAsync(NewConfigMap("d"), Ct);
        async Task<string> NamesAsync(string selector) =>
            string.Join(' ', (await Client.ListAsync<V1ConfigMap>(Namespace, selector, Ct)).Items.Select(item => item.Metadata.Name));

        Assert.Equal("a b", await NamesAsync("tier"));
        Assert.Equal("c", await NamesAsync("app,!tier"));
        Assert.Equal("b", await NamesAsync("tier,tier!=1"));
    }
}
