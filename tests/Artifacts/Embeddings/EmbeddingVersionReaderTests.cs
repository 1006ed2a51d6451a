using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Tests.Stores;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Embeddings;

public sealed class EmbeddingVersionReaderTests : IDisposable
{
    private const string Jsonl = "embeddings/tickets/v000001/part-00000-00001.jsonl";
    private const string Npy = "embeddings/tickets/v000001/part-00000-00001.npy";

    private readonly TemporaryFolder folder = new();
    private readonly FileObjectStore store;
    private readonly EmbeddingVersions versions;

    public EmbeddingVersionReaderTests()
    {
        store = new FileObjectStore(folder.Path);
        versions = new EmbeddingVersions(store, "tickets");
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(EmbeddingFormat.Jsonl)]
    [InlineData(EmbeddingFormat.Npy)]
    public async Task Chunks_come_with_their_vectors_in_order_and_in_batches(EmbeddingFormat format)
    {
        await WriteVersionAsync(format, 5, 2500);
        var reader = await EmbeddingVersionReader.OpenAsync(versions, version: null, CancellationToken.None);
        var (number, batches) = (0, 0);
        await foreach (var batch in reader.ReadAsync(verify: true, CancellationToken.None))
        {
            batches++;
            Assert.InRange(batch.Chunks.Count, 1, 1024);
            for (var index = 0; index < batch.Chunks.Count; index++, number++)
            {
                var expected = Documents.Chunk(number);
                Assert.Equal(expected.Vector!, batch.Vector(index));
                Assert.Equivalent(expected with { Vector = null, Metadata = null }, batch.Chunks[index] with { Metadata = null }, strict: true);
                Assert.Equal(number, batch.Chunks[index].Metadata!["label"].GetInt32());
                Assert.Equal(number < 5 ? 0 : 1, batch.Part.Sequence);
            }
        }

        Assert.Equal((2505, 4), (number, batches));
    }

    [Fact]
    public async Task Parts_without_chunks_need_no_files()
    {
        await versions.TryCreatePlanAsync(Documents.Plan(), CancellationToken.None);
        await versions.CommitAsync(Documents.Manifest(parts: Documents.Part() with { Chunks = 0 }), Documents.Run(), CancellationToken.None);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Versions_that_are_not_committed_are_refused_with_those_that_are()
    {
        await RefusedAsync(() => EmbeddingVersionReader.OpenAsync(versions, version: null, CancellationToken.None), "embeddings/tickets has no latest version, and there is no other");
        await versions.CommitAsync(1);
        await versions.CommitAsync(2);
        await versions.TryCreatePlanAsync(Documents.Plan(3), CancellationToken.None);
        foreach (var version in new[] { 3, 4 })
        {
            await RefusedAsync(
                () => EmbeddingVersionReader.OpenAsync(versions, version, CancellationToken.None),
                $"v00000{version} is not a committed version; choose one of these: 1, 2");
        }

        Assert.Equal(1, (await EmbeddingVersionReader.OpenAsync(versions, 1, CancellationToken.None)).Manifest.Version);
        Assert.Equal(2, (await EmbeddingVersionReader.OpenAsync(versions, version: null, CancellationToken.None)).Manifest.Version);
    }

    [Fact]
    public async Task A_changed_byte_is_found_before_anything_of_the_part_is_given_out()
    {
        await WriteVersionAsync(EmbeddingFormat.Jsonl, 5, 5);
        var text = await store.ReadTextAsync(Jsonl);
        await store.PutTextAsync(Jsonl, text.Replace("text 9", "text 8", StringComparison.Ordinal));

        Assert.Equal(10, await CountAsync(verify: false));
        var reader = await EmbeddingVersionReader.OpenAsync(versions, 1, CancellationToken.None);
        var read = 0;
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(async () =>
        {
            await foreach (var batch in reader.ReadAsync(verify: true, CancellationToken.None))
            {
                read += batch.Chunks.Count;
            }
        });
        Assert.Contains($"{store.Uri}/{Jsonl} is damaged: its SHA-256 is ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(5, read);
    }

    [Theory]
    [InlineData("missing", "it is missing")]
    [InlineData("short", "fewer chunks than the 5")]
    [InlineData("long", "more chunks than the 5")]
    [InlineData("cut", "is damaged: ")]
    [InlineData("no vector", "chunk chunk-5 has a vector of 0 values, and the manifest says 3")]
    [InlineData("null", "a line is null")]
    public async Task Damaged_chunk_files_are_named(string damage, string message)
    {
        await WriteVersionAsync(EmbeddingFormat.Jsonl, 5, 5);
        var text = await store.ReadTextAsync(Jsonl);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (damage == "missing")
        {
            await store.DeleteAsync(Jsonl, CancellationToken.None);
        }
        else
        {
            await store.PutTextAsync(Jsonl, damage switch
            {
                "short" => string.Join('\n', lines[..4]),
                "long" => text + lines[0],
                "cut" => text[..^20],
                "no vector" => text.Replace("\"vector\"", "\"vectors\"", StringComparison.Ordinal),
                _ => "null\n" + text,
            });
        }

        await RefusedAsync(() => CountAsync(), message, Jsonl);
    }

    [Theory]
    [InlineData(0, 2, "ends within its header")]
    [InlineData(-4, 0, "makes")]
    [InlineData(4, 0, "makes")]
    public async Task Vector_files_of_another_size_are_named(int change, int keep, string message)
    {
        await WriteVersionAsync(EmbeddingFormat.Npy, 5, 5);
        var path = folder.File(Npy);
        var bytes = await File.ReadAllBytesAsync(path);
        Array.Resize(ref bytes, keep > 0 ? keep : bytes.Length + change);
        await File.WriteAllBytesAsync(path, bytes);
        var manifest = await versions.ReadManifestAsync(1, CancellationToken.None);
        var parts = manifest!.Parts.Select(part => part with
        {
            Files = [.. part.Files.Select(file => Npy.EndsWith(file.Path, StringComparison.Ordinal) ? file with { Bytes = bytes.Length } : file)],
        });
        await JsonDocuments.WriteAsync(store, "embeddings/tickets/v000001/manifest.json", manifest with { Parts = [.. parts] }, PutCondition.None, CancellationToken.None);

        await RefusedAsync(() => CountAsync(), message, Npy);
    }

    [Fact]
    public async Task Vector_files_that_lost_their_end_are_named()
    {
        await WriteVersionAsync(EmbeddingFormat.Npy, 5, 5);
        await using (var file = File.OpenWrite(folder.File(Npy)))
        {
            file.SetLength(file.Length - 4);
        }

        await RefusedAsync(() => CountAsync(), "it ends within its data", Npy);
    }

    private static async Task RefusedAsync(Func<Task> action, params string[] messages)
    {
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(action);
        Assert.All(messages, message => Assert.Contains(message, refused.Message, StringComparison.Ordinal));
    }

    private async Task WriteVersionAsync(EmbeddingFormat format, params int[] counts)
    {
        await versions.TryCreatePlanAsync(Documents.Plan(), CancellationToken.None);
        var parts = new List<PartRecord>();
        var first = 0;
        foreach (var count in counts)
        {
            parts.Add(await versions.WritePartAsync(format, parts.Count, first, count));
            first += count;
        }

        await versions.CommitAsync(Documents.Manifest(format: format, parts: parts), Documents.Run(), CancellationToken.None);
    }

    private async Task<int> CountAsync(bool verify = false)
    {
        var reader = await EmbeddingVersionReader.OpenAsync(versions, 1, CancellationToken.None);
        var count = 0;
        await foreach (var batch in reader.ReadAsync(verify, CancellationToken.None))
        {
            count += batch.Chunks.Count;
        }

        return count;
    }
}
