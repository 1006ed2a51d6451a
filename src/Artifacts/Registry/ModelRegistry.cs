using System.Security.Cryptography;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.Tasks;

namespace TextOps.Artifacts.Registry;

/// <summary>
/// The models of a store: <c>models/&lt;name&gt;/v000007/</c>, immutable and numbered. A version is visible when its card is there, and complete. All operations may be repeated, by
/// this process or another one, and race with others. docs/registry.md describes the files.
/// </summary>
/// <param name="store">The store.</param>
public sealed class ModelRegistry(IObjectStore store)
{
    /// <summary>Largest card that is read or written, in bytes: the confusion matrix of some thousand labels.</summary>
    public const long MaxCardBytes = 64L * 1024 * 1024;

    private const string Restore = "restore it from a copy of the store, or remove the version's folder";

    /// <summary>The store.</summary>
    public IObjectStore Store { get; } = store;

    /// <summary>Names that point to versions.</summary>
    public ModelAliases Aliases => new(this);

    /// <summary>Versions that somebody works with.</summary>
    public ModelPins Pins => new(this);

    /// <summary>Which stages versions passed.</summary>
    public ModelEvidence Evidence => new(this);

    /// <summary>URI of a version's folder, without a '/' at its end.</summary>
    public string UriOf(string name, int version) => Store.UriOf(LayoutOf(name).VersionFolder(version)[..^1]);

    /// <summary>Names of the models that have a committed version, in order. Folders that are no models are left out.</summary>
    public async Task<IReadOnlyList<string>> ListModelsAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var folder in Store.ListFoldersAsync(ModelLayout.Root, cancellationToken))
        {
            if (ModelLayout.IsModel(folder) && (await ListVersionsAsync(folder, cancellationToken)).Any(version => version.Committed))
            {
                names.Add(folder);
            }
        }

        return names;
    }

    /// <summary>The versions of a model that have a folder, by number.</summary>
    public async Task<IReadOnlyList<ModelVersionState>> ListVersionsAsync(string name, CancellationToken cancellationToken)
    {
        var layout = LayoutOf(name);
        var versions = new List<ModelVersionState>();
        foreach (var version in await NumbersAsync(layout, cancellationToken))
        {
            var claimed = await Store.ExistsAsync(layout.File(version, ModelLayout.ClaimFile), cancellationToken);
            versions.Add(new ModelVersionState(version, claimed, await IsCommittedAsync(layout, version, cancellationToken)));
        }

        return versions;
    }

    /// <summary>A version; null where it was not committed.</summary>
    /// <exception cref="StoreRefusedException">Its card is damaged.</exception>
    public async Task<RegisteredModel?> ReadAsync(string name, int version, CancellationToken cancellationToken)
    {
        var layout = LayoutOf(name);
        var key = layout.File(version, ModelLayout.CardFile);
        return await ReadCardBytesAsync(key, cancellationToken) is { } content ? Parse(content, layout, version) : null;
    }

    /// <summary>The version with the highest number; null where none was committed.</summary>
    /// <param name="owner">Where given: the highest of those that this object made.</param>
    /// <exception cref="StoreRefusedException">Its card is damaged.</exception>
    public async Task<RegisteredModel?> ReadNewestAsync(string name, TaskOwner? owner, CancellationToken cancellationToken)
    {
        foreach (var state in (await ListVersionsAsync(name, cancellationToken)).Where(version => version.Committed).Reverse())
        {
            // Null where it was removed just now.
            if (await ReadAsync(name, state.Version, cancellationToken) is { } found && (owner is null || found.Card.Owner == owner))
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The version that <paramref name="reference"/> means: a number (<c>3</c>, <c>v3</c>, <c>v000003</c>), an alias, or the newest where it is null.</summary>
    /// <exception cref="StoreRefusedException">There is no such version; the message says which there are.</exception>
    public async Task<RegisteredModel> ResolveAsync(string name, string? reference, CancellationToken cancellationToken)
    {
        var uri = Store.UriOf(LayoutOf(name).Folder[..^1]);
        if (reference is null)
        {
            return await ReadNewestAsync(name, owner: null, cancellationToken)
                ?? throw new StoreRefusedException($"{uri} has no committed version; run the TrainingRun that makes it, or use one of these names: {Listed(await ListModelsAsync(cancellationToken))}");
        }

        if (VersionNumber.ParseLoose(reference) is { } version)
        {
            return await ReadAsync(name, version, cancellationToken)
                ?? throw new StoreRefusedException($"{UriOf(name, version)} is not a committed version; choose one of these: {await CommittedAsync(name, cancellationToken)}");
        }

        var alias = await Aliases.ReadAsync(name, reference, cancellationToken);
        if (alias is null)
        {
            var aliases = await Aliases.ListAsync(name, cancellationToken);
            throw new StoreRefusedException(
                $"{uri} has no alias '{reference}'; choose one of these: {Listed(aliases.Keys)}, or a version: {await CommittedAsync(name, cancellationToken)}");
        }

        var found = await ReadAsync(name, alias.Version, cancellationToken)
            ?? throw new StoreRefusedException($"alias '{reference}' of {uri} names version {alias.Version}, which is not there; set it to one of these: {await CommittedAsync(name, cancellationToken)}");
        return found.Digest == alias.Digest
            ? found
            : throw new StoreRefusedException(
                $"{found.Uri}/{ModelLayout.CardFile} has digest {found.Digest}, and alias '{reference}' names {alias.Digest}: one of them was changed; {Restore}, or set the alias again");
    }

    /// <summary>
    /// Takes the next number for a run. Asked again by the same run (owner, id and fingerprint) it goes on with the number that the run has, or answers with the version that it
    /// registered. A claim that is older than half a day is not gone on with, because it may be removed soon.
    /// </summary>
    public async Task<ModelRegistration> RegisterAsync(
        string name, TaskOwner owner, string runId, string fingerprint, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var layout = LayoutOf(name);
        var claim = new VersionClaim { Owner = owner, RunId = runId, Fingerprint = fingerprint, Created = now };

        // Numbers are taken in order. Seen from above, whatever lies below a claim was claimed before it; what lies above the highest is met on the way up. So no attempt misses another
        // one's claim, whose folder may have been seen a moment before the claim was in it.
        var highest = 0;
        foreach (var version in (await NumbersAsync(layout, cancellationToken)).Reverse())
        {
            if (await ReadClaimAsync(layout, version, cancellationToken) is { } found)
            {
                if (await ContinueAsync(version, found) is { } registration)
                {
                    return registration;
                }

                highest = Math.Max(highest, version);
            }
            else if (version > highest && await IsCommittedAsync(layout, version, cancellationToken))
            {
                highest = version;
            }
        }

        for (var version = highest + 1; ; version++)
        {
            try
            {
                await JsonDocuments.WriteAsync(Store, layout.File(version, ModelLayout.ClaimFile), claim, PutCondition.IfNoneMatch, cancellationToken);
                return new ModelRegistration(this, layout, version, claim, registered: null);
            }
            catch (PreconditionFailedException)
            {
                // Another run was faster, or another attempt of this one.
                if (await ReadClaimAsync(layout, version, cancellationToken) is { } found && await ContinueAsync(version, found) is { } registration)
                {
                    return registration;
                }
            }
        }

        async Task<ModelRegistration?> ContinueAsync(int version, VersionClaim found)
        {
            if (!found.IsSameRun(claim))
            {
                return null;
            }

            var registered = await ReadAsync(name, version, cancellationToken);
            return registered is not null || found.Created > now - ModelPruning.AbandonedAfter / 2
                ? new ModelRegistration(this, layout, version, found, registered)
                : null;
        }
    }

    /// <summary>Opens a file of a version to read it.</summary>
    /// <exception cref="ObjectNotFoundException">It is missing.</exception>
    public Task<Stream> OpenReadAsync(RegisteredModel model, ModelFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(file);
        return Store.OpenReadAsync(LayoutOf(model.Card.Name).File(model.Card.Version, file.Path), offset: 0, cancellationToken);
    }

    /// <summary>Compares every file of a version with its size and digest in the card.</summary>
    /// <exception cref="StoreRefusedException">One differs or is missing; the message names it.</exception>
    public Task VerifyAsync(RegisteredModel model, CancellationToken cancellationToken) => VersionContent(model).VerifyAsync(cancellationToken);

    /// <summary>Copies a version into a local folder, card last; every file is compared with its digest while it is written.</summary>
    /// <param name="folder">The folder; made where it is missing. None of the files may be in it.</param>
    /// <exception cref="StoreRefusedException">A file differs or is missing; the message names it. What was copied before stays.</exception>
    public Task DownloadAsync(RegisteredModel model, string folder, CancellationToken cancellationToken) => VersionContent(model).DownloadAsync(folder, cancellationToken);

    /// <summary>What a version consists of, with digests; the card is its last file.</summary>
    public VersionContent VersionContent(RegisteredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var card = new ContentFile(ModelLayout.CardFile, Bytes: null, model.Digest["sha256:".Length..]);
        return new VersionContent(
            Store, LayoutOf(model.Card.Name).VersionFolder(model.Card.Version), [.. model.Card.Files.Select(file => new ContentFile(file.Path, file.Bytes, file.Sha256)), card]);
    }

    internal ModelLayout LayoutOf(string name) => ModelLayout.IsModel(name)
        ? new ModelLayout(name)
        : throw new StoreRefusedException(
            $"{Store.UriOf(ModelLayout.Root[..^1])}: '{name}' is no name of a model; use at most 128 lower-case letters, digits, '.', '_' and '-', a letter or digit first and last");

    internal Task<bool> IsCommittedAsync(ModelLayout layout, int version, CancellationToken cancellationToken) =>
        Store.ExistsAsync(layout.File(version, ModelLayout.CardFile), cancellationToken);

    internal Task<VersionClaim?> ReadClaimAsync(ModelLayout layout, int version, CancellationToken cancellationToken) =>
        JsonDocuments.ReadAsync<VersionClaim>(Store, layout.File(version, ModelLayout.ClaimFile), Restore, cancellationToken);

    internal async Task<byte[]?> ReadCardBytesAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = await Store.OpenReadAsync(key, offset: 0, cancellationToken);
            await using var limited = new LimitedStream(content, MaxCardBytes);
            using var bytes = new MemoryStream();
            await limited.CopyToAsync(bytes, cancellationToken);
            return bytes.ToArray();
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
        catch (InvalidDataException exception)
        {
            throw new StoreRefusedException($"{Store.UriOf(key)} is damaged: {exception.Message}; {Restore}", exception);
        }
    }

    internal RegisteredModel Parse(byte[] content, ModelLayout layout, int version)
    {
        var uri = Store.UriOf(layout.File(version, ModelLayout.CardFile));
        var card = JsonDocuments.Parse<ModelCard>(content, uri, Restore);
        if (card.ApiVersion != ApiGroup.GroupVersion)
        {
            throw new StoreRefusedException($"{uri} is of apiVersion '{card.ApiVersion}', and this program reads {ApiGroup.GroupVersion}; use the program that wrote it or a newer one");
        }

        return CardRules.Fault(card, layout, version) is { } fault
            ? throw new StoreRefusedException($"{uri} is damaged: {fault}; {Restore}")
            : new RegisteredModel { Card = card, Digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}", Uri = UriOf(layout.Name, version) };
    }

    private async Task<IReadOnlyList<int>> NumbersAsync(ModelLayout layout, CancellationToken cancellationToken)
    {
        var numbers = new List<int>();
        await foreach (var folder in Store.ListFoldersAsync(layout.Folder, cancellationToken))
        {
            if (VersionNumber.Parse(folder) is { } version)
            {
                numbers.Add(version);
            }
        }

        // Folder names sort as numbers only up to six digits.
        numbers.Sort();
        return numbers;
    }

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? list : "(none)";

    private async Task<string> CommittedAsync(string name, CancellationToken cancellationToken) =>
        Listed((await ListVersionsAsync(name, cancellationToken)).Where(version => version.Committed).Select(version => VersionNumber.Name(version.Version)));
}
