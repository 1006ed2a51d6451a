using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Runtime;

/// <summary>
/// Keeps events from flooding a cluster: similar ones (same object, type and reason, other messages) become one after the tenth within ten minutes, and
/// each object has 25 at once and one more every five minutes. Source: client-go, tools/record/events_cache.go. All members are thread-safe.
/// </summary>
internal sealed class EventCorrelator(TimeProvider time)
{
    private const int MaxSimilar = 10;
    private const int Burst = 25;
    private const int MaxKnown = 4096;
    private static readonly TimeSpan SimilarFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Refill = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Bucket> buckets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Similar> similar = new(StringComparer.Ordinal);

    /// <summary>How many objects and sorts of events are remembered.</summary>
    public int Known
    {
        get
        {
            lock (gate)
            {
                return buckets.Count + similar.Count;
            }
        }
    }

    /// <summary>What is to be done with an event that happens now.</summary>
    public EventVerdict Judge(IKubernetesObject about, EventType type, string reason, string message)
    {
        var of = $"{about.Kind} {NamespacedName.Of(about)} {about.Metadata.Uid}";
        lock (gate)
        {
            // Similarity first: what is dropped counts too.
            var combined = IsOneTooMany($"{of} {type} {reason}", message);
            return !TakeToken(of) ? EventVerdict.Drop : combined ? EventVerdict.Combine : EventVerdict.Write;
        }
    }

    private bool IsOneTooMany(string key, string message)
    {
        var now = time.GetTimestamp();
        if (!similar.TryGetValue(key, out var known) || time.GetElapsedTime(known.Last, now) > SimilarFor)
        {
            Make(similar, key, known = new Similar());
        }

        known.Last = now;
        if (known.Messages.Count < MaxSimilar)
        {
            known.Messages.Add(message);
        }

        return !known.Messages.Contains(message);
    }

    private bool TakeToken(string key)
    {
        var now = time.GetTimestamp();
        if (!buckets.TryGetValue(key, out var bucket))
        {
            Make(buckets, key, bucket = new Bucket { Last = now });
        }

        bucket.Tokens = Math.Min(Burst, bucket.Tokens + (time.GetElapsedTime(bucket.Last, now) / Refill));
        bucket.Last = now;
        if (bucket.Tokens < 1)
        {
            return false;
        }

        bucket.Tokens -= 1;
        return true;
    }

    private static void Make<T>(Dictionary<string, T> all, string key, T value)
    {
        if (all.Count >= MaxKnown)
        {
            // Bounds memory; what is forgotten starts afresh.
            all.Clear();
        }

        all[key] = value;
    }

    private sealed class Bucket
    {
        public double Tokens { get; set; } = Burst;

        public required long Last { get; set; }
    }

    private sealed class Similar
    {
        public HashSet<string> Messages { get; } = new(StringComparer.Ordinal);

        public long Last { get; set; }
    }
}

/// <summary>What becomes of an event.</summary>
internal enum EventVerdict
{
    /// <summary>It is written.</summary>
    Write,

    /// <summary>It is counted in the one event that stands for all that are similar.</summary>
    Combine,

    /// <summary>There are too many.</summary>
    Drop,
}
