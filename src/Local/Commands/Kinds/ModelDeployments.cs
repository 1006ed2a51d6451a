using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Kubernetes.Client;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Kinds;

/// <summary>ModelDeployments in local mode. Applying one again without a change does nothing: it is kept as its spec says as long as the command stays.</summary>
internal sealed class ModelDeployments() : LocalKind(typeof(ModelDeployment))
{
    /// <inheritdoc/>
    public override async Task<IReadOnlyList<IKubernetesObject>> ListAsync(IKubernetesClient client, string? @namespace, CancellationToken cancellationToken) =>
        (await client.ListAsync<ModelDeployment>(@namespace, null, cancellationToken)).Items;

    /// <inheritdoc/>
    public override IKubernetesObject Wanted(IKubernetesObject entity, string @namespace) =>
        (ModelDeployment)entity with { Metadata = entity.Metadata with { Namespace = entity.Metadata.Namespace ?? @namespace }, Status = null };

    /// <inheritdoc/>
    public override async Task<IKubernetesObject> ApplyAsync(IKubernetesClient client, IKubernetesObject wanted, TimeProvider time, CancellationToken cancellationToken)
    {
        var deployment = (ModelDeployment)wanted;
        return await client.GetAsync<ModelDeployment>(deployment.Metadata.Name!, deployment.Metadata.Namespace, cancellationToken) is { } existing
            ? await client.UpdateAsync(
                existing with { Metadata = existing.Metadata with { Labels = deployment.Metadata.Labels, Annotations = deployment.Metadata.Annotations }, Spec = deployment.Spec }, cancellationToken)
            : await client.CreateAsync(deployment, cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<ObjectView?> ViewAsync(LocalControlPlane plane, IKubernetesClient client, ManifestObject applied, CancellationToken cancellationToken) =>
        await client.GetAsync<ModelDeployment>(applied.Name, applied.Namespace, cancellationToken) is { } now ? new ModelDeploymentView(now, applied.File) : null;
}
