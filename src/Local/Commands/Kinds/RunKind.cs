using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Client;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Kinds;

/// <summary>A kind whose objects are kept current by runs.</summary>
internal abstract class RunKind<T>() : LocalKind(typeof(T))
    where T : class, IRunObject<IRunSpec, IRunStatus>
{
    /// <inheritdoc/>
    public override async Task<IReadOnlyList<IKubernetesObject>> ListAsync(IKubernetesClient client, string? @namespace, CancellationToken cancellationToken) =>
        (await client.ListAsync<T>(@namespace, null, cancellationToken)).Items;

    /// <inheritdoc/>
    public override IKubernetesObject Wanted(IKubernetesObject entity, string @namespace) =>
        With((T)entity, (T)entity, entity.Metadata with { Namespace = entity.Metadata.Namespace ?? @namespace }, keepStatus: false);

    /// <inheritdoc/>
    public override async Task<IKubernetesObject> ApplyAsync(IKubernetesClient client, IKubernetesObject wanted, TimeProvider time, CancellationToken cancellationToken) =>
        await ManifestApplier.ApplyAsync(client, (T)wanted, HashOf, (existing, spec, metadata) => With(existing, spec, metadata, keepStatus: true), time, cancellationToken);

    /// <inheritdoc/>
    public override async Task<ObjectView?> ViewAsync(LocalControlPlane plane, IKubernetesClient client, ManifestObject applied, CancellationToken cancellationToken) =>
        await client.GetAsync<T>(applied.Name, applied.Namespace, cancellationToken) is { } now ? await ViewAsync(plane, now, cancellationToken) : null;

    /// <summary>Hash of the fields that define a run.</summary>
    protected abstract string HashOf(T entity);

    /// <summary><paramref name="existing"/> with the spec of <paramref name="spec"/>.</summary>
    protected abstract T With(T existing, T spec, V1ObjectMeta metadata, bool keepStatus);

    /// <summary>How an object stands.</summary>
    protected abstract Task<RunView> ViewAsync(LocalControlPlane plane, T entity, CancellationToken cancellationToken);
}
