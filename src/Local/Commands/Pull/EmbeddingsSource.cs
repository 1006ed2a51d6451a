using System.Security.Cryptography;
using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Local.Commands.Models;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Pull;

/// <summary>A version of embeddings: its parts, the plan that tells its model, and the manifest.</summary>
internal sealed class EmbeddingsSource : IVersionSource
{
    private readonly EmbeddingVersions versions;
    private readonly int version;

    private EmbeddingsSource(EmbeddingVersions versions, int version, VersionContent content) => (this.versions, this.version, Content) = (versions, version, content);

    /// <inheritdoc/>
    public string Title => $"embeddings {versions.Layout.Name} {VersionNumber.Name(version)}";

    /// <inheritdoc/>
    public VersionContent Content { get; }

    /// <summary>Finds a version.</summary>
    /// <exception cref="UsageException">There is no such output, or what follows the '@' is not a version.</exception>
    /// <exception cref="StoreRefusedException">There is no such version.</exception>
    public static async Task<EmbeddingsSource> OpenAsync(StoreLocation location, ModelReference reference, string @namespace, CancellationToken cancellationToken)
    {
        int? number = reference.Version is null
            ? null
            : VersionNumber.ParseLoose(reference.Version)
                ?? throw new UsageException($"'{Printable.OneLine(reference.Version, 100)}' is not a version of embeddings, which have no aliases; write {reference.Name}@3, or {reference.Name} for the latest");
        var found = location.Folder is { } folder
            ? await EmbeddingOutputs.FindAsync(folder, reference.Name, @namespace, cancellationToken)
            : await EmbeddingOutputs.FindAsync(location.Open(), reference.Name, @namespace, cancellationToken);
        var manifest = (await EmbeddingVersionReader.OpenAsync(found, number, cancellationToken)).Manifest;
        List<ContentFile> files = [.. manifest.Parts.SelectMany(part => part.Files).Select(file => new ContentFile(file.Path, file.Bytes, file.Sha256))];

        // What no document lists is pinned by what it is now.
        foreach (var path in new[] { VersionLayout.PlanFile, VersionLayout.ManifestFile })
        {
            files.Add(await DescribeAsync(found, manifest.Version, path, cancellationToken));
        }

        return new EmbeddingsSource(found, manifest.Version, new VersionContent(found.Store, found.Layout.VersionFolder(manifest.Version), files));
    }

    /// <inheritdoc/>
    public Task<bool> IsThereAsync(CancellationToken cancellationToken) =>
        versions.Store.ExistsAsync(versions.Layout.File(version, VersionLayout.ManifestFile), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<ContentFile> DescribeAsync(EmbeddingVersions versions, int version, string path, CancellationToken cancellationToken)
    {
        await using var content = await versions.Store.OpenReadAsync(versions.Layout.File(version, path), offset: 0, cancellationToken);
        return new ContentFile(path, Bytes: null, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)));
    }
}
