namespace TextOps.Operator.Tasks;

/// <summary>Allows at most <paramref name="count"/> things in any <paramref name="period"/>. Thread-safe.</summary>
internal sealed class RateBudget(int count, TimeSpan period, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Queue<long> taken = new(count);

    /// <summary>Whether one more is allowed now; it counts then.</summary>
    public bool TryTake()
    {
        lock (gate)
        {
            if (taken.Count == count && time.GetElapsedTime(taken.Peek()) < period)
            {
                return false;
            }

            if (taken.Count == count)
            {
                taken.Dequeue();
            }

            taken.Enqueue(time.GetTimestamp());
            return true;
        }
    }
}
