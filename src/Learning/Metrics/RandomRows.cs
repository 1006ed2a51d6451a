using System.Numerics;

namespace TextOps.Learning.Metrics;

/// <summary>
/// A seeded stream of row numbers that is the same on every platform and runtime: xoshiro256** (Blackman and Vigna, 2018), seeded by SplitMix64, bounded without bias
/// (Lemire, 2019).
/// </summary>
internal sealed class RandomRows
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    /// <summary>Starts the stream of a seed.</summary>
    public RandomRows(int seed)
    {
        var state = unchecked((ulong)seed);
        (s0, s1, s2, s3) = (SplitMix(ref state), SplitMix(ref state), SplitMix(ref state), SplitMix(ref state));
    }

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        var shifted = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>A number from 0 to <paramref name="count"/> - 1, each equally likely.</summary>
    public int Next(int count)
    {
        var product = (Next() >> 32) * (ulong)count;
        if ((uint)product < (uint)count)
        {
            var threshold = unchecked((uint)-count) % (uint)count;
            while ((uint)product < threshold)
            {
                product = (Next() >> 32) * (ulong)count;
            }
        }

        return (int)(product >> 32);
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
