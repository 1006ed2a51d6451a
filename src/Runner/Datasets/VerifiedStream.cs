using System.Security.Cryptography;
using TextOps.Artifacts.Embeddings;
using TextOps.Runner.Text;

namespace TextOps.Runner.Datasets;

/// <summary>An input that is compared with its pin while it is read: who reads it to its end has read what was pinned.</summary>
/// <param name="inner">The input from its beginning on; owned.</param>
/// <param name="advance">Told how many bytes each read gave.</param>
internal sealed class VerifiedStream(Stream inner, PinnedInput input, Action<long> advance) : ForwardStream(inner)
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long bytes;
    private bool verified;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (verified || buffer.IsEmpty)
        {
            return 0;
        }

        var read = await Source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        hash.AppendData(buffer.Span[..read]);
        bytes += read;
        advance(read);
        verified = read == 0;
        if (bytes > input.Bytes || (verified && Convert.ToHexStringLower(hash.GetCurrentHash()) != input.ETag))
        {
            throw new InputException($"{input.Uri} has changed while it was read; let nobody change inputs during a run, and rerun the job");
        }

        return read;
    }
}
