namespace TextOps.Runner.Gating;

/// <summary>How requests to a stage came out: our own, and by the pods' own counts those of everybody. Safe for use by many threads at once.</summary>
internal sealed class ProbeTally(string version)
{
    private const int MaxPods = 4096;

    private readonly Lock gate = new();
    private readonly Dictionary<string, PodCount> pods = new(StringComparer.Ordinal);
    private long answered;
    private long serverErrors;
    private long unanswered;
    private long foreign;
    private string? firstFailure;

    /// <summary>How many pods told their counts.</summary>
    public int Pods
    {
        get
        {
            lock (gate)
            {
                return pods.Count;
            }
        }
    }

    /// <summary>What went wrong first; null where nothing did.</summary>
    public string? FirstFailure
    {
        get
        {
            lock (gate)
            {
                return firstFailure;
            }
        }
    }

    /// <summary>Counts an answer to a request of our own.</summary>
    public void Count(StageAnswer answer)
    {
        lock (gate)
        {
            var failed = true;
            if (answer.Status is not { } status)
            {
                unanswered++;
            }
            else if (answer.Version != version)
            {
                foreign++;
            }
            else
            {
                answered++;
                failed = status >= 500;
                serverErrors += failed ? 1 : 0;
            }

            if (failed)
            {
                firstFailure ??= answer.FaultAs(version);
            }
        }
    }

    /// <summary>Takes in what a pod says of itself: its counts since it started.</summary>
    /// <param name="startedBefore">Whether it served before the version was watched: then what it counted until it is first seen does not matter.</param>
    public void Observe(string pod, long requests, long errors, bool startedBefore)
    {
        lock (gate)
        {
            if (!pods.TryGetValue(pod, out var count))
            {
                if (pods.Count == MaxPods)
                {
                    return;
                }

                count = startedBefore ? new PodCount(requests, errors, 0, 0) : new PodCount(0, 0, 0, 0);
            }

            // Counts that fell are those of a container that was started anew.
            var (fromRequests, fromErrors) = requests < count.Requests || errors < count.Errors ? (0, 0) : (count.Requests, count.Errors);
            pods[pod] = new PodCount(requests, errors, count.MoreRequests + requests - fromRequests, count.MoreErrors + errors - fromErrors);
        }
    }

    /// <summary>Requests, and those of them that failed: status 5xx, no answer, or one of another version.</summary>
    public (long Requests, long Failed) Total()
    {
        lock (gate)
        {
            // The pods counted what they answered to us too. Where some of them were not seen often enough, our own counts are the higher ones.
            var requests = Math.Max(answered, pods.Values.Sum(pod => pod.MoreRequests));
            var errors = Math.Max(serverErrors, pods.Values.Sum(pod => pod.MoreErrors));
            return (requests + unanswered + foreign, Math.Min(requests, errors) + unanswered + foreign);
        }
    }

    /// <summary>Counts of a pod: as it told them last, and how much they grew.</summary>
    private sealed record PodCount(long Requests, long Errors, long MoreRequests, long MoreErrors);
}
