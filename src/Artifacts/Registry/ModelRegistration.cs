using TextOps.Artifacts.Stores;
using TextOps.Crds;

namespace TextOps.Artifacts.Registry;

/// <summary>
/// A version on its way: its number is taken, its files are put, then its card is created. What was put before by a broken-off attempt of the same run is replaced where it differs,
/// as long as there is no card. (Two attempts of a run that put different bytes at the same moment as one of them commits could leave a file that its digest does not match; the
/// operator starts an attempt when the one before has ended.)
/// </summary>
public sealed class ModelRegistration
{
    private readonly ModelRegistry registry;
    private readonly ModelLayout layout;
    private readonly VersionClaim claim;

    internal ModelRegistration(ModelRegistry registry, ModelLayout layout, int version, VersionClaim claim, RegisteredModel? registered)
    {
        (this.registry, this.layout, this.claim) = (registry, layout, claim);
        (Version, Registered) = (version, registered);
    }

    /// <summary>Name of the model.</summary>
    public string Name => layout.Name;

    /// <summary>Number of the version.</summary>
    public int Version { get; }

    /// <summary>URI of the version's folder, without a '/' at its end.</summary>
    public string Uri => registry.UriOf(Name, Version);

    /// <summary>The version, where this run registered it before: then there is nothing left to do.</summary>
    public RegisteredModel? Registered { get; }

    /// <summary>Writes a file of the version; describes it by size and digest.</summary>
    /// <param name="path">Path in the version's folder.</param>
    /// <param name="write">Writes the content; asked twice where the file is there already.</param>
    /// <exception cref="StoreRefusedException">The path is none, or the version was committed with another content.</exception>
    public async Task<ModelFile> PutFileAsync(string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (!ModelLayout.IsFile(path))
        {
            throw new StoreRefusedException($"{Uri}: '{path}' is not the path of a model's file; leave out '..', names that start with '_', evidence/ and {ModelLayout.CardFile}");
        }

        var store = registry.Store;
        var key = layout.File(Version, path);
        try
        {
            return File(path, await store.PutWithDigestAsync(key, write, PutCondition.IfNoneMatch, cancellationToken));
        }
        catch (PreconditionFailedException)
        {
            // A broken-off attempt has been here, and most files are made of the same bytes again.
            var wanted = File(path, await DigestAsync(write, cancellationToken));
            await using (var found = await store.OpenReadAsync(key, offset: 0, cancellationToken))
            {
                if (File(path, await DigestAsync(found.CopyToAsync, cancellationToken)) == wanted)
                {
                    return wanted;
                }
            }

            return await registry.IsCommittedAsync(layout, Version, cancellationToken)
                ? throw new StoreRefusedException($"{store.UriOf(key)} belongs to a committed version and has another content; start the run again: it answers with that version")
                : File(path, await store.PutWithDigestAsync(key, write, PutCondition.None, cancellationToken));
        }
    }

    /// <summary>Copies an object of the same store.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    public Task<ModelFile> CopyFileAsync(string path, string sourceKey, CancellationToken cancellationToken) => PutFileAsync(
        path,
        async (stream, cancel) =>
        {
            await using var source = await registry.Store.OpenReadAsync(sourceKey, offset: 0, cancel);
            await source.CopyToAsync(stream, cancel);
        },
        cancellationToken);

    /// <summary>Copies all objects below a folder of the same store.</summary>
    /// <param name="sourceFolder">The folder, with a '/' at its end; the rest of a key becomes the file's path.</param>
    /// <exception cref="StoreRefusedException">There is nothing below it.</exception>
    public async Task<IReadOnlyList<ModelFile>> CopyFolderAsync(string sourceFolder, CancellationToken cancellationToken)
    {
        ObjectKey.CheckFolder(sourceFolder);
        var files = new List<ModelFile>();
        await foreach (var source in registry.Store.ListAsync(sourceFolder, cancellationToken))
        {
            files.Add(await CopyFileAsync(source.Key[sourceFolder.Length..], source.Key, cancellationToken));
        }

        return files.Count > 0 ? files : throw new StoreRefusedException($"{registry.Store.UriOf(sourceFolder[..^1])} has no files; a version is made of some, so run the task before again");
    }

    /// <summary>Copies all files of a local folder and those below it; symbolic links are left out.</summary>
    /// <exception cref="StoreRefusedException">There is nothing in it.</exception>
    public async Task<IReadOnlyList<ModelFile>> PutFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var local = new FileObjectStore(folder);
        var files = new List<ModelFile>();
        await foreach (var source in local.ListAsync("", cancellationToken))
        {
            files.Add(await PutFileAsync(
                source.Key,
                async (stream, cancel) =>
                {
                    await using var content = await local.OpenReadAsync(source.Key, offset: 0, cancel);
                    await content.CopyToAsync(stream, cancel);
                },
                cancellationToken));
        }

        return files.Count > 0 ? files : throw new StoreRefusedException($"folder {folder} has no files; a version is made of some, so run the task before again");
    }

    /// <summary>Commits the version: creates its card, which is complete then. Returns the version that is there, which is another attempt's where this run was faster with one.</summary>
    /// <exception cref="StoreRefusedException">A file of the card is not there in its size, the card says something that cannot be, or the number is no more this run's.</exception>
    public async Task<RegisteredModel> CommitAsync(ModelCard card, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(card);
        if (card.ApiVersion != ApiGroup.GroupVersion || !claim.IsSameRun(ClaimOf(card)))
        {
            throw new ArgumentException($"the card is of run {card.RunId} of {card.Owner.Namespace}/{card.Owner.Name}, not of the run that claimed {Uri}", nameof(card));
        }

        if (CardRules.Fault(card, layout, Version) is { } fault)
        {
            throw new StoreRefusedException($"{Uri} cannot be committed: {fault}; correct the card");
        }

        await CheckFilesAsync(card, cancellationToken);
        await CheckClaimAsync(cancellationToken);
        var key = layout.File(Version, ModelLayout.CardFile);
        try
        {
            await JsonDocuments.WriteAsync(registry.Store, key, card, PutCondition.IfNoneMatch, cancellationToken);
        }
        catch (PreconditionFailedException)
        {
            // Another attempt was faster; its card counts.
        }

        // A claim without a card goes after a day. Where that happened just now, files are going too.
        try
        {
            await CheckClaimAsync(cancellationToken);
        }
        catch (StoreRefusedException)
        {
            await registry.Store.DeleteAsync(key, cancellationToken);
            throw;
        }

        var registered = await registry.ReadAsync(Name, Version, cancellationToken);
        return registered is not null && claim.IsSameRun(ClaimOf(registered.Card))
            ? registered
            : throw new StoreRefusedException($"{Uri} was {(registered is null ? "removed" : "committed by somebody else")} while it was committed; start the run again: it takes the next number");
    }

    private static ModelFile File(string path, (long Bytes, string Sha256) content) => new() { Path = path, Bytes = content.Bytes, Sha256 = content.Sha256 };

    private static VersionClaim ClaimOf(ModelCard card) => new() { Owner = card.Owner, RunId = card.RunId, Fingerprint = card.Fingerprint, Created = card.Created };

    private static async Task<(long Bytes, string Sha256)> DigestAsync(Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var content = new DigestStream(Stream.Null);
        try
        {
            await write(content, cancellationToken);
            return await content.CompleteAsync(cancellationToken);
        }
        finally
        {
            content.Release();
        }
    }

    private async Task CheckFilesAsync(ModelCard card, CancellationToken cancellationToken)
    {
        var missing = card.Files.ToDictionary(file => layout.File(Version, file.Path), file => file.Bytes, StringComparer.Ordinal);
        await foreach (var found in registry.Store.ListAsync(layout.VersionFolder(Version), cancellationToken))
        {
            if (missing.TryGetValue(found.Key, out var bytes) && bytes == found.Bytes)
            {
                missing.Remove(found.Key);
            }
        }

        if (missing.Count > 0)
        {
            var (key, bytes) = missing.First();
            throw new StoreRefusedException($"{registry.Store.UriOf(key)} is not there with {bytes} bytes, as the card's files say; put it before the version is committed");
        }
    }

    private async Task CheckClaimAsync(CancellationToken cancellationToken)
    {
        if (await registry.ReadClaimAsync(layout, Version, cancellationToken) is not { } found || !claim.IsSameRun(found))
        {
            throw new StoreRefusedException($"{Uri} is no more claimed by run {claim.RunId}: it took longer than a day, or somebody removed the claim; start the run again: it takes the next number");
        }
    }
}
