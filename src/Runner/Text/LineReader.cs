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
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(16, limits.BufferBytes));
    private int _start;
    private int _end;
    private int _lineStart;
    private int _lineLength;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Offset of the next byte that no line has taken yet.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Offset of the line's first byte.</summary>
    public long LineOffset { get; private set; }

    /// <summary>Whether the line was longer than the limit; its bytes are gone.</summary>
    public bool LineTooLong { get; private set; }

    /// <summary>The line without its ending, until the next call.</summary>
    public ReadOnlySpan<byte> Line => _buffer.AsSpan(_lineStart, _lineLength);

    /// <summary>Goes to the next line; false at the end.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        LineOffset = Position;
        LineTooLong = false;
        var scanned = 0;
        while (true)
        {
            var ending = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (ending >= 0)
            {
                Take(scanned + ending, endingBytes: 1);
                return true;
            }

            scanned = _end - _start;
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
                var remains = LineTooLong || (scanned > 0 && !(LineOffset == 0 && _buffer.AsSpan(_start, scanned).SequenceEqual(ByteOrderMark)));
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
            var ending = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (ending >= 0)
            {
                Drop(ending + 1);
                return;
            }

            Drop(_end - _start);
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _start = _end = _lineStart = _lineLength = 0;
        }
    }

    private void Take(int length, int endingBytes)
    {
        var line = _buffer.AsSpan(_start, length);
        if (endingBytes > 0 && line is [.., (byte)'\r'])
        {
            line = line[..^1];
        }

        _lineStart = _start;
        if (LineOffset == 0 && !LineTooLong && line.StartsWith(ByteOrderMark))
        {
            line = line[ByteOrderMark.Length..];
            _lineStart += ByteOrderMark.Length;
        }

        LineTooLong |= line.Length > limits.LineBytes;
        _lineLength = LineTooLong ? 0 : line.Length;
        Drop(length + endingBytes);
    }

    private void Drop(int bytes)
    {
        _start += bytes;
        Position += bytes;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length && _start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        else if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }
}
