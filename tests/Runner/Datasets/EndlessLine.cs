namespace TextOps.Runner.Tests.Datasets;

/// <summary>Some bytes, and then many letters that nobody holds, with a line end after each so many where asked for.</summary>
internal sealed class EndlessLine(byte[] before, long letters, int lineEvery = 0) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => before.Length + letters;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, Length - Position);
        var known = (int)Math.Clamp(before.Length - Position, 0, count);
        before.AsSpan((int)Math.Min(Position, before.Length), known).CopyTo(buffer);
        buffer[known..count].Fill((byte)'x');
        for (var at = known; lineEvery > 0 && at < count; at++)
        {
            buffer[at] = (Position + at) % lineEvery == 0 ? (byte)'\n' : (byte)'x';
        }

        Position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
