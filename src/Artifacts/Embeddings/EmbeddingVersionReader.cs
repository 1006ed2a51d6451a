using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;

namespace TextOps.Artifacts.Embeddings;

/// <summary>Reads a committed version, part after part, in bounded memory.</summary>
public sealed class EmbeddingVersionReader
{
    private const int BatchChunks = 1024;

    private static readonly JsonSerializerOptions LineOptions = new(Json.Objects) { RespectNullableAnnotations = true };

    private readonly EmbeddingVersions versions;

    private EmbeddingVersionReader(EmbeddingVersions versions, VersionManifest manifest) => (this.versions, Manifest) = (versions, manifest);

    /// <summary>The version's manifest.</summary>
    public VersionManifest Manifest { get; }

    /// <summary>Opens a version; the latest where <paramref name="version"/> is null.</summary>
    /// <exception cref="StoreRefusedException">There is no such version, or it was not committed; the message says which there are.</exception>
    public static async Task<EmbeddingVersionReader> OpenAsync(EmbeddingVersions versions, int? version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(versions);
        var number = version ?? (await versions.ReadLatestAsync(cancellationToken))?.Version;
        return number is { } wanted && await versions.ReadManifestAsync(wanted, cancellationToken) is { } manifest
            ? new EmbeddingVersionReader(versions, manifest)
            : throw await NotCommittedAsync(versions, number, cancellationToken);
    }

    /// <summary>The chunks with their vectors, in the manifest's order, at most 1,024 at a time and never of two parts.</summary>
    /// <param name="verify">Whether each part's files are compared with the digests in the manifest before anything of them is given out;
    /// reads them twice.</param>
    /// <exception cref="StoreRefusedException">A part is damaged or missing; the message names its file.</exception>
    public async IAsyncEnumerable<EmbeddingBatch> ReadAsync(bool verify, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var part in Manifest.Parts)
        {
            if (verify)
            {
                foreach (var file in part.Files)
                {
                    await VerifyAsync(file, cancellationToken);
                }
            }

            if (part.Chunks > 0)
            {
                await foreach (var batch in ReadPartAsync(part, cancellationToken))
                {
                    yield return batch;
                }
            }
        }
    }

    /// <summary>Compares a file of the version with its digest in the manifest.</summary>
    /// <exception cref="StoreRefusedException">It differs or is missing.</exception>
    public async Task VerifyAsync(VersionFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        await using var content = await OpenAsync(file, cancellationToken);
        var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        if (found != file.Sha256)
        {
            throw Damaged(file, $"its SHA-256 is {found}, and the manifest says {file.Sha256}");
        }
    }

    private static async Task<StoreRefusedException> NotCommittedAsync(EmbeddingVersions versions, int? wanted, CancellationToken cancellationToken)
    {
        var committed = (await versions.ListVersionsAsync(cancellationToken)).Where(state => state.Committed).Select(state => state.Version).ToList();
        var what = wanted is { } number
            ? $"{versions.UriOf(number)} is not a committed version"
            : $"{versions.Store.UriOf(versions.Layout.Folder[..^1])} has no latest version";
        return new StoreRefusedException(committed.Count == 0
            ? $"{what}, and there is no other; run the job that writes it"
            : $"{what}; choose one of these: {string.Join(", ", committed)}");
    }

    private async IAsyncEnumerable<EmbeddingBatch> ReadPartAsync(PartRecord part, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var chunksFile = FileOf(part, VersionLayout.ChunksFile(part.Shard, part.Sequence));
        var vectorsFile = Manifest.Format is EmbeddingFormat.Npy ? FileOf(part, VersionLayout.VectorsFile(part.Shard, part.Sequence)) : null;
        await using var chunksContent = await OpenAsync(chunksFile, cancellationToken);
        await using var vectorsContent = vectorsFile is null ? null : await OpenVectorsAsync(part, vectorsFile, cancellationToken);
        await using var lines = JsonSerializer
            .DeserializeAsyncEnumerable<ChunkRecord>(chunksContent, topLevelValues: true, LineOptions, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);

        for (var left = part.Chunks; left > 0;)
        {
            var chunks = new ChunkRecord[(int)Math.Min(left, BatchChunks)];
            var vectors = new float[chunks.Length * Manifest.Dimensions];
            for (var index = 0; index < chunks.Length; index++)
            {
                var chunk = await NextAsync(lines, chunksFile, cancellationToken)
                    ?? throw Damaged(chunksFile, $"it has fewer chunks than the {part.Chunks} that the manifest says");
                if (vectorsContent is null)
                {
                    CopyVector(chunk, chunksFile, vectors.AsSpan(index * Manifest.Dimensions, Manifest.Dimensions));
                }

                chunks[index] = chunk with { Vector = null };
            }

            if (vectorsContent is not null)
            {
                await ReadVectorsAsync(vectorsContent, vectorsFile!, vectors, cancellationToken);
            }

            left -= chunks.Length;
            yield return new EmbeddingBatch { Part = part, Chunks = chunks, Vectors = vectors, Dimensions = Manifest.Dimensions };
        }

        if (await NextAsync(lines, chunksFile, cancellationToken) is not null)
        {
            throw Damaged(chunksFile, $"it has more chunks than the {part.Chunks} that the manifest says");
        }
    }

    private async Task ReadVectorsAsync(Stream content, VersionFile file, Memory<float> vectors, CancellationToken cancellationToken)
    {
        try
        {
            await NpyFile.ReadValuesAsync(content, vectors, cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(file, exception.Message);
        }
    }

    private async Task<ChunkRecord?> NextAsync(IAsyncEnumerator<ChunkRecord?> lines, VersionFile file, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await lines.MoveNextAsync() ? lines.Current ?? throw new JsonException("a line is null") : null;
        }
        catch (JsonException exception)
        {
            throw Damaged(file, exception.Message);
        }
    }

    private void CopyVector(ChunkRecord chunk, VersionFile file, Span<float> target)
    {
        if (chunk.Vector?.Length != target.Length)
        {
            throw Damaged(file, $"chunk {chunk.Id} has a vector of {chunk.Vector?.Length ?? 0} values, and the manifest says {target.Length}");
        }

        chunk.Vector.CopyTo(target);
    }

    private async Task<Stream> OpenVectorsAsync(PartRecord part, VersionFile file, CancellationToken cancellationToken)
    {
        var content = await OpenAsync(file, cancellationToken);
        try
        {
            var (rows, columns) = await NpyFile.ReadHeaderAsync(content, file.Bytes, cancellationToken);
            return rows == part.Chunks && columns == Manifest.Dimensions
                ? content
                : throw Damaged(file, $"its shape is ({rows}, {columns}), and the manifest says ({part.Chunks}, {Manifest.Dimensions})");
        }
        catch (InvalidDataException exception)
        {
            await content.DisposeAsync();
            throw Damaged(file, exception.Message);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    private VersionFile FileOf(PartRecord part, string path) =>
        part.Files.FirstOrDefault(file => file.Path == path)
        ?? throw new StoreRefusedException(
            $"{versions.Store.UriOf(versions.Layout.File(Manifest.Version, VersionLayout.ManifestFile))} is damaged: "
            + $"part {part.Sequence} of shard {part.Shard} has no file {path}; run the job again with annotation textops.dev/rerun");

    private async Task<Stream> OpenAsync(VersionFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await versions.Store.OpenReadAsync(versions.Layout.File(Manifest.Version, file.Path), offset: 0, cancellationToken);
        }
        catch (ObjectNotFoundException)
        {
            throw Damaged(file, "it is missing");
        }
    }

    private StoreRefusedException Damaged(VersionFile file, string why) => new(
        $"{versions.Store.UriOf(versions.Layout.File(Manifest.Version, file.Path))} is damaged: {why}; "
        + "restore it from a copy of the store, or make a new version with annotation textops.dev/rerun");
}
