using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TextOps.Runner.Text;

/// <summary>
/// Texts that were seen, as 128 bits of their SHA-256: two different texts are taken for one with a chance of 1 to 10^20 among a billion. Memory is bounded:
/// what does not fit goes to a scratch file. Not for more than one thread at a time.
/// </summary>
/// <param name="folder">Where the scratch file may be made.</param>
/// <param name="memorySlots">Size of the table in memory, in slots of 16 bytes; a power of two.</param>
internal sealed class DuplicateSet(string folder, int memorySlots = 1 << 18) : IDisposable
{
    private readonly MemoryHashes memory = new(memorySlots);
    private FileHashes? file;

    /// <summary>How many texts it holds.</summary>
    public long Count => file?.Count ?? memory.Count;

    /// <summary>Adds a text; false where it is there already.</summary>
    public bool Add(ReadOnlySpan<char> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text), hash);

        // 0 marks a free slot.
        return Add(UInt128.Max(BinaryPrimitives.ReadUInt128BigEndian(hash), UInt128.One));
    }

    public void Dispose() => file?.Dispose();

    private bool Add(UInt128 hash)
    {
        if (file is null && memory.TryAdd(hash) is { } added)
        {
            return added;
        }

        if (file is null)
        {
            file = new FileHashes(folder, memory.Slots * 4L);
            foreach (var earlier in memory.Take())
            {
                file.Add(earlier);
            }
        }

        if (file.IsFull)
        {
            var larger = new FileHashes(folder, file.Slots * 2);
            foreach (var earlier in file.All())
            {
                larger.Add(earlier);
            }

            file.Dispose();
            file = larger;
        }

        return file.Add(hash);
    }
}
