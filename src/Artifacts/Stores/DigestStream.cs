using System.Buffers;
using System.Security.Cryptography;

namespace TextOps.Artifacts.Stores;

/// <summary>
/// Buffers what is written, counts and hashes it and hands it on. Disposing does not close the stream beneath; <see cref="CompleteAsync"/> ends it.
/// A fault of the stream beneath sticks: writers that swallow it (as some do when they are disposed of) cannot make a short object look whole.
/// </summary>
internal sealed class DigestStream(Stream inner, Func<Exception, Exception?>? translate = null) : Stream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private int buffered;
    private long bytes;
    private Exception? fault;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => bytes + buffered;
        set => throw new NotSupportedException();
    }

    /// <summary>Hands on the rest. Returns how many bytes there were and their SHA-256 as lower-case hex digits.</summary>
    public async Task<(long Bytes, string Sha256)> CompleteAsync(CancellationToken cancellationToken)
    {
        await DrainAsync(cancellationToken);
        return (bytes, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfFaulted();
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Fill(buffer.Span)..];
            if (buffered == this.buffer.Length)
            {
                await DrainAsync(cancellationToken);
            }
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ThrowIfFaulted();
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Fill(buffer)..];
            if (buffered == this.buffer.Length)
            {
                Drain();
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    // Writers flush at every turn; only the end of the object matters.
    public override void Flush() => ThrowIfFaulted();

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        ThrowIfFaulted();
        return Task.CompletedTask;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Gives back buffer and hash state. (Not in Dispose, which belongs to the writer that fills the stream.)</summary>
    public void Release()
    {
        hash.Dispose();
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        fault ??= new ObjectDisposedException(nameof(DigestStream));
    }

    private int Fill(ReadOnlySpan<byte> source)
    {
        var count = Math.Min(source.Length, buffer.Length - buffered);
        source[..count].CopyTo(buffer.AsSpan(buffered));
        buffered += count;
        return count;
    }

    private async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        ThrowIfFaulted();
        try
        {
            await inner.WriteAsync(Take(), cancellationToken);
        }
        catch (Exception exception)
        {
            fault = translate?.Invoke(exception) ?? exception;
            ThrowIfFaulted();
        }
    }

    private void Drain()
    {
        ThrowIfFaulted();
        try
        {
            inner.Write(Take().Span);
        }
        catch (Exception exception)
        {
            fault = translate?.Invoke(exception) ?? exception;
            ThrowIfFaulted();
        }
    }

    private ReadOnlyMemory<byte> Take()
    {
        var taken = buffer.AsMemory(0, buffered);
        hash.AppendData(taken.Span);
        bytes += buffered;
        buffered = 0;
        return taken;
    }

    private void ThrowIfFaulted()
    {
        if (fault is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        }
    }
}
