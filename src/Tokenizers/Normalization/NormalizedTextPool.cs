using System.Collections.Concurrent;

namespace TextOps.Tokenizers.Normalization;

/// <summary>Buffers to normalise into, as many as threads encode at the same time.</summary>
internal sealed class NormalizedTextPool
{
    private const int LargestKept = 1 << 20;

    private readonly ConcurrentBag<NormalizedText> free = [];

    /// <summary>Takes a buffer.</summary>
    public NormalizedText Rent() => free.TryTake(out var text) ? text : new NormalizedText();

    /// <summary>Gives a buffer back; one that a huge text has blown up is dropped.</summary>
    public void Return(NormalizedText text)
    {
        if (text.Capacity <= LargestKept)
        {
            free.Add(text);
        }
    }
}
