using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TextOps.Runner.Text;

/// <summary>Identity of a chunk: equal where document, text and settings are equal, so that a version can tell what was added, changed and removed.</summary>
internal static class ChunkId
{
    /// <summary>
    /// The first 128 bits of SHA-256 over the UTF-8 of the three values, each after its length in bytes (32 bits, big-endian), as 32 lower-case hex digits. Without
    /// the lengths, text could move from one value to the next unseen.
    /// </summary>
    /// <param name="documentId">The row's id.</param>
    /// <param name="chunkText">The chunk's text.</param>
    /// <param name="settingsHash">Hash of all that decides how chunks are made and embedded.</param>
    public static string Of(string documentId, ReadOnlySpan<char> chunkText, string settingsHash)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, documentId);
        Append(hash, chunkText);
        Append(hash, settingsHash);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return Convert.ToHexStringLower(digest[..16]);
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<char> value)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, Encoding.UTF8.GetByteCount(value));
        hash.AppendData(length);
        Span<byte> bytes = stackalloc byte[768];
        while (!value.IsEmpty)
        {
            // A UTF-16 unit becomes at most three bytes; a pair stays together.
            var count = Math.Min(value.Length, bytes.Length / 3);
            if (count < value.Length && char.IsHighSurrogate(value[count - 1]))
            {
                count--;
            }

            hash.AppendData(bytes[..Encoding.UTF8.GetBytes(value[..count], bytes)]);
            value = value[count..];
        }
    }
}
