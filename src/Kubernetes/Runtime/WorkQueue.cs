using System.Diagnostics.Metrics;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Runtime;

/// <summary>How a <see cref="WorkQueue"/> backs off.</summary>
public sealed record WorkQueueOptions
{
    /// <summary>Delay after the first failure; it doubles with each further one.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Longest delay.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(1000);
}

/// <summary>
/// Keys that wait for work. A key is in it once however often it is added, and in the hands of one worker at most: added while it is worked on, it
/// comes again after <see cref="Done"/>. Source: client-go, util/workqueue. All members are thread-safe.
/// </summary>
public sealed class WorkQueue : IDisposable
{
    /// <summary>A timer is set anew at least this often, because timers cannot wait for much longer.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromHours(12);

    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly WorkQueueOptions options;
    private readonly Queue<NamespacedName> ready = [];
    private readonly Dictionary<NamespacedName, TimeSpan> waiting = [];
    private readonly Dictionary<NamespacedName, TimeSpan> processing = [];
    private readonly Dictionary<NamespacedName, int> failures = [];
    private readonly Dictionary<NamespacedName, TimeSpan> delayed = [];
    private readonly PriorityQueue<NamespacedName, TimeSpan> order = new();
    private readonly Queue<TaskCompletionSource> takers = [];
    private readonly ITimer timer;
    private readonly long start;
    private readonly KubernetesMetrics? metrics;
    private bool shutDown;

    /// <summary>Makes an empty queue; metrics call it by its <paramref name="name"/>.</summary>
    public WorkQueue(TimeProvider time, WorkQueueOptions? options = null, string name = "", KubernetesMetrics? metrics = null)
    {
        this.time = time;
        this.options = options ?? new WorkQueueOptions();
        this.metrics = metrics;
        Name = name;
        start = time.GetTimestamp();
        timer = time.CreateTimer(_ => MoveDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        metrics?.Add(this);
    }

    /// <summary>Name in metrics.</summary>
    public string Name { get; }

    /// <summary>Keys that a worker could take now.</summary>
    public int Depth
    {
        get
        {
            lock (gate)
            {
                return ready.Count;
            }
        }
    }

    /// <summary>How long the keys in hand have been there by now: all together, and the longest.</summary>
    internal (TimeSpan Sum, TimeSpan Longest) WorkInHand
    {
        get
        {
            lock (gate)
            {
                var now = Now();
                var (sum, longest) = (TimeSpan.Zero, TimeSpan.Zero);
                foreach (var since in processing.Values)
                {
                    sum += now - since;
                    longest = now - since > longest ? now - since : longest;
                }

                return (sum, longest);
            }
        }
    }

    /// <summary>Adds a key; nothing happens where it waits already, or after <see cref="ShutDown"/>.</summary>
    public void Add(NamespacedName key)
    {
        bool added;
        lock (gate)
        {
            added = AddLocked(key);
        }

        Count(metrics?.QueueAdds, added ? 1 : 0);
    }

    /// <summary>Adds a key once <paramref name="delay"/> has passed; of several delays of a key the earliest counts.</summary>
    public void AddAfter(NamespacedName key, TimeSpan delay)
    {
        Count(metrics?.QueueRetries, 1);
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }

        lock (gate)
        {
            var due = Now() + delay;
            if (shutDown || (delayed.TryGetValue(key, out var known) && known <= due))
            {
                return;
            }

            // An entry that this one overtakes stays in the order and is passed over when its time comes.
            delayed[key] = due;
            order.Enqueue(key, due);
            SetTimer();
        }
    }

    /// <summary>Adds a key after a delay that doubles with each call until <see cref="Forget"/>.</summary>
    public void AddRateLimited(NamespacedName key)
    {
        int count;
        lock (gate)
        {
            count = failures.GetValueOrDefault(key);
            failures[key] = count + 1;
        }

        var delay = options.BaseDelay.TotalSeconds * Math.Pow(2, Math.Min(count, 60));
        AddAfter(key, delay >= options.MaxDelay.TotalSeconds ? options.MaxDelay : TimeSpan.FromSeconds(delay));
    }

    /// <summary>Starts the key's back-off from the beginning.</summary>
    public void Forget(NamespacedName key)
    {
        lock (gate)
        {
            failures.Remove(key);
        }
    }

    /// <summary>How often the key failed since it was forgotten.</summary>
    public int Failures(NamespacedName key)
    {
        lock (gate)
        {
            return failures.GetValueOrDefault(key);
        }
    }

    /// <summary>Waits for a key and takes it; null once the queue is shut down. Each key taken is given back by <see cref="Done"/>.</summary>
    public async Task<NamespacedName?> TakeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            TaskCompletionSource? turn = null;
            NamespacedName key;
            var waited = TimeSpan.Zero;
            lock (gate)
            {
                if (shutDown)
                {
                    return null;
                }

                if (ready.TryDequeue(out key))
                {
                    waiting.Remove(key, out var since);
                    processing[key] = Now();
                    waited = processing[key] - since;
                }
                else
                {
                    turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    takers.Enqueue(turn);
                }
            }

            if (turn is null)
            {
                Record(metrics?.QueueDuration, waited);
                return key;
            }

            try
            {
                await turn.Task.WaitAsync(cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (OperationCanceledException)
            {
                lock (gate)
                {
                    // Where it was this taker's turn already, the next one has to have it.
                    if (!turn.TrySetCanceled(cancellationToken))
                    {
                        WakeOne();
                    }
                }

                throw;
            }
        }
    }

    /// <summary>Gives a key back; it comes again where it was added in the meantime.</summary>
    public void Done(NamespacedName key)
    {
        TimeSpan held;
        lock (gate)
        {
            if (!processing.Remove(key, out var since))
            {
                return;
            }

            held = Now() - since;
            if (waiting.ContainsKey(key) && !shutDown)
            {
                ready.Enqueue(key);
                WakeOne();
            }
        }

        Record(metrics?.WorkDuration, held);
    }

    /// <summary>Hands out no more keys and takes none: workers end when they are done with what they hold. State is in the cluster, so nothing is lost.</summary>
    public void ShutDown()
    {
        lock (gate)
        {
            shutDown = true;
            ready.Clear();
            waiting.Clear();
            delayed.Clear();
            order.Clear();
            while (takers.TryDequeue(out var taker))
            {
                taker.TrySetResult();
            }
        }
    }

    /// <summary>Shuts down and ends the timer.</summary>
    public void Dispose()
    {
        ShutDown();
        timer.Dispose();
        metrics?.Remove(this);
    }

    private bool AddLocked(NamespacedName key)
    {
        if (shutDown || !waiting.TryAdd(key, Now()))
        {
            return false;
        }

        if (!processing.ContainsKey(key))
        {
            ready.Enqueue(key);
            WakeOne();
        }

        return true;
    }

    // Never under the lock: whoever listens may look at the queue under a lock of its own.
    private void Count(Counter<long>? counter, int count)
    {
        if (count > 0)
        {
            counter?.Add(count, new KeyValuePair<string, object?>("name", Name));
        }
    }

    private void Record(Histogram<double>? histogram, TimeSpan value) => histogram?.Record(value.TotalSeconds, new KeyValuePair<string, object?>("name", Name));

    private void WakeOne()
    {
        while (ready.Count > 0 && takers.TryDequeue(out var taker))
        {
            if (taker.TrySetResult())
            {
                return;
            }
        }
    }

    private void MoveDue()
    {
        var added = 0;
        lock (gate)
        {
            var now = Now();
            while (order.TryPeek(out var key, out var due) && due <= now)
            {
                order.Dequeue();
                if (delayed.TryGetValue(key, out var current) && current == due)
                {
                    delayed.Remove(key);
                    added += AddLocked(key) ? 1 : 0;
                }
            }

            SetTimer();
        }

        Count(metrics?.QueueAdds, added);
    }

    private void SetTimer()
    {
        if (!order.TryPeek(out _, out var due))
        {
            return;
        }

        // Timers count whole milliseconds: rounded up, so that they do not fire just before the time.
        var wait = Math.Ceiling(Math.Clamp((due - Now()).TotalMilliseconds, 0, LongestTimer.TotalMilliseconds));
        timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Time since the queue was made, from the clock that does not jump.</summary>
    private TimeSpan Now() => time.GetElapsedTime(start);
}
