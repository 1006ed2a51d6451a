using Microsoft.Extensions.Logging;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rbac;

namespace TextOps.Kubernetes.Runtime;

/// <summary>
/// Lets one of several processes lead, by a Lease. The promise is that two never lead at once: the leader's work is cancelled when the lease was not
/// renewed for <see cref="LeaseElectorOptions.RenewDeadline"/> by its own steady clock, counted from before the request that renewed it, and others wait
/// for <see cref="LeaseElectorOptions.LeaseDuration"/> from when they saw that renewal. Work that takes longer than the difference to end breaks the
/// promise; that is logged as critical. Source: client-go, tools/leaderelection. Needs the verbs get, create and patch on leases.
/// </summary>
[Rbac<V1Lease>("get", "create", "patch", Scope = RbacScope.LeaderElection)]
public sealed partial class LeaseElector
{
    private readonly LeaseElectorOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<LeaseElector> logger;
    private readonly KubernetesMetrics? metrics;
    private readonly LeaseRecord record;
    private volatile bool isLeader;
    private volatile Exception? lastError;
    private string? toldHolder;
    private string? toldError;

    /// <summary>Makes a contender that does nothing yet.</summary>
    /// <exception cref="ArgumentException">The options cannot work together.</exception>
    public LeaseElector(IKubernetesClient client, LeaseElectorOptions options, TimeProvider time, ILogger<LeaseElector> logger, KubernetesMetrics? metrics = null)
    {
        if (options.Problem is { } problem)
        {
            throw new ArgumentException($"leader election: {problem}", nameof(options));
        }

        this.options = options;
        this.time = time;
        this.logger = logger;
        this.metrics = metrics;
        record = new LeaseRecord(client, options, time);
    }

    /// <summary>Whether this process leads now.</summary>
    public bool IsLeader => isLeader;

    /// <summary>Name of the lease.</summary>
    public string Name => options.Name;

    /// <summary>Why the last try to read or write the lease failed; null where it did not.</summary>
    public Exception? LastError => lastError;

    /// <summary>Chooses how long candidates wait.</summary>
    internal Random Random { get; init; } = Random.Shared;

    /// <summary>
    /// Contends until cancelled. While this process leads, <paramref name="lead"/> runs; its token is cancelled when leadership is lost or on stop. It is
    /// waited for before anything else: then, after a loss, this process contends again; on stop, or when <paramref name="lead"/> ends by itself, the lease
    /// is given back and the method returns. The lease is renewed for as long as <paramref name="lead"/> runs. What it throws comes out here.
    /// </summary>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        metrics?.Add(this);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var renewedAt = time.GetTimestamp();
                if (await TryAsync(record.TryAcquireAsync, options.AttemptTimeout, cancellationToken) == true && await LeadAsync(lead, renewedAt, cancellationToken))
                {
                    return;
                }

                TellHolder();
                var pause = options.RetryPeriod * (1 + (LeaseElectorOptions.Jitter * Random.NextDouble()));

                // Not by the delay's own token, which goes on from a thread of the pool: tests run this on one thread.
                await Task.Delay(pause, time, CancellationToken.None).WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped while it waited for its turn.
        }
        finally
        {
            await ReleaseAsync();
            metrics?.Remove(this);
        }
    }

    /// <summary>Leads; true when the work ended while we held the lease, false when the lease was lost. The work has ended in either case.</summary>
    private async Task<bool> LeadAsync(Func<CancellationToken, Task> lead, long renewedAt, CancellationToken cancellationToken)
    {
        using var leadership = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        LogLeading(options.Namespace, options.Name, options.Identity);
        toldHolder = options.Identity;
        isLeader = true;
        var work = StartAsync(lead, leadership.Token);
        var (isHeld, lastRenewal) = await RenewAsync(work, renewedAt);
        isLeader = false;
        if (!isHeld)
        {
            LogLost(options.Namespace, options.Name, record.Holder, lastError?.Message);
            Cancel(leadership);
            await EndAsync(work, options.LeaseDuration - time.GetElapsedTime(lastRenewal));
        }

        try
        {
            await work;
        }
        catch (OperationCanceledException) when (leadership.IsCancellationRequested)
        {
            // As it was told.
        }

        return isHeld;
    }

    /// <summary>Renews until the work has ended (held) or the lease is lost (not held).</summary>
    private async Task<(bool IsHeld, long RenewedAt)> RenewAsync(Task work, long renewedAt)
    {
        while (true)
        {
            var left = options.RenewDeadline - time.GetElapsedTime(renewedAt);
            await WaitAsync(work, left < options.RetryPeriod ? left : options.RetryPeriod);
            if (work.IsCompleted)
            {
                return (true, renewedAt);
            }

            left = options.RenewDeadline - time.GetElapsedTime(renewedAt);
            if (left <= TimeSpan.Zero)
            {
                return (false, renewedAt);
            }

            // Not cancelled by a stop: the lease is ours for as long as the work goes on.
            var startedAt = time.GetTimestamp();
            switch (await TryAsync(record.TryRenewAsync, left < options.AttemptTimeout ? left : options.AttemptTimeout, CancellationToken.None))
            {
                case true:
                    renewedAt = startedAt;
                    break;
                case false:
                    return (false, renewedAt);
            }
        }
    }

    /// <summary>One try; null where it failed, which is told.</summary>
    private async Task<bool?> TryAsync(Func<CancellationToken, Task<bool>> attempt, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var held = await attempt(either.Token);
            lastError = null;
            toldError = null;
            return held;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            Failed(new TimeoutException($"the API server did not answer within {timeout.TotalSeconds:0.###} s"));
        }
        catch (Exception problem)
        {
            Failed(problem);
        }

        return null;
    }

    private void Failed(Exception problem)
    {
        lastError = problem;
        if (toldError != problem.Message)
        {
            toldError = problem.Message;
            LogFailed(problem, options.Namespace, options.Name, Remedy(problem));
        }
    }

    private string Remedy(Exception problem) => problem switch
    {
        KubernetesException { Code: 401 or 403 } =>
            $"give the service account get, create and patch on {EntityType.Of<V1Lease>().GroupResource} in namespace {options.Namespace}",
        KubernetesException { Code: 404 } => $"create namespace {options.Namespace}, or name another for leader election",
        _ => "it is tried again",
    };

    private async Task EndAsync(Task work, TimeSpan left)
    {
        await WaitAsync(work, left);
        if (!work.IsCompleted)
        {
            LogOverdue(options.Namespace, options.Name);
            await Task.WhenAny(work);
        }
    }

    private async Task ReleaseAsync()
    {
        if (!record.MayBeOurs)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(options.AttemptTimeout, time);
        try
        {
            await record.ReleaseAsync(deadline.Token);
            LogReleased(options.Namespace, options.Name);
        }
        catch (Exception problem)
        {
            LogNotReleased(problem, options.Namespace, options.Name);
        }
    }

    private void TellHolder()
    {
        if (record.Holder is { } holder && holder != toldHolder)
        {
            toldHolder = holder;
            LogWaiting(options.Namespace, options.Name, holder);
        }
    }

    /// <summary>Waits for the work's end, for some time at most; how it ended is for another to see.</summary>
    private async Task WaitAsync(Task work, TimeSpan most)
    {
        try
        {
            await work.WaitAsync(most > TimeSpan.Zero ? most : TimeSpan.Zero, time);
        }
        catch (Exception)
        {
            // It failed, or goes on.
        }
    }

    private static async Task StartAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        // Work that does not come to its first await must not keep the lease from being renewed.
        await Task.Yield();
        await lead(cancellationToken);
    }

    /// <summary>Cancels here and now: nothing of ours goes on before all who listen know.</summary>
    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    [LoggerMessage(EventName = "LeaseHeldByOther", Level = LogLevel.Information, Message = "Lease {Namespace}/{Name} is held by {Holder}; this process stands by")]
    private partial void LogWaiting(string @namespace, string name, string holder);

    [LoggerMessage(EventName = "LeaderStarted", Level = LogLevel.Information, Message = "This process leads: lease {Namespace}/{Name} is held as {Identity}")]
    private partial void LogLeading(string @namespace, string name, string identity);

    [LoggerMessage(EventName = "LeaderLost", Level = LogLevel.Warning, Message = "Lease {Namespace}/{Name} is lost (holder: {Holder}; last error: {Error}); work stops")]
    private partial void LogLost(string @namespace, string name, string? holder, string? error);

    [LoggerMessage(EventName = "LeaderOverdue", Level = LogLevel.Critical,
        Message = "Lease {Namespace}/{Name} has run out and work of this process still goes on, so two may lead; end the process")]
    private partial void LogOverdue(string @namespace, string name);

    [LoggerMessage(EventName = "LeaseReleased", Level = LogLevel.Information, Message = "Lease {Namespace}/{Name} is given back")]
    private partial void LogReleased(string @namespace, string name);

    [LoggerMessage(EventName = "LeaseNotReleased", Level = LogLevel.Warning, Message = "Lease {Namespace}/{Name} could not be given back; others wait until it runs out")]
    private partial void LogNotReleased(Exception problem, string @namespace, string name);

    [LoggerMessage(EventName = "LeaseFailed", Level = LogLevel.Warning, Message = "Lease {Namespace}/{Name} could not be read or written; {Remedy}")]
    private partial void LogFailed(Exception problem, string @namespace, string name, string remedy);
}
