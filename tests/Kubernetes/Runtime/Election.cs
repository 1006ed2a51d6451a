using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Runtime;

/// <summary>Several electors over one cluster, on one thread and a clock that the test moves.</summary>
internal sealed class Election : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly OneThread thread = new();
    private readonly List<Contender> contenders = [];

    public ManualTime Time { get; } = new();

    public InMemoryCluster Cluster { get; } = new();

    /// <summary>Seconds since the start.</summary>
    public double Now => (Time.GetUtcNow() - Start).TotalSeconds;

    public V1LeaseSpec? Lease => Answer(Cluster.GetAsync<V1Lease>("operator", "n", CancellationToken.None))?.Spec;

    public void CreateLease(V1LeaseSpec spec) => Answer(
        Cluster.CreateAsync(new V1Lease { Metadata = new V1ObjectMeta { Name = "operator", Namespace = "n" }, Spec = spec }, CancellationToken.None));

    public void PatchLease(JsonObject patch) => Answer(Cluster.PatchAsync<V1Lease>("operator", "n", patch, CancellationToken.None));

    public void DeleteLease() => Cluster.DeleteAsync<V1Lease>("operator", "n", null, CancellationToken.None).GetAwaiter().GetResult();

    private DateTimeOffset Start { get; } = new ManualTime().GetUtcNow();

    /// <summary>Adds a process; its wall clock goes wrong by <paramref name="skew"/>.</summary>
    public Contender Join(string identity, TimeSpan skew = default, KubernetesMetrics? metrics = null)
    {
        var contender = new Contender(this, identity, new SkewedTime(Time, skew), contenders.Count, metrics);
        contenders.Add(contender);
        contender.Start();
        return contender;
    }

    /// <summary>Lets time pass, in steps small enough that nothing of what is measured falls between them.</summary>
    public void Pass(double seconds)
    {
        for (var end = Time.GetUtcNow() + TimeSpan.FromSeconds(seconds); Time.GetUtcNow() < end;)
        {
            Run(() => Time.Advance(Step));
        }
    }

    /// <summary>Lets time pass until something holds; fails where it does not in time. Gives the time it took.</summary>
    public double PassUntil(string what, double within, Func<bool> holds)
    {
        var start = Now;
        while (!holds())
        {
            Assert.True(Now - start < within, $"{what}: not within {within} s; lease: {Lease}; {string.Join(", ", contenders)}");
            Run(() => Time.Advance(Step));
        }

        return Now - start;
    }

    public void Run(Action act) => thread.Run(act);

    public void Dispose()
    {
        foreach (var contender in contenders)
        {
            contender.EndingTakes = TimeSpan.Zero;
            contender.Client.Line = (_, call, _) => call();
            contender.Stop();
        }

        // Longer than any call that a test lets hang.
        Pass(130);
        foreach (var contender in contenders)
        {
            Assert.True(contender.Running.IsCompleted, $"{contender} does not end");
            contender.Dispose();
        }

        // Nothing is left that would go on.
        Assert.Equal(0, Time.Waiting);
        Cluster.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>The cluster in memory answers at once.</summary>
    private static T Answer<T>(Task<T> call) => call.GetAwaiter().GetResult();

    private sealed class SkewedTime(TimeProvider time, TimeSpan skew) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + skew;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }
}

/// <summary>A process that contends, and what it does when it leads.</summary>
internal sealed class Contender : IDisposable
{
    private readonly Election election;
    private readonly LeaseElectorOptions options;
    private readonly TimeProvider time;
    private readonly KubernetesMetrics? metrics;
    private readonly int seed;
    private CancellationTokenSource stopping = new();

    public Contender(Election election, string identity, TimeProvider time, int seed, KubernetesMetrics? metrics)
    {
        this.election = election;
        this.time = time;
        this.metrics = metrics;
        this.seed = seed;
        options = new LeaseElectorOptions { Namespace = "n", Name = "operator", Identity = identity };
        Client = new FaultyClient(election.Cluster);
        Elector = Make();
        Work = async token =>
        {
            var cancelled = new TaskCompletionSource();
            using var registration = token.Register(cancelled.SetResult);
            await cancelled.Task;
            CancelledAt = election.Now;
            await Task.Delay(EndingTakes, time, CancellationToken.None);
        };
    }

    public FaultyClient Client { get; }

    public LeaseElector Elector { get; private set; }

    public RecordingLoggers Loggers { get; } = new();

    /// <summary>What the process does while it leads; it waits for its cancellation and then <see cref="EndingTakes"/>.</summary>
    public Func<CancellationToken, Task> Work { get; set; }

    public TimeSpan EndingTakes { get; set; }

    /// <summary>Whether work goes on, ordered to end or not.</summary>
    public bool IsWorking { get; private set; }

    public int Terms { get; private set; }

    public double StartedAt { get; private set; }

    public double CancelledAt { get; private set; }

    public double EndedAt { get; private set; }

    public Task Running { get; private set; } = Task.CompletedTask;

    public void Start()
    {
        stopping.Dispose();
        stopping = new CancellationTokenSource();
        Elector = Make();
        election.Run(() => Running = Elector.RunAsync(LeadAsync, stopping.Token));
    }

    public void Dispose() => stopping.Dispose();

    public void Stop() => election.Run(stopping.Cancel);

    public override string ToString() => $"{options.Identity}: working {IsWorking}, terms {Terms}, error {Elector.LastError?.Message}";

    private LeaseElector Make() =>
        new(Client, options, time, new Microsoft.Extensions.Logging.Logger<LeaseElector>(Loggers), metrics) { Random = new Random(seed) };

    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        Assert.True(Elector.IsLeader);
        IsWorking = true;
        Terms++;
        StartedAt = election.Now;
        try
        {
            await Work(cancellationToken);
        }
        finally
        {
            EndedAt = election.Now;
            IsWorking = false;
        }
    }
}
