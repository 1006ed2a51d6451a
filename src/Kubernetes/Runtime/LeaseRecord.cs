using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;

namespace TextOps.Kubernetes.Runtime;

/// <summary>
/// The Lease as one contender sees and writes it. Each write names the version it rests on, so of two that try at once one wins. Others' clocks are
/// never read: a lease has run out when its record has not changed for its duration by the clock of whoever looks. Source: client-go, tools/leaderelection.
/// </summary>
internal sealed class LeaseRecord(IKubernetesClient client, LeaseElectorOptions options, TimeProvider time)
{
    private V1LeaseSpec? observed;
    private long observedAt;
    private string? version;

    /// <summary>Who holds the lease as far as is known; null where nobody does.</summary>
    public string? Holder => observed?.HolderIdentity is { Length: > 0 } holder ? holder : null;

    /// <summary>Whether the record may carry our name: it was written, and nobody else has been seen in it since.</summary>
    public bool MayBeOurs { get; private set; }

    /// <summary>Takes the lease where it is free or has run out; false where another holds it.</summary>
    public Task<bool> TryAcquireAsync(CancellationToken cancellationToken) => WriteOursAsync(isLeading: false, cancellationToken);

    /// <summary>Renews the lease that we hold; false where another has it.</summary>
    public Task<bool> TryRenewAsync(CancellationToken cancellationToken) => WriteOursAsync(isLeading: true, cancellationToken);

    /// <summary>Gives the lease back, so that nobody waits for it to run out.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is { } lease && Holder == options.Identity)
        {
            var now = Now();
            await PatchAsync(lease.Metadata.ResourceVersion!, lease.Spec! with { HolderIdentity = "", LeaseDurationSeconds = 1, AcquireTime = now, RenewTime = now }, cancellationToken);
        }

        MayBeOurs = false;
    }

    private async Task<bool> WriteOursAsync(bool isLeading, CancellationToken cancellationToken)
    {
        if (isLeading && version is not null)
        {
            try
            {
                await PatchAsync(version, Ours(), cancellationToken);
                return true;
            }
            catch (KubernetesException problem) when (problem.IsConflict || problem.IsNotFound)
            {
                // Somebody else wrote, if only an annotation: look who holds it now.
                version = null;
            }
        }

        var lease = await ReadAsync(cancellationToken);
        if (IsAnothers())
        {
            return false;
        }

        try
        {
            await (lease is null ? CreateAsync(cancellationToken) : PatchAsync(lease.Metadata.ResourceVersion!, Ours(), cancellationToken));
            return true;
        }
        catch (KubernetesException problem) when (!isLeading && (problem.IsConflict || problem.IsAlreadyExists))
        {
            // Another candidate was quicker.
            return false;
        }
    }

    private bool IsAnothers()
    {
        if (Holder is null)
        {
            return false;
        }

        if (Holder == options.Identity && MayBeOurs)
        {
            return false;
        }

        // What has just changed has not run out: a leader that finds another's name here has lost.
        MayBeOurs = false;
        var duration = observed!.LeaseDurationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : options.LeaseDuration;
        return time.GetElapsedTime(observedAt) < duration;
    }

    private async Task<V1Lease?> ReadAsync(CancellationToken cancellationToken)
    {
        // A client that does not heed cancellation shall not hold up the end of leadership: so each call is also waited for only as long.
        var lease = await client.GetAsync<V1Lease>(options.Name, options.Namespace, cancellationToken).WaitAsync(cancellationToken);
        Observe(lease);
        return lease;
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        MayBeOurs = true;
        var lease = new V1Lease { Metadata = new V1ObjectMeta { Name = options.Name, Namespace = options.Namespace }, Spec = Ours() };
        Observe(await client.CreateAsync(lease, cancellationToken).WaitAsync(cancellationToken));
    }

    private async Task PatchAsync(string from, V1LeaseSpec spec, CancellationToken cancellationToken)
    {
        MayBeOurs = true;
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = from }, ["spec"] = JsonSerializer.SerializeToNode(spec, Json.Objects) };
        Observe(await client.PatchAsync<V1Lease>(options.Name, options.Namespace, patch, cancellationToken).WaitAsync(cancellationToken));
    }

    private void Observe(V1Lease? lease)
    {
        version = lease?.Metadata.ResourceVersion;

        // A lease that somebody deletes leaves its holder leading for a while: it stays that holder's until it would have run out.
        if (lease is not null && lease.Spec != observed)
        {
            observed = lease.Spec;
            observedAt = time.GetTimestamp();
        }
    }

    private V1LeaseSpec Ours()
    {
        var now = Now();
        var isSame = Holder == options.Identity;
        return new V1LeaseSpec
        {
            HolderIdentity = options.Identity,
            LeaseDurationSeconds = (int)Math.Ceiling(options.LeaseDuration.TotalSeconds),
            AcquireTime = isSame ? observed!.AcquireTime ?? now : now,
            RenewTime = now,
            LeaseTransitions = observed is null ? 0 : (observed.LeaseTransitions ?? 0) + (isSame ? 0 : 1),
        };
    }

    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return new(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}
