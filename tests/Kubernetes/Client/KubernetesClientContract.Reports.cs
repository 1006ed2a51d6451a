using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>Leases and Events: what controllers write about themselves.</summary>
public abstract partial class KubernetesClientContract
{
    [Fact]
    public async Task A_lease_keeps_its_times_to_the_microsecond()
    {
        var spec = new V1LeaseSpec
        {
            HolderIdentity = "me",
            LeaseDurationSeconds = 15,
            AcquireTime = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddMicroseconds(123456),
            RenewTime = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
            LeaseTransitions = 0,
        };
        Assert.Equal(spec, (await Client.CreateAsync(NewLease(spec), Ct)).Spec);
        Assert.Equal(spec, (await Client.GetAsync<V1Lease>("a", Namespace, Ct))!.Spec);
    }

    [Fact]
    public async Task A_lease_is_written_from_a_known_state_only()
    {
        var first = await Client.CreateAsync(NewLease(new V1LeaseSpec { HolderIdentity = "me" }), Ct);
        JsonObject Take(string who) => new()
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = first.Metadata.ResourceVersion },
            ["spec"] = new JsonObject { ["holderIdentity"] = who },
        };
        await Client.PatchAsync<V1Lease>("a", Namespace, Take("one"), Ct);
        Assert.True((await RefusalAsync(() => Client.PatchAsync<V1Lease>("a", Namespace, Take("two"), Ct))).IsConflict);
        Assert.True((await RefusalAsync(() => Client.UpdateAsync(first, Ct))).IsConflict);
        Assert.True((await RefusalAsync(() => Client.UpdateAsync(NewLease(new V1LeaseSpec { HolderIdentity = "three" }), Ct))).IsInvalid);
        Assert.Equal("one", (await Client.GetAsync<V1Lease>("a", Namespace, Ct))!.Spec!.HolderIdentity);

        await Client.DeleteAsync<V1Lease>("a", Namespace, null, Ct);
        Assert.True((await RefusalAsync(() => Client.PatchAsync<V1Lease>("a", Namespace, Take("four"), Ct))).IsNotFound);
    }

    [Fact]
    public async Task A_lease_lasts_some_time_and_counts_up()
    {
        var refusal = await RefusalAsync(() => Client.CreateAsync(NewLease(new V1LeaseSpec { LeaseDurationSeconds = 0 }), Ct));
        Assert.Equal("Lease.coordination.k8s.io \"a\" is invalid: spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0", refusal.Message);
        refusal = await RefusalAsync(() => Client.CreateAsync(NewLease(new V1LeaseSpec { LeaseTransitions = -1 }), Ct));
        Assert.Contains("spec.leaseTransitions: Invalid value: -1", refusal.Message, StringComparison.Ordinal);
    }

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

    private V1Lease NewLease(V1LeaseSpec spec) => new() { Metadata = new V1ObjectMeta { Name = "a", Namespace = Namespace }, Spec = spec };

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
