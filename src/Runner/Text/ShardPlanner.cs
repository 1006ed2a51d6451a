using TextOps.Artifacts.Embeddings;

namespace TextOps.Runner.Text;

/// <summary>Cuts inputs into shards of about equal size.</summary>
internal static class ShardPlanner
{
    /// <summary>
    /// At most <paramref name="shards"/> shards, at least one, none of them without bytes but where no input has any. Together, in order, they are the inputs in
    /// order, so rows keep the corpus' order. Cuts fall at any byte, for a row belongs to the range that its first byte lies in; a packed input stays whole.
    /// </summary>
    public static IReadOnlyList<ShardPlan> Cut(IReadOnlyList<PinnedInput> inputs, int shards)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        var cuts = CutsOf(inputs, shards);
        var plans = new List<ShardPlan>(cuts.Count);
        var ranges = new List<InputRange>();
        var position = 0L;
        for (var input = 0; input < inputs.Count; input++)
        {
            for (var offset = 0L; offset < inputs[input].Bytes;)
            {
                var bytes = Math.Min(inputs[input].Bytes - offset, cuts[plans.Count] - position);
                ranges.Add(new InputRange { Input = input, Offset = offset, Bytes = bytes });
                offset += bytes;
                position += bytes;
                if (position == cuts[plans.Count])
                {
                    plans.Add(new ShardPlan { Shard = plans.Count, Ranges = [.. ranges] });
                    ranges.Clear();
                }
            }
        }

        return plans.Count > 0 ? plans : [new ShardPlan { Shard = 0, Ranges = [] }];
    }

    /// <summary>Where shards end, in bytes from the first input's beginning: rising, the last at the end.</summary>
    private static List<long> CutsOf(IReadOnlyList<PinnedInput> inputs, int shards)
    {
        var total = 0L;
        foreach (var input in inputs)
        {
            total = checked(total + input.Bytes);
        }

        var cuts = new List<long>(shards);
        var (next, start, end) = (0, 0L, 0L);
        for (var shard = 1; shard <= shards; shard++)
        {
            var cut = (long)((Int128)total * shard / shards);
            while (end < cut)
            {
                (start, end) = (end, end + inputs[next++].Bytes);
            }

            if (cut < end && RowFormat.IsPacked(inputs[next - 1].Uri))
            {
                cut = cut - start < end - cut ? start : end;
            }

            if (cut > (cuts.Count > 0 ? cuts[^1] : 0))
            {
                cuts.Add(cut);
            }
        }

        return cuts;
    }
}
