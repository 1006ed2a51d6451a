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
    private readonly HashSet<NamespacedName> waiting = [];
    private readonly HashSet<NamespacedName> processing = [];
    private readonly Dictionary<NamespacedName, int> failures = [];
    private readonly Dictionary<NamespacedName, TimeSpan> delayed = [];
    private readonly PriorityQueue<NamespacedName, TimeSpan> order = new();
    private readonly Queue<TaskCompletionSource> takers = [];
    private readonly ITimer timer;
    private readonly long start;
    private bool shutDown;

    /// <summary>Makes an empty queue.</summary>
    public WorkQueue(TimeProvider time, WorkQueueOptions? options = null)
    {
        this.time = time;
        this.options = options ?? new WorkQueueOptions();
        start = time.GetTimestamp();
        timer = time.CreateTimer(_ => MoveDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

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

    /// <summary>Adds a key; nothing happens where it waits already, or after <see cref="ShutDown"/>.</summary>
    public void Add(NamespacedName key)
    {
        lock (gate)
        {
            AddLocked(key);
        }
    }

    /// <summary>Adds a key once <paramref name="delay"/> has passed; of several delays of a key the earliest counts.</summary>
    public void AddAfter(NamespacedName key, TimeSpan delay)
    {
        lock (gate)
        {
            if (delay <= TimeSpan.Zero)
            {
                AddLocked(key);
                return;
            }

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
        lock (gate)
        {
            var count = failures.GetValueOrDefault(key);
            failures[key] = count + 1;
            var delay = options.BaseDelay.TotalSeconds * Math.Pow(2, Math.Min(count, 60));
            AddAfter(key, delay >= options.MaxDelay.TotalSeconds ? options.MaxDelay : TimeSpan.FromSeconds(delay));
        }
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
        while (true)
        {
            TaskCompletionSource turn;
            lock (gate)
            {
                if (shutDown)
                {
                    return null;
                }

                if (ready.TryDequeue(out var key))
                {
                    waiting.Remove(key);
                    processing.Add(key);
                    return key;
                }

                turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                takers.Enqueue(turn);
            }

            try
            {
                await turn.Task.WaitAsync(cancellationToken);
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
        lock (gate)
        {
            if (processing.Remove(key) && waiting.Contains(key) && !shutDown)
            {
                ready.Enqueue(key);
                WakeOne();
            }
        }
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
    }

    private void AddLocked(NamespacedName key)
    {
        if (shutDown || !waiting.Add(key) || processing.Contains(key))
        {
            return;
        }

        ready.Enqueue(key);
        WakeOne();
    }

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
        lock (gate)
        {
            var now = Now();
            while (order.TryPeek(out var key, out var due) && due <= now)
            {
                order.Dequeue();
                if (delayed.TryGetValue(key, out var current) && current == due)
                {
                    delayed.Remove(key);
                    AddLocked(key);
                }
            }

            SetTimer();
        }
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
