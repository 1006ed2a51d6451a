using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.Tasks;

namespace TextOps.Artifacts.Embeddings;

/// <summary>
/// The versions of one output in a store. A version is planned once, filled with parts by many processes, and committed once; from then on it never
/// changes until it is removed. All operations may be repeated, by this process or another one, and race with others.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="name">Name of the output.</param>
/// <param name="owner">Where given: plans and manifests that belong to somebody else are refused.</param>
public sealed class EmbeddingVersions(IObjectStore store, string name, TaskOwner? owner = null)
{
    private const string Restore = "restore it from a copy of the store, or remove the version's folder";
    private const string RemoveLatest = "remove it: the next commit writes it again";

    /// <summary>The store.</summary>
    public IObjectStore Store { get; } = store;

    /// <summary>Where the files lie.</summary>
    public VersionLayout Layout { get; } = new(name);

    /// <summary>URI of a version's folder, without a '/' at its end.</summary>
    public string UriOf(int version) => Store.UriOf(Layout.VersionFolder(version)[..^1]);

    /// <summary>The pointer to the last committed version; null where nothing was committed.</summary>
    public Task<LatestPointer?> ReadLatestAsync(CancellationToken cancellationToken) =>
        JsonDocuments.ReadAsync<LatestPointer>(Store, Layout.Latest, RemoveLatest, cancellationToken);

    /// <summary>A version's plan; null where there is none.</summary>
    /// <exception cref="StoreRefusedException">It is damaged or belongs to another owner.</exception>
    public async Task<VersionPlan?> ReadPlanAsync(int version, CancellationToken cancellationToken)
    {
        var plan = await ReadAsync<VersionPlan>(version, VersionLayout.PlanFile, cancellationToken);
        if (plan is not null)
        {
            CheckHeader(version, VersionLayout.PlanFile, plan.ApiVersion, plan.Version, plan.Owner, owner);
        }

        return plan;
    }

    /// <summary>A version's manifest; null where it was not committed.</summary>
    /// <exception cref="StoreRefusedException">It is damaged or belongs to another owner.</exception>
    public async Task<VersionManifest?> ReadManifestAsync(int version, CancellationToken cancellationToken)
    {
        var manifest = await ReadAsync<VersionManifest>(version, VersionLayout.ManifestFile, cancellationToken);
        if (manifest is not null)
        {
            CheckHeader(version, VersionLayout.ManifestFile, manifest.ApiVersion, manifest.Version, manifest.Owner, owner);
        }

        return manifest;
    }

    /// <summary>A version's run record; null where there is none.</summary>
    public Task<RunRecord?> ReadRunRecordAsync(int version, CancellationToken cancellationToken) =>
        JsonDocuments.ReadAsync<RunRecord>(Store, Layout.RunRecord(version), "restore it from a copy of the store, or remove it", cancellationToken);

    /// <summary>A finished shard's record; null where it is not finished.</summary>
    public Task<ShardRecord?> ReadShardAsync(int version, int shard, CancellationToken cancellationToken) =>
        ReadAsync<ShardRecord>(version, VersionLayout.ShardRecordFile(shard), cancellationToken);

    /// <summary>A whole part's record; null where it is not whole.</summary>
    public async Task<PartRecord?> ReadPartAsync(int version, int shard, int sequence, CancellationToken cancellationToken)
    {
        var path = VersionLayout.PartRecordFile(shard, sequence);
        var part = await ReadAsync<PartRecord>(version, path, cancellationToken);
        return part is null || (part.Shard == shard && part.Sequence == sequence)
            ? part
            : throw Damaged(version, path, $"it describes part {part.Sequence} of shard {part.Shard}");
    }

    /// <summary>The whole parts of a shard from the first up to the first gap; after them the shard is to be resumed.</summary>
    public async Task<IReadOnlyList<PartRecord>> ReadPartsAsync(int version, int shard, CancellationToken cancellationToken)
    {
        var parts = new List<PartRecord>();
        while (await ReadPartAsync(version, shard, parts.Count, cancellationToken) is { } part)
        {
            parts.Add(part);
        }

        return parts;
    }

    /// <summary>
    /// Those of <paramref name="parts"/> of which a file is not in the store, or has another size: somebody removed it, or the store is an incomplete copy.
    /// Contents are not read; <see cref="EmbeddingVersionReader.VerifyAsync"/> compares them.
    /// </summary>
    public async Task<IReadOnlyList<PartRecord>> FindDamagedAsync(int version, IReadOnlyList<PartRecord> parts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
        {
            return [];
        }

        int? onlyShard = parts.All(part => part.Shard == parts[0].Shard) ? parts[0].Shard : null;
        var found = new HashSet<(string Key, long Bytes)>();
        foreach (var prefix in VersionLayout.PartFilePrefixes(onlyShard))
        {
            await foreach (var file in Store.ListAsync(Layout.File(version, prefix), cancellationToken))
            {
                found.Add((file.Key, file.Bytes));
            }
        }

        return [.. parts.Where(part => !part.Files.All(file => found.Contains((Layout.File(version, file.Path), file.Bytes))))];
    }

    /// <summary>The versions that have a folder, by number.</summary>
    public async Task<IReadOnlyList<VersionState>> ListVersionsAsync(CancellationToken cancellationToken)
    {
        var versions = new List<VersionState>();
        await foreach (var folder in Store.ListFoldersAsync(Layout.Folder, cancellationToken))
        {
            if (VersionNumber.Parse(folder) is { } version)
            {
                var planned = await Store.ExistsAsync(Layout.File(version, VersionLayout.PlanFile), cancellationToken);
                versions.Add(new VersionState(version, planned, await Store.ExistsAsync(Layout.File(version, VersionLayout.ManifestFile), cancellationToken)));
            }
        }

        // Folder names sort as numbers only up to six digits.
        versions.Sort((left, right) => left.Version.CompareTo(right.Version));
        return versions;
    }

    /// <summary>Creates a version; false where its number is taken: then read that plan, and continue it or take the next number.</summary>
    /// <exception cref="StoreRefusedException">The output's versions belong to another owner.</exception>
    public async Task<bool> TryCreatePlanAsync(VersionPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (var newest in (await ListVersionsAsync(cancellationToken)).Where(version => version.Planned).TakeLast(1))
        {
            if (await ReadPlanAsync(newest.Version, cancellationToken) is { } before)
            {
                CheckOwner(newest.Version, before.Owner, plan.Owner);
            }
        }

        try
        {
            await JsonDocuments.WriteAsync(Store, Layout.File(plan.Version, VersionLayout.PlanFile), plan, PutCondition.IfNoneMatch, cancellationToken);
            return true;
        }
        catch (PreconditionFailedException)
        {
            return false;
        }
    }

    /// <summary>
    /// Writes a file of a version, replacing what a broken-off attempt left; describes it by size and digest, taken while it is written.
    /// </summary>
    public async Task<VersionFile> WritePartFileAsync(
        int version, string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        var (bytes, sha256) = await Store.PutWithDigestAsync(Layout.File(version, path), write, PutCondition.None, cancellationToken);
        return new VersionFile { Path = path, Bytes = bytes, Sha256 = sha256 };
    }

    /// <summary>Declares a part whole; its files have been written.</summary>
    public Task WritePartAsync(int version, PartRecord part, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(part);
        var path = VersionLayout.PartRecordFile(part.Shard, part.Sequence);
        return JsonDocuments.WriteAsync(Store, Layout.File(version, path), part, PutCondition.None, cancellationToken);
    }

    /// <summary>Declares a shard finished; its parts are whole.</summary>
    public Task WriteShardAsync(int version, ShardRecord shard, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(shard);
        var path = VersionLayout.ShardRecordFile(shard.Shard);
        return JsonDocuments.WriteAsync(Store, Layout.File(version, path), shard, PutCondition.None, cancellationToken);
    }

    /// <summary>
    /// Commits a version: run record, manifest, pointer to the latest, in this order; the pointer never moves back. Returns the manifest
    /// that is there, which is another
    /// attempt's where this run was committed before.
    /// </summary>
    /// <exception cref="StoreRefusedException">The version is another run's or another owner's, or was not planned.</exception>
    public async Task<VersionManifest> CommitAsync(VersionManifest manifest, RunRecord run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(run);
        var plan = await ReadPlanAsync(manifest.Version, cancellationToken)
            ?? throw new StoreRefusedException(
                $"{UriOf(manifest.Version)} has no {VersionLayout.PlanFile}; a version is committed after it was planned, so start the run again");
        CheckOwner(manifest.Version, plan.Owner, manifest.Owner);
        CheckRun(manifest.Version, plan.RunId, manifest.RunId);

        var committed = await ReadManifestAsync(manifest.Version, cancellationToken);
        if (committed is null)
        {
            await JsonDocuments.WriteAsync(Store, Layout.RunRecord(manifest.Version), run, PutCondition.None, cancellationToken);
            try
            {
                var key = Layout.File(manifest.Version, VersionLayout.ManifestFile);
                await JsonDocuments.WriteAsync(Store, key, manifest, PutCondition.IfNoneMatch, cancellationToken);
                committed = manifest;
            }
            catch (PreconditionFailedException)
            {
                committed = await ReadManifestAsync(manifest.Version, cancellationToken)
                    ?? throw new StoreRefusedException($"{UriOf(manifest.Version)} was removed while it was committed; start the run again");
            }
        }

        CheckRun(manifest.Version, committed.RunId, manifest.RunId);
        await MoveLatestAsync(manifest.Version, cancellationToken);
        return committed;
    }

    private Task MoveLatestAsync(int version, CancellationToken cancellationToken) => JsonDocuments.SwapAsync<LatestPointer>(
        Store,
        Layout.Latest,
        RemoveLatest,
        latest => latest?.Version >= version ? null : new LatestPointer { Version = version, Manifest = Layout.File(version, VersionLayout.ManifestFile) },
        cancellationToken);

    private Task<T?> ReadAsync<T>(int version, string path, CancellationToken cancellationToken)
        where T : class =>
        JsonDocuments.ReadAsync<T>(Store, Layout.File(version, path), Restore, cancellationToken);

    private void CheckHeader(int version, string path, string apiVersion, int number, TaskOwner found, TaskOwner? expected)
    {
        if (apiVersion != ApiGroup.GroupVersion)
        {
            throw new StoreRefusedException(
                $"{Store.UriOf(Layout.File(version, path))} is of apiVersion '{apiVersion}', and this program reads {ApiGroup.GroupVersion}; "
                + "use the program that wrote it or a newer one");
        }

        if (number != version)
        {
            throw Damaged(version, path, $"it describes version {number}");
        }

        if (expected is not null)
        {
            CheckOwner(version, found, expected);
        }
    }

    private void CheckOwner(int version, TaskOwner found, TaskOwner expected)
    {
        if (found != expected)
        {
            throw new StoreRefusedException(
                $"{UriOf(version)} belongs to {found.Namespace}/{found.Name}, not to {expected.Namespace}/{expected.Name}; "
                + $"set spec.output.name of {expected.Namespace}/{expected.Name} to a name of its own");
        }
    }

    private void CheckRun(int version, string found, string expected)
    {
        if (found != expected)
        {
            throw new StoreRefusedException(
                $"{UriOf(version)} belongs to run {found}, not to run {expected}; start the run again: it takes the next version");
        }
    }

    private StoreRefusedException Damaged(int version, string path, string why) =>
        new($"{Store.UriOf(Layout.File(version, path))} is damaged: {why}; {Restore}");
}
