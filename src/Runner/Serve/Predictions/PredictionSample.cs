using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TextOps.Runner.Serve.Predictions;

/// <summary>Which predictions are kept: their ids alone decide, so all who look at an id decide alike.</summary>
/// <param name="rate">Part that is kept, from 0 to 1.</param>
internal sealed class PredictionSample(double rate)
{
    private const double Whole = 4294967296; // 2^32

    /// <summary>Whether a prediction is one of the sample. (The first 32 bits of the SHA-256 of its id, as a fraction, are below the rate.)</summary>
    public bool Keeps(string id)
    {
        if (rate >= 1)
        {
            return true;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / Whole < rate;
    }
}
