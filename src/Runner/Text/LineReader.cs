using System.Buffers;

namespace TextOps.Runner.Text;

/// <summary>
/// Lines of a stream as bytes, in a buffer that never grows past the longest line allowed. A line ends with LF or CR LF or the stream's end; nothing after
/// the last ending is no line. A UTF-8 byte order mark at offset 0 belongs to no line. Does not own the stream.
/// </summary>
/// <param name="stream">Where lines come from.</param>
/// <param name="position">Offset of the stream's next byte in the input.</param>
internal sealed class LineReader(Stream stream, long position, TextLimits limits) : IDisposable
{
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(16, limits.BufferBytes));
    private int start;
    private int end;
    private int lineStart;
    private int lineLength;
    private int endingLength;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Offset of the next byte that no line has taken yet.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Offset of the line's first byte.</summary>
    public long LineOffset { get; private set; }

    /// <summary>Whether the line was longer than the limit; its bytes are gone.</summary>
    public bool LineTooLong { get; private set; }

    /// <summary>The line without its ending, until the next call.</summary>
    public ReadOnlySpan<byte> Line => buffer.AsSpan(lineStart, lineLength);

    /// <summary>The ending of a line that was not too long: LF, CR LF, or nothing at the stream's end.</summary>
    public ReadOnlySpan<byte> Ending => endingLength switch { 0 => [], 1 => "\n"u8, _ => "\r\n"u8 };

    /// <summary>Goes to the next line; false at the end.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        LineOffset = Position;
        LineTooLong = false;
        var scanned = 0;
        while (true)
        {
            var ending = buffer.AsSpan(start + scanned, end - start - scanned).IndexOf((byte)'\n');
            if (ending >= 0)
            {
                Take(scanned + ending, endingBytes: 1);
                return true;
            }

            scanned = end - start;
            if (scanned > limits.LineBytes + 1)
            {
                // One byte more than the limit may still be the CR of the ending.
                LineTooLong = true;
            }

            if (LineTooLong)
            {
                Drop(scanned);
                scanned = 0;
            }

            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                var remains = LineTooLong || (scanned > 0 && !(LineOffset == 0 && buffer.AsSpan(start, scanned).SequenceEqual(ByteOrderMark)));
                Take(scanned, endingBytes: 0);
                return remains;
            }
        }
    }

    /// <summary>Passes over everything up to and including the next LF, whatever its length.</summary>
    public async ValueTask SkipLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var ending = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (ending >= 0)
            {
                Drop(ending + 1);
                return;
            }

            Drop(end - start);
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
            start = end = lineStart = lineLength = 0;
        }
    }

    private void Take(int length, int endingBytes)
    {
        var line = buffer.AsSpan(start, length);
        endingLength = endingBytes;
        if (endingBytes > 0 && line is [.., (byte)'\r'])
        {
            line = line[..^1];
            endingLength++;
        }

        lineStart = start;
        if (LineOffset == 0 && !LineTooLong && line.StartsWith(ByteOrderMark))
        {
            line = line[ByteOrderMark.Length..];
            lineStart += ByteOrderMark.Length;
        }

        LineTooLong |= line.Length > limits.LineBytes;
        lineLength = LineTooLong ? 0 : line.Length;
        Drop(length + endingBytes);
    }

    private void Drop(int bytes)
    {
        start += bytes;
        Position += bytes;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (start == end)
        {
            start = end = 0;
        }
        else if (end == buffer.Length && start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }
        else if (end == buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
            buffer.AsSpan(0, end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        var read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken).ConfigureAwait(false);
        end += read;
        return read > 0;
    }
}
