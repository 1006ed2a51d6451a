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

    private readonly string uri;
    private readonly long limit;
    private readonly byte[] buffer = new byte[32 * 1024];
    private int start;
    private int end;
    private long unpacked;
    private bool ended;

    /// <param name="packed">The packed bytes; owned.</param>
    /// <param name="uri">The input, for messages.</param>
    /// <param name="packedBytes">How many packed bytes there are.</param>
    public UnpackedStream(Stream packed, string uri, long packedBytes, TextLimits limits)
        : base(new GZipStream(new SealedStream(packed), CompressionMode.Decompress))
    {
        this.uri = uri;
        limit = Math.Max(limits.UnpackedBytes, packedBytes * limits.UnpackedRatio);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The last bytes are held back until it is known whether they are the seal.
        while (!ended && end - start <= Seal.Length)
        {
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        var read = Math.Min(buffer.Length, end - start - Seal.Length);
        this.buffer.AsSpan(start, read).CopyTo(buffer.Span);
        start += read;
        return read;
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
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        end -= start;
        start = 0;
        int read;
        try
        {
            read = await Source.ReadAsync(buffer.AsMemory(end), cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException exception)
        {
            throw new InputException($"{uri} is not whole gzip data: it is damaged, cut off, or not packed at all; pack it again, or remove .gz from its name", exception);
        }

        end += read;
        unpacked += read;
        if (unpacked - Seal.Length > limit)
        {
            throw new InputException($"{uri} unpacks to more than {limit} bytes, too many for its size; split it into smaller files or store it unpacked");
        }

        if (read == 0)
        {
            ended = true;
            if (!buffer.AsSpan(start, end - start).EndsWith(Seal))
            {
                throw new InputException($"{uri} is not whole gzip data: it is cut off, or something else follows it; pack it again");
            }
        }
    }

    /// <summary>The packed bytes and then the seal.</summary>
    private sealed class SealedStream(Stream packed) : ForwardStream(packed)
    {
        private int sealRead = -1;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (sealRead < 0)
            {
                var read = await Source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (read > 0 || buffer.IsEmpty)
                {
                    return read;
                }

                sealRead = 0;
            }

            var count = Math.Min(buffer.Length, PackedSeal.Length - sealRead);
            PackedSeal.AsSpan(sealRead, count).CopyTo(buffer.Span);
            sealRead += count;
            return count;
        }
    }
}
