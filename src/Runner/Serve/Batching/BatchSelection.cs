namespace TextOps.Runner.Serve.Batching;

/// <summary>Which waiting inputs share the next run: the one that waits longest, and as many of similar length as fit.</summary>
internal static class BatchSelection
{
    /// <summary>Moves the inputs of the next run from <paramref name="waiting"/> (in order of arrival, not empty) to <paramref name="batch"/>.</summary>
    /// <param name="maxTokens">
    /// Padded tokens of a run: inputs times the longest of them. A single input may be longer. The first input always is in the run, so none waits for ever.
    /// </param>
    public static void Take(List<WaitingInput> waiting, int maxTokens, List<WaitingInput> batch)
    {
        var longest = 0;
        foreach (var input in waiting)
        {
            longest = Math.Max(longest, input.Tokens);
        }

        if ((long)waiting.Count * longest <= maxTokens)
        {
            batch.AddRange(waiting);
            waiting.Clear();
            return;
        }

        if (2L * waiting[0].Tokens > maxTokens)
        {
            batch.Add(waiting[0]);
            waiting.RemoveAt(0);
            return;
        }

        Take(waiting, Window(waiting, maxTokens, out var order), order, batch);
    }

    /// <summary>The largest run of neighbours by length that holds the first input and fits; of equals the one with less padding.</summary>
    private static (int Low, int Count) Window(List<WaitingInput> waiting, int maxTokens, out int[] order)
    {
        order = new int[waiting.Count];
        var tokens = new int[waiting.Count];
        for (var i = 0; i < order.Length; i++)
        {
            (order[i], tokens[i]) = (i, waiting[i].Tokens);
        }

        Array.Sort(tokens, order);
        var first = Array.IndexOf(order, 0);
        var best = (Low: first, Count: 1);
        for (var high = first; high < order.Length; high++)
        {
            var count = Math.Min(maxTokens / tokens[high], high + 1);
            var low = high - count + 1;
            if (low > first)
            {
                break;
            }

            if (count > best.Count)
            {
                best = (low, count);
            }
        }

        return best;
    }

    private static void Take(List<WaitingInput> waiting, (int Low, int Count) window, int[] order, List<WaitingInput> batch)
    {
        var taken = new bool[order.Length];
        foreach (var index in order.AsSpan(window.Low, window.Count))
        {
            taken[index] = true;
        }

        var kept = 0;
        for (var i = 0; i < taken.Length; i++)
        {
            if (taken[i])
            {
                batch.Add(waiting[i]);
            }
            else
            {
                waiting[kept++] = waiting[i];
            }
        }

        waiting.RemoveRange(kept, waiting.Count - kept);
    }
}
