using TextOps.Learning.Models;

namespace TextOps.Runner.Serve.Batching;

/// <summary>
/// Puts the inputs of requests that wait at the same time into one run of the model. One run at a time: by the thread of a request where nothing else waits or runs (there is nobody to
/// share with, and no other thread to wake), else by a worker of its own, which takes what came together while the model was busy.
/// </summary>
internal sealed class DynamicBatcher : IDisposable
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxWaitForLastRun = TimeSpan.FromSeconds(5);

    private readonly ITextModel model;
    private readonly BatchLimits limits;
    private readonly TimeProvider time;
    private readonly RunWatch watch;
    private readonly Thread worker;
    private readonly ITimer sweeper;

    // A monitor and no Lock, because the worker waits for pulses of it.
    private readonly object gate = new();
    private readonly List<WaitingInput> waiting = [];
    private readonly LinkedList<BatchRequest> open = [];
    private readonly List<WaitingInput> batch = [];
    private readonly List<PreparedInput> inputs = [];
    private float[] outputs = [];
    private bool running;
    private bool stopped;

    /// <summary>Starts its worker.</summary>
    /// <param name="model">The model; stays the caller's, and must outlive this.</param>
    /// <param name="watch">Is told of every run.</param>
    public DynamicBatcher(ITextModel model, BatchLimits limits, TimeProvider time, RunWatch watch)
    {
        (this.model, this.limits, this.time, this.watch) = (model, limits, time, watch);
        sweeper = time.CreateTimer(_ => Sweep(), state: null, SweepPeriod, SweepPeriod);
        worker = new Thread(Work) { IsBackground = true, Name = "batches" };
        worker.Start();
    }

    /// <summary>Inputs that wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <summary>Runs the model on a request's inputs; false where there is no room for them in the queue.</summary>
    /// <param name="always">Whether there is room for it in any case.</param>
    /// <param name="cancellationToken">Takes the inputs out of the queue.</param>
    /// <param name="result">Becomes <c>[inputs, OutputLength]</c>, or fails with one of the exceptions of this namespace.</param>
    public bool TryRun(IReadOnlyList<PreparedInput> requested, bool always, out Task<float[]> result, CancellationToken cancellationToken)
    {
        var request = new BatchRequest(requested, model.OutputLength, time.GetTimestamp());
        result = request.Completion;
        bool runHere;
        lock (gate)
        {
            if (stopped)
            {
                request.Fail(new ServerStoppedException());
                return true;
            }

            if (!always && waiting.Count + requested.Count > limits.MaxQueue)
            {
                return false;
            }

            runHere = !running && waiting.Count == 0 && limits.Delay == TimeSpan.Zero && FitsOneRun(requested);
            if (runHere)
            {
                running = true;
                Add(request, batch);
            }
            else
            {
                Add(request, waiting);
                request.Place = open.AddLast(request);
                if (!running)
                {
                    Monitor.PulseAll(gate);
                }
            }
        }

        if (runHere)
        {
            RunBatch();
        }
        else if (cancellationToken.CanBeCanceled)
        {
            result = CancellableAsync(request, cancellationToken);
        }

        return true;
    }

    /// <summary>Runs nothing any more, and tells what waits; answers whether the last run has ended. While it has not, the model must not be disposed of.</summary>
    public bool Stop()
    {
        List<BatchRequest> left;
        lock (gate)
        {
            stopped = true;
            left = [.. open];
            left.ForEach(Forget);
            Monitor.PulseAll(gate);
        }

        left.ForEach(request => request.Fail(new ServerStoppedException()));
        return worker.Join(MaxWaitForLastRun);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        sweeper.Dispose();
    }

    private static void Add(BatchRequest request, List<WaitingInput> to)
    {
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            to.Add(new WaitingInput(request, i, Math.Max(1, request.Inputs[i].Tokens)));
        }
    }

    private bool FitsOneRun(IReadOnlyList<PreparedInput> requested)
    {
        var longest = 0;
        for (var i = 0; i < requested.Count; i++)
        {
            longest = Math.Max(longest, requested[i].Tokens);
        }

        return requested.Count == 1 || (long)requested.Count * longest <= limits.MaxTokens;
    }

    private async Task<float[]> CancellableAsync(BatchRequest request, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (batcher, request) = ((DynamicBatcher, BatchRequest))state!;
                batcher.Cancel(request, token);
            },
            (this, request));
        return await request.Completion;
    }

    private void Cancel(BatchRequest request, CancellationToken token)
    {
        lock (gate)
        {
            if (request.Place is null)
            {
                return;
            }

            Forget(request);
        }

        request.Cancel(token);
    }

    /// <summary>Answers requests whose time is over; all have the same time, so the oldest come first.</summary>
    private void Sweep()
    {
        var late = new List<BatchRequest>();
        lock (gate)
        {
            while (open.First?.Value is { } oldest && time.GetElapsedTime(oldest.Arrived) > limits.Timeout)
            {
                Forget(oldest);
                late.Add(oldest);
            }
        }

        late.ForEach(request => request.Fail(new RequestTimedOutException()));
    }

    /// <summary>Takes a request out of the queue; what runs of it is not used. Under the lock.</summary>
    private void Forget(BatchRequest request)
    {
        open.Remove(request.Place!);
        request.Place = null;
        waiting.RemoveAll(input => input.Request == request);
    }

    private void Work()
    {
        while (true)
        {
            lock (gate)
            {
                for (var wait = Timeout.InfiniteTimeSpan; running || !(stopped || IsDue(out wait)); wait = Timeout.InfiniteTimeSpan)
                {
                    Monitor.Wait(gate, wait);
                }

                if (stopped)
                {
                    return;
                }

                running = true;
                BatchSelection.Take(waiting, limits.MaxTokens, batch);
            }

            RunBatch();
        }
    }

    /// <summary>Whether the next run need not wait any longer for others; else how long it waits. Under the lock.</summary>
    private bool IsDue(out TimeSpan wait)
    {
        wait = Timeout.InfiniteTimeSpan;
        if (waiting.Count == 0)
        {
            return false;
        }

        var left = limits.Delay == TimeSpan.Zero ? TimeSpan.Zero : limits.Delay - time.GetElapsedTime(waiting[0].Request.Arrived);
        if (left <= TimeSpan.Zero)
        {
            return true;
        }

        // Monitors wait for whole milliseconds, and zero would spin.
        wait = TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
        var longest = 0;
        for (var i = 0; i < waiting.Count; i++)
        {
            longest = Math.Max(longest, waiting[i].Tokens);
            if ((i + 1L) * longest >= limits.MaxTokens)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Runs the model on <see cref="batch"/>, which belongs to the one thread that set <see cref="running"/>.</summary>
    private void RunBatch()
    {
        try
        {
            Predict(batch);
        }
        catch (Exception error)
        {
            RunOneByOne(error);
        }

        var done = new List<BatchRequest>(1);
        lock (gate)
        {
            foreach (var (request, _, _) in batch)
            {
                if (--request.Remaining == 0)
                {
                    done.Add(request);
                    if (request.Place is { } place)
                    {
                        open.Remove(place);
                        request.Place = null;
                    }
                }
            }

            batch.Clear();
            running = false;
            if (waiting.Count > 0 || stopped)
            {
                Monitor.PulseAll(gate);
            }
        }

        done.ForEach(request => request.Succeed());
    }

    /// <summary>An input that a model cannot stand must not take its neighbours with it.</summary>
    private void RunOneByOne(Exception error)
    {
        if (batch is [var only])
        {
            Fail(only.Request, error);
            return;
        }

        foreach (var input in batch)
        {
            try
            {
                Predict([input]);
            }
            catch (Exception own)
            {
                Fail(input.Request, own);
            }
        }
    }

    private void Fail(BatchRequest request, Exception error)
    {
        watch.Failed(error);
        lock (gate)
        {
            if (request.Place is not null)
            {
                Forget(request);
            }
        }

        request.Fail(new ModelRunException(error));
    }

    private void Predict(List<WaitingInput> run)
    {
        inputs.Clear();
        var (longest, length) = (0, model.OutputLength);
        foreach (var input in run)
        {
            inputs.Add(input.Input);
            longest = Math.Max(longest, input.Tokens);
        }

        var start = watch.Started();
        var whole = run[0].Request.Inputs.Count == run.Count && run[^1].Request == run[0].Request;
        if (whole)
        {
            model.Predict(inputs, run[0].Request.Outputs);
        }
        else
        {
            if (outputs.Length < run.Count * length)
            {
                outputs = new float[run.Count * length];
            }

            var target = outputs.AsSpan(0, run.Count * length);
            model.Predict(inputs, target);
            for (var i = 0; i < run.Count; i++)
            {
                target.Slice(i * length, length).CopyTo(run[i].Request.Outputs.AsSpan(run[i].Index * length, length));
            }
        }

        watch.Succeeded(start, run.Count, run.Count * longest);
    }
}
