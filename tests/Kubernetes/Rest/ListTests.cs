using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Tests.Rest.Faults;
using TextOps.Kubernetes.Tests.Rest.Support;

namespace TextOps.Kubernetes.Tests.Rest;

/// <summary>Lists that come page by page.</summary>
public sealed class ListTests : ScriptedServer
{
    [Fact]
    public async Task Pages_follow_the_continue_token_and_keep_the_selector()
    {
        Server.Next(Page("10", "next/&page", "a", "b"));
        Server.Next(Page("10", "", "c"));
        var list = await Client.ListAsync<V1ConfigMap>("n", "app=x,tier!=1", Ct);
        Assert.Equal(["a", "b", "c"], list.Items.Select(item => item.Metadata.Name));
        Assert.Equal("10", list.ResourceVersion);
        Assert.Equal(["500  app=x,tier!=1", "500 next/&page app=x,tier!=1"], Server.Seen.Select(Show));
    }

    [Fact]
    public async Task After_410_between_pages_all_is_asked_for_at_once()
    {
        Server.Next(Page("10", "next", "a", "gone"));
        Server.Next(Spoil.Refuse(410, "Expired", "The provided continue parameter is too old"));
        Server.Next(Page("20", "", "a", "c"));
        var list = await Client.ListAsync<V1ConfigMap>("n", null, Ct);
        Assert.Equal(["a", "c"], list.Items.Select(item => item.Metadata.Name));
        Assert.Equal("20", list.ResourceVersion);
        Assert.Equal(["500  ", "500 next ", "  "], Server.Seen.Select(Show));
    }

    [Fact]
    public async Task A_second_410_is_the_callers()
    {
        Server.Next(Spoil.Refuse(410, "Expired", "too old"));
        Server.Next(Spoil.Refuse(410, "Expired", "too old again"));
        Assert.Equal("too old again", (await Assert.ThrowsAsync<KubernetesException>(() => Client.ListAsync<V1ConfigMap>("n", null, Ct))).Message);
    }

    [Fact]
    public async Task No_items_are_none()
    {
        Server.Next(Spoil.Answer(200, """{"kind":"ConfigMapList","metadata":{"resourceVersion":"10"},"items":null}"""));
        Assert.Empty((await Client.ListAsync<V1ConfigMap>(null, "", Ct)).Items);
        Assert.Equal("/api/v1/configmaps", Server.Seen.Single().Path);
    }

    private static string Show(SeenRequest request) => $"{request["limit"]} {request["continue"]} {request["labelSelector"]}";

    private static Fault Page(string version, string next, params string[] names)
    {
        var items = names.Select(name => $$"""{"metadata":{"name":"{{name}}","resourceVersion":"1"} }""");
        return Spoil.Answer(200, $$"""{"metadata":{"resourceVersion":"{{version}}","continue":"{{next}}"},"items":[{{string.Join(',', items)}}]}""");
    }
}
