using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Crds.EmbeddingJobs;

namespace TextOps.Local.Commands;

/// <summary>Finds the versions of embeddings that a person names.</summary>
internal static class EmbeddingOutputs
{
    /// <summary>The versions of an EmbeddingJob of the store, or of the output with that name; at least one is committed.</summary>
    /// <exception cref="UsageException">There are none.</exception>
    public static async Task<EmbeddingVersions> FindAsync(string folder, string name, string @namespace, CancellationToken cancellationToken)
    {
        await using var local = LocalStore.OpenReadOnly(folder);
        var job = await local.Cluster.GetAsync<EmbeddingJob>(name, @namespace, cancellationToken);
        var uri = job?.Spec.Output.Uri ?? local.Uri;
        var versions = new EmbeddingVersions(ObjectStores.Open(uri), job?.Spec.Output.NameFor(job.Metadata) ?? name);
        return await versions.ReadLatestAsync(cancellationToken) is not null
            ? versions
            : throw new UsageException(job is null
                ? $"{folder} has no EmbeddingJob {@namespace}/{name} and no output named {name} with a committed version; see textops get embeddingjobs --store {folder} -A"
                : $"EmbeddingJob {@namespace}/{name} has no committed version yet; see textops get embeddingjob {name} --store {folder}");
    }

    /// <summary>The versions of the output <paramref name="name"/>, or of the EmbeddingJob of that name, in a store that keeps no objects; at least one is committed.</summary>
    /// <exception cref="UsageException">There are none.</exception>
    public static async Task<EmbeddingVersions> FindAsync(IObjectStore store, string name, string @namespace, CancellationToken cancellationToken)
    {
        foreach (var output in new[] { name, $"{@namespace}.{name}" })
        {
            var versions = new EmbeddingVersions(store, output);
            if (await versions.ReadLatestAsync(cancellationToken) is not null)
            {
                return versions;
            }
        }

        throw new UsageException($"{store.Uri} has no output named {name} or {@namespace}.{name} with a committed version; name one below {store.Uri}/embeddings");
    }
}
