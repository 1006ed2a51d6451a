using System.Diagnostics;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;

namespace TextOps.Bench.Operator;

/// <summary>What an operator needs for a crowd of objects that come at once.</summary>
internal sealed record Measurement
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    public required int Size { get; init; }

    public required Pace Pace { get; init; }

    /// <summary>Until the API server had taken all objects.</summary>
    public required TimeSpan Created { get; init; }

    /// <summary>From the first creation until all objects had their Job.</summary>
    public required TimeSpan Started { get; init; }

    /// <summary>The same Jobs and ConfigMaps by the client alone.</summary>
    public required TimeSpan Bare { get; init; }

    /// <summary>From the first end of a pod until all objects were Ready.</summary>
    public required TimeSpan Done { get; init; }

    /// <summary>Before the first object.</summary>
    public required Reading Empty { get; init; }

    /// <summary>When it had nothing more to do.</summary>
    public required Reading Full { get; init; }

    /// <summary>Some time after that, in which nothing happened.</summary>
    public required Reading Rested { get; init; }

    /// <summary>An operator that started with all objects there and done.</summary>
    public required Reading Restarted { get; init; }

    /// <summary>The same, with a garbage collector that spares memory.</summary>
    public required Reading Thrifty { get; init; }

    public double CpuAtRest => (Rested.CpuSeconds - Full.CpuSeconds) / Rest.TotalSeconds;

    public double CallsAtRest => Rested.Since(Full) / Rest.TotalSeconds;

    public static async Task<Measurement> TakeAsync(Cluster cluster, string program, int size, Pace pace)
    {
        using var admin = cluster.Client("admin", 5000, 5000);
        await using var crowd = new Crowd(cluster, admin, size);
        await crowd.OpenAsync();
        Measurement half;
        await using (var @operator = await OperatorProcess.StartAsync(program, cluster, crowd.Namespace, pace))
        {
            var empty = await @operator.CalmAsync();
            var watch = Stopwatch.StartNew();
            var jobs = crowd.WaitForAllAsync<V1Job>(_ => true);
            await crowd.CreateAsync();
            var created = watch.Elapsed;
            await jobs;
            var started = watch.Elapsed;

            using var enough = new CancellationTokenSource();
            watch.Restart();
            var ends = new PodEnds(admin, crowd.Namespace).RunAsync(enough.Token);
            await crowd.WaitForAllAsync<EmbeddingJob>(job => job.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: ConditionStatus.True }) == true);
            var done = watch.Elapsed;
            await enough.CancelAsync();
            await ends;

            var full = await @operator.CalmAsync();
            await Task.Delay(Rest);
            half = new Measurement
            {
                Size = size,
                Pace = pace,
                Created = created,
                Started = started,
                Bare = TimeSpan.Zero,
                Done = done,
                Empty = empty,
                Full = full,
                Rested = await @operator.ReadAsync(),
                Restarted = full,
                Thrifty = full,
            };
        }

        return half with
        {
            Restarted = await RestartAsync(thrifty: false),
            Thrifty = await RestartAsync(thrifty: true),
            Bare = await BareAsync(cluster, crowd.Namespace, size, pace),
        };

        async Task<Reading> RestartAsync(bool thrifty)
        {
            await using var @operator = await OperatorProcess.StartAsync(program, cluster, crowd.Namespace, pace, thrifty);
            return await @operator.CalmAsync();
        }
    }

    private static async Task<TimeSpan> BareAsync(Cluster cluster, string from, int size, Pace pace)
    {
        using var client = cluster.Client("admin", pace.CallsPerSecond, pace.Burst);
        var job = (await client.ListAsync<V1Job>(from, null, CancellationToken.None)).Items[0];
        var name = job.Spec.Template.Spec.Volumes!.Select(volume => volume.ConfigMap).First(volume => volume is not null)!.Name!;
        var configMap = await client.GetAsync<V1ConfigMap>(name, from, CancellationToken.None);
        await using var copies = new Crowd(cluster, client, size);
        await copies.OpenAsync();
        return await new Ceiling(configMap!, job, copies.Namespace).MeasureAsync(client, size, pace.Workers);
    }
}
