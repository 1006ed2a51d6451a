using System.Globalization;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Kubernetes.Client;

namespace TextOps.Local.Commands;

/// <summary>
/// Brings a manifest into the cluster. Applying an object again whose last run has ended asks for a rerun: what a schedule or an annotation does in a
/// cluster, so that a changed corpus is noticed though the manifest is the same. A run that was cut off is resumed instead.
/// </summary>
internal static class ManifestApplier
{
    /// <summary>Creates or updates <paramref name="wanted"/>; answers the object as the cluster has it then.</summary>
    public static async Task<EmbeddingJob> ApplyAsync(IKubernetesClient client, EmbeddingJob wanted, TimeProvider time, CancellationToken cancellationToken)
    {
        var existing = await client.GetAsync<EmbeddingJob>(wanted.Metadata.Name!, wanted.Metadata.Namespace, cancellationToken);
        if (existing is null)
        {
            return await client.CreateAsync(wanted, cancellationToken);
        }

        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in wanted.Metadata.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            annotations[key] = value;
        }

        var ended = existing.Status?.Run is { CompletionTime: not null } run && run.Hash == EmbeddingJobRun.Hash(wanted.Spec);
        var pending = existing.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RerunAnnotation);
        if (!annotations.ContainsKey(ApiGroup.RerunAnnotation) && (ended || pending is not null))
        {
            annotations[ApiGroup.RerunAnnotation] = ended ? time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) : pending!;
        }

        return await client.UpdateAsync(
            existing with { Metadata = existing.Metadata with { Labels = wanted.Metadata.Labels, Annotations = annotations }, Spec = wanted.Spec }, cancellationToken);
    }
}
