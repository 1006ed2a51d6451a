using TextOps.Runner.Text;

namespace TextOps.Runner.Embed;

/// <summary>A part that is being filled: rows of a shard that follow one another.</summary>
/// <param name="sequence">Its number in the shard, from 0.</param>
/// <param name="firstRow">Index of its first row in the shard.</param>
/// <param name="firstByte">How many bytes of the shard's ranges lie before that row.</param>
internal sealed class Part(int sequence, long firstRow, long firstByte)
{
    private readonly List<EncodedChunk> chunks = [];
    private readonly List<CheckedRow> rejects = [];
    private long textBytes;

    /// <summary>Its number in the shard, from 0.</summary>
    public int Sequence => sequence;

    /// <summary>Index of its first row in the shard.</summary>
    public long FirstRow => firstRow;

    /// <summary>Rows read.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows that have chunks.</summary>
    public long Embedded => Rows - rejects.Count;

    /// <summary>Chunks, by row and index.</summary>
    public IReadOnlyList<EncodedChunk> Chunks => chunks;

    /// <summary>Rejected rows without their texts, in order.</summary>
    public IReadOnlyList<CheckedRow> Rejects => rejects;

    /// <summary>Tokens of the chunks, special ones included.</summary>
    public long Tokens { get; private set; }

    /// <summary>Chunks that lost their end to the model's limit.</summary>
    public long Truncated { get; private set; }

    /// <summary>Chunks that were left out of rows, because the model knows none of their tokens.</summary>
    public long Unknown { get; private set; }

    /// <summary>Bytes of the shard's ranges that its rows take.</summary>
    public long InputBytes { get; private set; }

    /// <summary>URI of the input of its last row; null where it has none.</summary>
    public string? LastInput { get; private set; }

    /// <summary>Adds the next row.</summary>
    public void Add(in EncodedRow encoded)
    {
        var row = encoded.Row;
        Rows++;
        LastInput = row.Input;
        InputBytes = row.BytesConsumed - firstByte;
        textBytes += (row.Text?.Length ?? 0) * (long)sizeof(char);
        if (encoded.Reject is { } reason)
        {
            rejects.Add(new CheckedRow(row with { Text = null, Metadata = null }, reason));
            return;
        }

        Unknown += encoded.Unknown;
        foreach (var chunk in encoded.Chunks)
        {
            chunks.Add(chunk);
            Tokens += chunk.Ids.Length;
            Truncated += chunk.Truncated ? 1 : 0;
        }
    }

    /// <summary>Whether no further row may be added.</summary>
    public bool IsFull(PartLimits limits) =>
        chunks.Count >= limits.Chunks || Tokens >= limits.Tokens || textBytes >= limits.TextBytes || rejects.Count >= limits.Rejects;
}
