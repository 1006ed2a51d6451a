using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TextOps.Tokenizers.Models;

/// <summary>
/// Ids by spelling, found without making strings: open addressing over a polynomial hash modulo 2^61-1, which grows character by character, so that the
/// hashes of all prefixes of a word cost one pass. The base is random, so that no file can choose keys that collide; what is found does not depend on it.
/// </summary>
internal sealed class PieceTable
{
    private const ulong Prime = (1UL << 61) - 1;

    private readonly ulong multiplier = (BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) % (Prime - (1 << 20))) + (1 << 20);
    private readonly Entry[] entries;
    private readonly int shift;
    private readonly char[] spellings;

    /// <summary>Builds the table; empty spellings are left out, because no piece of a word is empty.</summary>
    public PieceTable(IReadOnlyCollection<KeyValuePair<string, int>> pieces)
    {
        var bits = 4;
        while (1L << bits < 2L * pieces.Count)
        {
            bits++;
        }

        shift = 64 - bits;
        entries = new Entry[1 << bits];
        spellings = new char[pieces.Sum(piece => piece.Key.Length)];
        var offset = 0;
        foreach (var (spelling, id) in pieces)
        {
            if (spelling.Length > 0)
            {
                spelling.CopyTo(spellings.AsSpan(offset));
                Insert(new Entry(HashOf(spelling), id, offset, spelling.Length));
                offset += spelling.Length;
                LongestPiece = Math.Max(LongestPiece, spelling.Length);
            }
        }
    }

    /// <summary>Length of the longest piece in UTF-16 units.</summary>
    public int LongestPiece { get; }

    /// <summary>The hash of a text that is one character longer. The hash of the empty text is 0.</summary>
    public ulong Extend(ulong hash, char next)
    {
        var high = Math.BigMul(hash, multiplier, out var low);
        var sum = (low & Prime) + ((high << 3) | (low >> 61)) + next + 1;
        sum = (sum & Prime) + (sum >> 61);
        return sum >= Prime ? sum - Prime : sum;
    }

    /// <summary>The id of a spelling.</summary>
    /// <param name="spelling">Not empty.</param>
    /// <param name="hash">Its hash, by <see cref="Extend"/>.</param>
    public bool TryFind(ReadOnlySpan<char> spelling, ulong hash, out int id)
    {
        for (var slot = SlotOf(hash); ; slot = (slot + 1) & (entries.Length - 1))
        {
            ref readonly var entry = ref entries[slot];
            if (entry.Length == 0)
            {
                id = 0;
                return false;
            }

            if (entry.Hash == hash && spelling.SequenceEqual(spellings.AsSpan(entry.Offset, entry.Length)))
            {
                id = entry.Id;
                return true;
            }
        }
    }

    private void Insert(Entry entry)
    {
        var slot = SlotOf(entry.Hash);
        while (entries[slot].Length != 0)
        {
            slot = (slot + 1) & (entries.Length - 1);
        }

        entries[slot] = entry;
    }

    private int SlotOf(ulong hash) => (int)((hash * 0x9E3779B97F4A7C15) >> shift);

    private ulong HashOf(string spelling)
    {
        var hash = 0UL;
        foreach (var c in spelling)
        {
            hash = Extend(hash, c);
        }

        return hash;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(ulong Hash, int Id, int Offset, int Length);
}
