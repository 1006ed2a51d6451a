using System.Numerics;
using System.Runtime.InteropServices;
using TextOps.Learning.Families;

namespace TextOps.Learning.Features.Text;

/// <summary>Numbers distinct terms from 0 in the order they came; the characters lie side by side in one array, so that no term is an object. For one thread while it grows.</summary>
internal sealed class TermTable
{
    // Texts are not to choose which terms collide.
    private readonly ulong seed = (ulong)Random.Shared.NextInt64();
    private char[] characters = new char[1 << 12];
    private Entry[] entries = new Entry[1 << 8];
    private int[] buckets = new int[1 << 9];
    private int used;

    /// <summary>Number of terms.</summary>
    public int Count { get; private set; }

    /// <summary>A term by its number.</summary>
    public ReadOnlySpan<char> this[int term] => characters.AsSpan(entries[term].Start, entries[term].Length);

    /// <summary>A table of these terms, which differ.</summary>
    public static TermTable Of(IEnumerable<string> terms)
    {
        var table = new TermTable();
        foreach (var term in terms)
        {
            table.GetOrAdd(term);
        }

        return table;
    }

    /// <summary>The number of a term, or -1.</summary>
    public int Find(ReadOnlySpan<char> term)
    {
        var hash = Hash(term);
        for (var bucket = hash; ; bucket++)
        {
            var found = buckets[bucket & (uint)(buckets.Length - 1)] - 1;
            if (found < 0 || (entries[found].Hash == hash && this[found].SequenceEqual(term)))
            {
                return found;
            }
        }
    }

    /// <summary>The number of a term, which is added where it is new.</summary>
    public int GetOrAdd(ReadOnlySpan<char> term)
    {
        var hash = Hash(term);
        for (var bucket = hash; ; bucket++)
        {
            ref var slot = ref buckets[bucket & (uint)(buckets.Length - 1)];
            if (slot == 0)
            {
                slot = Add(term, hash) + 1;
                var added = slot - 1;
                if (Count * 2 > buckets.Length)
                {
                    Spread();
                }

                return added;
            }

            if (entries[slot - 1].Hash == hash && this[slot - 1].SequenceEqual(term))
            {
                return slot - 1;
            }
        }
    }

    private int Add(ReadOnlySpan<char> term, uint hash)
    {
        if (used + (long)term.Length > Array.MaxLength / 2 || Count == 1 << 29)
        {
            throw new TrainingException($"the texts have more distinct n-grams than fit ({Count}); lower tfidf.ngramMax or train on fewer rows");
        }

        if (used + term.Length > characters.Length)
        {
            Array.Resize(ref characters, Math.Max(characters.Length * 2, used + term.Length));
        }

        if (Count == entries.Length)
        {
            Array.Resize(ref entries, Count * 2);
        }

        term.CopyTo(characters.AsSpan(used));
        entries[Count] = new Entry(used, term.Length, hash);
        used += term.Length;
        return Count++;
    }

    private void Spread()
    {
        buckets = new int[buckets.Length * 2];
        for (var term = 0; term < Count; term++)
        {
            var bucket = entries[term].Hash;
            while (buckets[bucket & (uint)(buckets.Length - 1)] != 0)
            {
                bucket++;
            }

            buckets[bucket & (uint)(buckets.Length - 1)] = term + 1;
        }
    }

    private uint Hash(ReadOnlySpan<char> term)
    {
        const ulong multiplier = 0x9E3779B97F4A7C15;
        var hash = seed ^ (uint)term.Length;
        var bytes = MemoryMarshal.AsBytes(term);
        while (bytes.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        if (bytes.Length >= sizeof(uint))
        {
            hash = Mix(hash ^ MemoryMarshal.Read<uint>(bytes));
            bytes = bytes[sizeof(uint)..];
        }

        return (uint)((bytes.IsEmpty ? hash : Mix(hash ^ MemoryMarshal.Read<ushort>(bytes))) >> 32);

        static ulong Mix(ulong value) => BitOperations.RotateLeft(value * multiplier, 29) * multiplier;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(int Start, int Length, uint Hash);
}
