using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>What leader election rests on.</summary>
public abstract partial class KubernetesClientContract
{
    private static readonly DateTimeOffset WholeSecond = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_lease_keeps_its_times_to_the_microsecond()
    {
        var spec = new V1LeaseSpec
        {
            HolderIdentity = "a",
            LeaseDurationSeconds = 15,
            AcquireTime = WholeSecond,
            RenewTime = WholeSecond.AddTicks(1_234_560),
            LeaseTransitions = 0,
        };
        var created = await Client.CreateAsync(NewLease(spec), Ct);
        Assert.Equal(spec, created.Spec);
        Assert.Equal(spec, (await Client.GetAsync<V1Lease>("lease", Namespace, Ct))!.Spec);
        Assert.Null(created.Metadata.Generation);

        var patched = await Client.PatchAsync<V1Lease>("lease", Namespace, Renewal(created, spec with { RenewTime = WholeSecond.AddMinutes(1) }), Ct);
        Assert.Equal(spec with { RenewTime = WholeSecond.AddMinutes(1) }, patched.Spec);
    }

    [Fact]
    public async Task Of_two_who_take_a_lease_from_the_same_state_one_gets_it()
    {
        var spec = new V1LeaseSpec { HolderIdentity = "", LeaseDurationSeconds = 1 };
        var free = await Client.CreateAsync(NewLease(spec), Ct);
        Assert.True((await RefusalAsync(() => Client.CreateAsync(NewLease(spec), Ct))).IsAlreadyExists);
        var first = await Client.PatchAsync<V1Lease>("lease", Namespace, Renewal(free, spec with { HolderIdentity = "a" }), Ct);
        Assert.True((await RefusalAsync(() => Client.PatchAsync<V1Lease>("lease", Namespace, Renewal(free, spec with { HolderIdentity = "b" }), Ct))).IsConflict);
        Assert.Equal(first, await Client.GetAsync<V1Lease>("lease", Namespace, Ct));
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
        await Client.PatchAsync<V1Lease>("lease", Namespace, Take("one"), Ct);
        Assert.True((await RefusalAsync(() => Client.PatchAsync<V1Lease>("lease", Namespace, Take("two"), Ct))).IsConflict);
        Assert.True((await RefusalAsync(() => Client.UpdateAsync(first, Ct))).IsConflict);
        Assert.True((await RefusalAsync(() => Client.UpdateAsync(NewLease(new V1LeaseSpec { HolderIdentity = "three" }), Ct))).IsInvalid);
        Assert.Equal("one", (await Client.GetAsync<V1Lease>("lease", Namespace, Ct))!.Spec!.HolderIdentity);

        await Client.DeleteAsync<V1Lease>("lease", Namespace, null, Ct);
        Assert.True((await RefusalAsync(() => Client.PatchAsync<V1Lease>("lease", Namespace, Take("four"), Ct))).IsNotFound);
    }

    [Fact]
    public async Task A_lease_lasts_some_time_and_counts_up()
    {
        var refusal = await RefusalAsync(() => Client.CreateAsync(NewLease(new V1LeaseSpec { LeaseDurationSeconds = 0 }), Ct));
        Assert.Equal("Lease.coordination.k8s.io \"lease\" is invalid: spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0", refusal.Message);
        refusal = await RefusalAsync(() => Client.CreateAsync(NewLease(new V1LeaseSpec { LeaseTransitions = -1 }), Ct));
        Assert.Contains("spec.leaseTransitions: Invalid value: -1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leadership_passes_from_one_who_stops_to_one_who_waits()
    {
        using var stopA = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        using var stopB = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var leading = "";
        async Task RunAsync(string name, CancellationToken stop) =>
            await new LeaseElector(Client, Quick(name), TimeProvider.System, NullLogger<LeaseElector>.Instance).RunAsync(async token =>
            {
                Assert.Equal("", Interlocked.CompareExchange(ref leading, name, ""));
                await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default);
                Interlocked.Exchange(ref leading, "");
            }, stop);

        var a = RunAsync("a", stopA.Token);
        await Eventually.HoldsAsync("a leads", () => leading == "a");
        var b = RunAsync("b", stopB.Token);
        await stopA.CancelAsync();
        await Eventually.ComesAsync(a);
        await Eventually.HoldsAsync("b leads", () => leading == "b");
        await stopB.CancelAsync();
        await Eventually.ComesAsync(b);
        var lease = (await Client.GetAsync<V1Lease>("elected", Namespace, Ct))!.Spec!;
        Assert.Equal(("", 1, 1), (lease.HolderIdentity, lease.LeaseDurationSeconds, lease.LeaseTransitions));
    }

    private LeaseElectorOptions Quick(string identity) => new() { Namespace = Namespace, Name = "elected", Identity = identity, RetryPeriod = TimeSpan.FromMilliseconds(100) };

    private V1Lease NewLease(V1LeaseSpec spec) => new() { Metadata = new V1ObjectMeta { Name = "lease", Namespace = Namespace }, Spec = spec };

    private static JsonObject Renewal(V1Lease from, V1LeaseSpec spec) => new()
    {
        ["metadata"] = new JsonObject { ["resourceVersion"] = from.Metadata.ResourceVersion },
        ["spec"] = JsonSerializer.SerializeToNode(spec, Json.Objects),
    };
}
