using TextOps.Artifacts.Stores;
using TextOps.Crds;

namespace TextOps.Artifacts.Registry;

/// <summary>The evidence of versions: which stages they passed. It lies in the version's folder, beside the files that the card lists, and goes with the version.</summary>
public sealed class ModelEvidence
{
    private const string Repair = "remove the file: the stage judges the version again";

    private readonly ModelRegistry registry;

    internal ModelEvidence(ModelRegistry registry) => this.registry = registry;

    /// <summary>URI of the evidence that a version passed a stage, whether it is there or not.</summary>
    public string UriOf(string name, int version, string stage, string digest) => registry.Store.UriOf(KeyOf(name, version, stage, digest));

    /// <summary>The evidence that the version with this digest passed a stage; null where there is none.</summary>
    /// <exception cref="StoreRefusedException">It is damaged, or says something else than its name.</exception>
    public async Task<StageEvidence?> ReadAsync(string name, int version, string stage, string digest, CancellationToken cancellationToken)
    {
        var key = KeyOf(name, version, stage, digest);
        return await JsonDocuments.ReadAsync<StageEvidence>(registry.Store, key, Repair, cancellationToken) is { } found ? Check(found, key, version, stage, digest) : null;
    }

    /// <summary>
    /// Writes evidence of a version: creates it, or replaces the one that was judged by something else, as one step among writers that do so. Answers the evidence that is there then: the
    /// one that was there where it was judged by the same.
    /// </summary>
    /// <exception cref="StoreRefusedException">The version was removed in the meantime, or the evidence that is there is damaged.</exception>
    public async Task<StageEvidence> WriteAsync(string name, StageEvidence evidence, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var key = KeyOf(name, evidence.Version, evidence.Stage, evidence.Digest);
        if (evidence.ApiVersion != ApiGroup.GroupVersion || evidence.Kind != StageEvidence.DocumentKind)
        {
            throw new ArgumentException($"evidence is of apiVersion {ApiGroup.GroupVersion} and kind {StageEvidence.DocumentKind}", nameof(evidence));
        }

        StageEvidence? before = null;
        var written = await JsonDocuments.SwapAsync<StageEvidence>(
            registry.Store,
            key,
            Repair,
            current =>
            {
                before = current is null ? null : Check(current, key, evidence.Version, evidence.Stage, evidence.Digest);
                return before?.Judged == evidence.Judged ? null : evidence;
            },
            cancellationToken);

        // As with aliases: who removes the version removes what lies in its folder, or the card is gone now.
        if (!await registry.IsCommittedAsync(registry.LayoutOf(name), evidence.Version, cancellationToken))
        {
            await registry.Store.DeleteAsync(key, cancellationToken);
            throw new StoreRefusedException($"{registry.UriOf(name, evidence.Version)} was removed while evidence of it was written; choose a version that is there");
        }

        return written ?? before!;
    }

    private StageEvidence Check(StageEvidence found, string key, int version, string stage, string digest)
    {
        // Whatever the name of a file says: what was copied from another version is no evidence of this one.
        var fault = found switch
        {
            { ApiVersion: not ApiGroup.GroupVersion } or { Kind: not StageEvidence.DocumentKind } =>
                $"it is of apiVersion '{found.ApiVersion}' and kind '{found.Kind}', not {ApiGroup.GroupVersion} and {StageEvidence.DocumentKind}",
            _ when found.Version != version || found.Stage != stage || found.Digest != digest => $"it is about stage '{found.Stage}', version {found.Version} and digest {found.Digest}",
            _ when found.Gates.Contains(null) => "gates has an item that is null",
            _ when found.Gates.FirstOrDefault(gate => !gate.Passed) is { } failed => $"its gate '{failed.Name}' does not hold",
            _ => null,
        };
        return fault is null ? found : throw new StoreRefusedException($"{registry.Store.UriOf(key)} is damaged: {fault}; {Repair}");
    }

    private string KeyOf(string name, int version, string stage, string digest) => (ModelLayout.IsAlias(stage), ModelLayout.IsDigest(digest)) switch
    {
        (false, _) => throw new StoreRefusedException($"{registry.UriOf(name, version)}: '{stage}' is no name of a stage; use lower-case letters, digits and '-', a letter or digit first and last"),
        (_, false) => throw new StoreRefusedException($"{registry.UriOf(name, version)}: '{digest}' is no digest; write sha256: and 64 lower-case hex digits"),
        _ => registry.LayoutOf(name).Evidence(version, stage, digest),
    };
}
