using System.Numerics;

namespace TextOps.Runner.Text;

/// <summary>A set of hashes with open addressing, in an array that grows up to a limit. 0 is no hash.</summary>
internal sealed class MemoryHashes
{
    private readonly int maxSlots;
    private UInt128[] slots;

    /// <param name="maxSlots">How large the array may grow: a power of two.</param>
    public MemoryHashes(int maxSlots)
    {
        if (maxSlots < 16 || !BitOperations.IsPow2(maxSlots))
        {
            throw new ArgumentOutOfRangeException(nameof(maxSlots), maxSlots, "must be a power of two, at least 16");
        }

        this.maxSlots = maxSlots;
        slots = new UInt128[Math.Min(maxSlots, 1024)];
    }

    /// <summary>How many hashes it holds.</summary>
    public int Count { get; private set; }

    /// <summary>How many it has room for, free slots included.</summary>
    public int Slots => slots.Length;

    /// <summary>Adds a hash: true where it is new, false where it is there already, null where there is no room to tell.</summary>
    public bool? TryAdd(UInt128 hash)
    {
        if (Count >= slots.Length / 4 * 3)
        {
            if (slots.Length == maxSlots)
            {
                return null;
            }

            var earlier = Take();
            slots = new UInt128[earlier.Length * 2];
            foreach (var other in earlier)
            {
                if (other != 0)
                {
                    Add(other);
                }
            }
        }

        return Add(hash);
    }

    /// <summary>Hands over the slots, free ones (0) included, and is empty from then on.</summary>
    public UInt128[] Take()
    {
        var taken = slots;
        slots = [];
        Count = 0;
        return taken;
    }

    private bool Add(UInt128 hash)
    {
        for (var slot = (int)((ulong)hash & (ulong)(slots.Length - 1)); ; slot = (slot + 1) & (slots.Length - 1))
        {
            if (slots[slot] == hash)
            {
                return false;
            }

            if (slots[slot] == 0)
            {
                slots[slot] = hash;
                Count++;
                return true;
            }
        }
    }
}
