using TextOps.Artifacts.Embeddings;

namespace TextOps.Runner.Text;

/// <summary>
/// The bytes that an input had when the version was planned: what was appended since is not read, and an input that has become shorter is refused.
/// </summary>
/// <param name="inner">The input from <paramref name="offset"/> on; owned.</param>
/// <param name="offset">Offset of its next byte.</param>
internal sealed class PinnedStream(Stream inner, PinnedInput input, long offset) : ForwardStream(inner)
{
    /// <summary>Offset of the next byte.</summary>
    public long Offset { get; private set; } = offset;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var left = input.Bytes - Offset;
        if (left <= 0 || buffer.IsEmpty)
        {
            return 0;
        }

        var read = await Source.ReadAsync(buffer[..(int)Math.Min(left, buffer.Length)], cancellationToken).ConfigureAwait(false);
        if (read == 0)
        {
            throw new InputException(
                $"{input.Uri} ends after {Offset} bytes, but had {input.Bytes} when the version was planned; "
                + "let nobody change inputs during a run, and rerun the job");
        }

        Offset += read;
        return read;
    }
}
