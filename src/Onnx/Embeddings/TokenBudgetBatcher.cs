namespace TextOps.Onnx.Embeddings;

/// <summary>
/// Groups texts into batches by a budget of padded tokens, so that short texts share a run and a long one has its own. The batches depend on the counts alone:
/// a resumed part makes the same batches, and therefore the same vectors, as an undisturbed one.
/// </summary>
public static class TokenBudgetBatcher
{
    /// <summary>Padded tokens per run where the model suggests nothing else; small batches are fastest on CPUs.</summary>
    public const int DefaultBudget = 512;

    /// <summary>Most texts of a batch, however short they are.</summary>
    public const int MaxTexts = 256;

    /// <summary>Makes batches: texts sorted by length (equal ones in their own order), each batch's longest text times its size within the budget.</summary>
    /// <param name="tokenCounts">Tokens of each text.</param>
    /// <param name="budget">Padded tokens of a batch, at least 1; a single text may exceed it.</param>
    /// <returns>Indices into <paramref name="tokenCounts"/>; every index once.</returns>
    public static IReadOnlyList<int[]> Batch(ReadOnlySpan<int> tokenCounts, int budget = DefaultBudget)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, 1);
        var order = new int[tokenCounts.Length];
        var keys = new long[tokenCounts.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
            // Length first, then position: unique keys make the sort stable.
            keys[i] = ((long)tokenCounts[i] << 32) | (uint)i;
        }

        Array.Sort(keys, order);
        var batches = new List<int[]>();
        var start = 0;
        for (var end = 1; end <= order.Length; end++)
        {
            if (end == order.Length || end - start == MaxTexts || (end - start + 1) * (long)Math.Max(tokenCounts[order[end]], 1) > budget)
            {
                batches.Add(order[start..end]);
                start = end;
            }
        }

        return batches;
    }
}
