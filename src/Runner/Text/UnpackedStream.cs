using System.IO.Compression;

namespace TextOps.Runner.Text;

/// <summary>
/// Unpacks gzip (RFC 1952, any number of members) and refuses what is cut off, damaged or a bomb. .NET's <see cref="GZipStream"/> takes a
/// packed file that lacks its end for a whole one, and ignores what follows a member. So a member of our own is appended: only where all
/// before it was whole is it the last to come out.
/// </summary>
internal sealed class UnpackedStream : ForwardStream
{
    private static readonly byte[] Seal = "\0end of the input"u8.ToArray();
    private static readonly byte[] PackedSeal = Pack(Seal);

    private readonly string _uri;
    private readonly long _limit;
    private readonly GZipStream _unpacker;
    private readonly byte[] _buffer = new byte[32 * 1024];
    private int _start;
    private int _end;
    private long _unpacked;
    private bool _ended;

    /// <param name="packed">The packed bytes; owned.</param>
    /// <param name="uri">The input, for messages.</param>
    /// <param name="packedBytes">How many packed bytes there are.</param>
    public UnpackedStream(Stream packed, string uri, long packedBytes, TextLimits limits)
    {
        _uri = uri;
        _limit = Math.Max(limits.UnpackedBytes, packedBytes * limits.UnpackedRatio);
        _unpacker = new GZipStream(new SealedStream(packed), CompressionMode.Decompress);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The last bytes are held back until it is known whether they are the seal.
        while (!_ended && _end - _start <= Seal.Length)
        {
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        var read = Math.Min(buffer.Length, _end - _start - Seal.Length);
        _buffer.AsSpan(_start, read).CopyTo(buffer.Span);
        _start += read;
        return read;
    }

    public override async ValueTask DisposeAsync()
    {
        await _unpacker.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unpacker.Dispose();
        }

        base.Dispose(disposing);
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var packer = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            packer.Write(bytes);
        }

        return packed.ToArray();
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        int read;
        try
        {
            read = await _unpacker.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException exception)
        {
            throw new InputException($"{_uri} is not whole gzip data: {exception.Message} Pack it again, or remove .gz from its name if it is not packed", exception);
        }

        _end += read;
        _unpacked += read;
        if (_unpacked - Seal.Length > _limit)
        {
            throw new InputException($"{_uri} unpacks to more than {_limit} bytes, too many for its size; split it into smaller files or store it unpacked");
        }

        if (read == 0)
        {
            _ended = true;
            if (!_buffer.AsSpan(_start, _end - _start).EndsWith(Seal))
            {
                throw new InputException($"{_uri} is not whole gzip data: it is cut off, or something else follows it; pack it again");
            }
        }
    }

    /// <summary>The packed bytes and then the seal.</summary>
    private sealed class SealedStream(Stream packed) : ForwardStream
    {
        private int _sealRead = -1;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_sealRead < 0)
            {
                var read = await packed.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (read > 0 || buffer.IsEmpty)
                {
                    return read;
                }

                _sealRead = 0;
            }

            var count = Math.Min(buffer.Length, PackedSeal.Length - _sealRead);
            PackedSeal.AsSpan(_sealRead, count).CopyTo(buffer.Span);
            _sealRead += count;
            return count;
        }

        public override async ValueTask DisposeAsync()
        {
            await packed.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                packed.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
