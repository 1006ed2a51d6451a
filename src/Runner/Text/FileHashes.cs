using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TextOps.Runner.Text;

/// <summary>
/// A set of hashes with open addressing, in a scratch file that is gone with the process, however it ends. Slots are in the order of the hashes' high bits, so that
/// copying to a larger file goes through both files once from front to back. 0 is no hash.
/// </summary>
internal sealed class FileHashes : IDisposable
{
    private const int BlockBytes = 512;
    private const int HashBytes = 16;
    private const int BlockSlots = BlockBytes / HashBytes;

    private readonly SafeFileHandle file;
    private readonly int shift;
    private readonly UInt128[] block = new UInt128[BlockSlots];
    private long blockIndex = -1;
    private bool blockChanged;

    /// <param name="folder">Where the file is made.</param>
    /// <param name="slots">Its size in slots: a power of two; at least one block is made.</param>
    public FileHashes(string folder, long slots)
    {
        Slots = Math.Max(BlockSlots, (long)BitOperations.RoundUpToPowerOf2((ulong)slots));
        shift = 128 - BitOperations.Log2((ulong)Slots);
        var path = Path.Combine(folder, $".tmp-duplicates-{Guid.NewGuid():N}");
        file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete);
        try
        {
            // Without a name it needs no cleaning up: the space is free again when the handle closes or the process is killed.
            File.Delete(path);
            RandomAccess.SetLength(file, Slots * HashBytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>How many hashes it holds.</summary>
    public long Count { get; private set; }

    /// <summary>How many it has room for, free slots included.</summary>
    public long Slots { get; }

    /// <summary>Whether it is so full that looking something up becomes slow.</summary>
    public bool IsFull => Count >= Slots / 4 * 3;

    /// <summary>Adds a hash, passing over 0; false where it is there already.</summary>
    public bool Add(UInt128 hash)
    {
        if (hash == 0)
        {
            return false;
        }

        for (var slot = (long)(hash >> shift); ; slot = (slot + 1) & (Slots - 1))
        {
            ref var there = ref At(slot);
            if (there == hash)
            {
                return false;
            }

            if (there == 0)
            {
                there = hash;
                blockChanged = true;
                Count++;
                return true;
            }
        }
    }

    /// <summary>All slots from front to back, free ones (0) included.</summary>
    public IEnumerable<UInt128> All()
    {
        for (var slot = 0L; slot < Slots; slot++)
        {
            yield return At(slot);
        }
    }

    public void Dispose() => file.Dispose();

    private ref UInt128 At(long slot)
    {
        Load(slot / BlockSlots);
        return ref block[slot % BlockSlots];
    }

    private void Load(long index)
    {
        if (index == blockIndex)
        {
            return;
        }

        var bytes = MemoryMarshal.AsBytes(block.AsSpan());
        if (blockChanged)
        {
            RandomAccess.Write(file, bytes, blockIndex * BlockBytes);
            blockChanged = false;
        }

        for (var read = 0; read < BlockBytes;)
        {
            var count = RandomAccess.Read(file, bytes[read..], (index * BlockBytes) + read);
            read += count > 0 ? count : throw new EndOfStreamException("the scratch file for duplicates has become shorter; let nobody change it");
        }

        blockIndex = index;
    }
}
