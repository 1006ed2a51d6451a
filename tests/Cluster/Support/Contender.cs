using Microsoft.Extensions.Logging;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Runtime;

namespace TextOps.Cluster.Tests.Support;

/// <summary>One that contends for a lease, with short times, and does nothing while it leads but note since when and until when.</summary>
internal sealed class Contender : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stop = new();
    private readonly RecordingLoggers loggers = new();
    private readonly List<(long Start, long End)> terms = [];
    private readonly LeaseElector elector;
    private readonly Task running;

    public Contender(IKubernetesClient client, string @namespace, string identity)
    {
        Identity = identity;
        var options = new LeaseElectorOptions
        {
            Namespace = @namespace,
            Name = "it",
            Identity = identity,
            LeaseDuration = TimeSpan.FromSeconds(5),
            RenewDeadline = TimeSpan.FromSeconds(3),
            RetryPeriod = TimeSpan.FromSeconds(0.5),
        };
        elector = new LeaseElector(client, options, TimeProvider.System, new Logger<LeaseElector>(loggers));
        running = Task.Run(() => elector.RunAsync(LeadAsync, stop.Token));
    }

    public string Identity { get; }

    public bool IsLeader => elector.IsLeader;

    /// <summary>Whether it has seen who leads.</summary>
    public bool StandsBy => loggers.Count(LogLevel.Information, "stands by") > 0;

    public Exception? LastError => elector.LastError;

    /// <summary>When it worked, by the machine's steady clock; a term that goes on ends in the far future.</summary>
    public IReadOnlyList<(long Start, long End)> Terms
    {
        get
        {
            lock (gate)
            {
                return [.. terms];
            }
        }
    }

    /// <summary>Whether two of them ever worked at once.</summary>
    public static bool AnyTwoAtOnce(IReadOnlyList<Contender> contenders)
    {
        var all = contenders.SelectMany(contender => contender.Terms).Order().ToList();
        return all.Zip(all.Skip(1)).Any(pair => pair.Second.Start < pair.First.End);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
        loggers.Dispose();
    }

    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            terms.Add((TimeProvider.System.GetTimestamp(), long.MaxValue));
        }

        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            lock (gate)
            {
                terms[^1] = terms[^1] with { End = TimeProvider.System.GetTimestamp() };
            }
        }
    }
}
