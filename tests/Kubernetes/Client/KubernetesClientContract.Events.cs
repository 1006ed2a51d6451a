using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>Events: what controllers tell users.</summary>
public abstract partial class KubernetesClientContract
{
    [Fact]
    public async Task An_event_lies_in_the_namespace_of_what_it_is_about()
    {
        var refusal = await RefusalAsync(() => Client.CreateAsync(NewEvent("elsewhere"), Ct));
        Assert.Equal("Event \"a\" is invalid: involvedObject.namespace: Invalid value: \"elsewhere\": does not match event.namespace", refusal.Message);
        Assert.True((await RefusalAsync(() => Client.CreateAsync(NewEvent(null), Ct))).IsInvalid);

        await Client.CreateAsync(NewEvent(Namespace), Ct);
        var counted = await Client.PatchAsync<V1Event>("a", Namespace, new JsonObject { ["count"] = 2, ["lastTimestamp"] = "2026-03-01T13:00:00Z" }, Ct);
        Assert.Equal((2, new DateTimeOffset(2026, 3, 1, 13, 0, 0, TimeSpan.Zero)), (counted.Count, counted.LastTimestamp));
        Assert.Equal("Started", counted.Reason);
    }

    private V1Event NewEvent(string? about) => new()
    {
        Metadata = new V1ObjectMeta { Name = "a", Namespace = Namespace },
        InvolvedObject = new V1ObjectReference { ApiVersion = "test.textops.dev/v1", Kind = "Widget", Name = "a", Namespace = about, Uid = "u" },
        Type = "Normal",
        Reason = "Started",
        Message = "it started",
        Count = 1,
        FirstTimestamp = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        LastTimestamp = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
    };
}
