using System.Globalization;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Client;

namespace TextOps.Local.Commands;

/// <summary>
/// Brings a manifest into the cluster. Applying an object again whose last run has ended asks for a rerun: what a schedule or an annotation does in a
/// cluster, so that changed data is noticed though the manifest is the same. A run that was cut off is resumed instead.
/// </summary>
internal static class ManifestApplier
{
    /// <summary>Creates or updates <paramref name="wanted"/>; answers the object as the cluster has it then.</summary>
    /// <param name="hashOf">Hash of the fields that define a run.</param>
    /// <param name="change">An object with the spec of another one, and new metadata.</param>
    public static async Task<T> ApplyAsync<T>(
        IKubernetesClient client, T wanted, Func<T, string> hashOf, Func<T, T, V1ObjectMeta, T> change, TimeProvider time, CancellationToken cancellationToken)
        where T : class, IRunObject<IRunSpec, IRunStatus>
    {
        var existing = await client.GetAsync<T>(wanted.Metadata.Name!, wanted.Metadata.Namespace, cancellationToken);
        if (existing is null)
        {
            return await client.CreateAsync(wanted, cancellationToken);
        }

        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in wanted.Metadata.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            annotations[key] = value;
        }

        var ended = existing.Status?.Run is { CompletionTime: not null } run && run.Hash == hashOf(wanted);
        var pending = existing.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RerunAnnotation);
        if (!annotations.ContainsKey(ApiGroup.RerunAnnotation) && (ended || pending is not null))
        {
            annotations[ApiGroup.RerunAnnotation] = ended ? time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) : pending!;
        }

        return await client.UpdateAsync(change(existing, wanted, existing.Metadata with { Labels = wanted.Metadata.Labels, Annotations = annotations }), cancellationToken);
    }
}
