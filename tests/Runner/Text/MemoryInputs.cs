using System.IO.Compression;
using TextOps.Artifacts.Embeddings;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Text;

/// <summary>Inputs that the test holds in memory, and what the reader makes of them.</summary>
internal sealed class MemoryInputs
{
    private readonly List<(PinnedInput Input, Func<Stream> Open)> inputs = [];

    /// <summary>The inputs as a plan would pin them.</summary>
    public IReadOnlyList<PinnedInput> Pinned => [.. inputs.Select(input => input.Input)];

    /// <summary>How many bytes a read of an opened input returns at most.</summary>
    public int ReadSize { get; init; } = int.MaxValue;

    public TextSource Source { get; init; } = new() { Uri = "file:///in/" };

    public TextLimits Limits { get; init; } = TextLimits.Default;

    public static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    public static byte[] Gzip(params byte[][] members)
    {
        using var packed = new MemoryStream();
        foreach (var member in members)
        {
            using var packer = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true);
            packer.Write(member);
        }

        return packed.ToArray();
    }

    public MemoryInputs With(string name, byte[] content, long? pinnedBytes = null) => With(name, pinnedBytes ?? content.Length, () => new MemoryStream(content));

    public MemoryInputs With(string name, long bytes, Func<Stream> open)
    {
        inputs.Add((new PinnedInput { Uri = "file:///in/" + name, Bytes = bytes, ETag = name }, open));
        return this;
    }

    /// <summary>All rows, read in one shard.</summary>
    public Task<List<SourceRow>> RowsAsync() => RowsAsync([.. ShardPlanner.Cut(Pinned, 1)[0].Ranges]);

    public async Task<List<SourceRow>> RowsAsync(params InputRange[] ranges)
    {
        var rows = new List<SourceRow>();
        await foreach (var row in ReadAsync(ranges))
        {
            rows.Add(row);
        }

        return rows;
    }

    public IAsyncEnumerable<SourceRow> ReadAsync(IReadOnlyList<InputRange> ranges, CancellationToken cancellationToken = default) =>
        TextSourceReader.ReadAsync(Pinned, ranges, Source, OpenAsync, Limits, cancellationToken);

    private Task<Stream> OpenAsync(string uri, long offset, CancellationToken cancellationToken)
    {
        var open = inputs.Find(input => input.Input.Uri == uri).Open ?? throw new FileNotFoundException(uri);
        var stream = open();
        if (offset > 0)
        {
            stream.Position = offset;
        }

        return Task.FromResult<Stream>(ReadSize == int.MaxValue ? stream : new ShortReads(stream, ReadSize));
    }

    private sealed class ShortReads(Stream inner, int size) : ForwardStream(inner)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await Source.ReadAsync(buffer[..Math.Min(buffer.Length, size)], cancellationToken);
    }
}
