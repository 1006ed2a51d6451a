namespace TextOps.Learning.Families;

/// <summary>A small generator whose numbers are the same on every machine and in every version of .NET (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").</summary>
internal struct SplitMix64(ulong state)
{
    private ulong state = state;

    /// <summary>64 bits.</summary>
    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var bits = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }

    /// <summary>A number from 0 to <paramref name="limit"/> - 1.</summary>
    public int Below(int limit) => (int)(((UInt128)Next() * (uint)limit) >> 64);

    /// <summary>A number from 0 up to, but not, 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));
}
