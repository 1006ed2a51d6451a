using System.ComponentModel;
using Microsoft.Extensions.Logging;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Local.Node.Probes;

namespace TextOps.Local.Node;

/// <summary>
/// The life of one pod on this node: its container is started, probed, and started again where the pod's restartPolicy says so, until the pod is over or
/// is stopped. All of it happens in one task, so nothing of a pod overtakes another.
/// </summary>
internal sealed partial class PodWorker : IDisposable
{
    private static readonly TimeSpan ConfigurationRetry = TimeSpan.FromSeconds(5);
    private const int DefaultGraceSeconds = 30;

    private readonly IKubernetesClient client;
    private readonly V1Pod pod;
    private readonly V1Container container;
    private readonly PodFolder folder;
    private readonly ProcessNodeOptions options;
    private readonly HttpClient http;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly PodStatusWriter status;
    private readonly RestartDelays delays;
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource graceOver = new();
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan? end;
    private bool isPrepared;
    private int starts;

    private PodWorker(IKubernetesClient client, V1Pod pod, PodFolder folder, ProcessNodeOptions options, HttpClient http, TimeProvider time, ILogger logger)
    {
        this.client = client;
        this.pod = pod;
        this.folder = folder;
        this.options = options;
        this.http = http;
        this.time = time;
        this.logger = logger;
        container = pod.Spec.Containers[0];
        status = new PodStatusWriter(client, pod, time, logger);
        delays = new RestartDelays(options);
        Completion = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Ends when no container runs any more, and all of it is in the pod's status.</summary>
    public Task Completion { get; }

    /// <summary>The pod as it was when it came to this node.</summary>
    public V1Pod Pod => pod;

    /// <summary>The pod's name.</summary>
    public NamespacedName Key => NamespacedName.Of(pod);

    /// <summary>The pod's uid.</summary>
    public string Uid => pod.Metadata.Uid!;

    /// <summary>The pod's files.</summary>
    public PodFolder Folder => folder;

    /// <summary>Begins with a pod.</summary>
    public static PodWorker Start(
        IKubernetesClient client, V1Pod pod, PodFolder folder, ProcessNodeOptions options, HttpClient http, TimeProvider time, ILogger logger) =>
        new(client, pod, folder, options, http, time, logger);

    /// <summary>Asks the container to end, and ends it when the grace is over; asked again, it can only go sooner.</summary>
    public void Stop(TimeSpan grace)
    {
        lock (gate)
        {
            var wanted = TimeSpan.FromMilliseconds(Environment.TickCount64) + grace;
            if (end is null || wanted < end)
            {
                end = wanted;
                graceOver.CancelAfter(grace);
            }
        }

        stopped.TrySetResult();
        stopping.Cancel();
    }

    /// <summary>Stops the container and leaves the pod's status as it is, as a node does that is switched off.</summary>
    public async Task AbandonAsync(TimeSpan grace)
    {
        await status.CloseAsync();
        Stop(grace);
        await Completion;
    }

    public void Dispose()
    {
        status.Dispose();
        stopping.Dispose();
        graceOver.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                if (await TryStartAsync() is not var (process, probes))
                {
                    await DelayAsync(ConfigurationRetry);
                }
                else if (!await RunAsync(process, probes))
                {
                    break;
                }
            }
        }
        catch (Exception problem)
        {
            // Not a fault of the pod's: its container may still run, and nobody would look after it.
            PodAbandoned(problem, pod.Metadata.Namespace, pod.Metadata.Name);
        }

        await status.FlushAsync();
    }

    private async Task<(PodProcess Process, ContainerProbes Probes)?> TryStartAsync()
    {
        try
        {
            if (!isPrepared)
            {
                await folder.PrepareAsync(client, stopping.Token);
                isPrepared = true;
            }

            var probes = new ContainerProbes(container, folder.Address, http, time);
            folder.Renew();
            return (PodProcess.Start(options.RunnerProgram, folder), probes);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception problem) when (problem is PodConfigurationException or Win32Exception or IOException or UnauthorizedAccessException)
        {
            var reason = problem is PodConfigurationException ? "CreateContainerConfigError" : "CreateContainerError";
            PodCannotStart(pod.Metadata.Namespace, pod.Metadata.Name, problem.Message);
            status.Update(report => report.With(PodReport.Waiting(reason, problem.Message)));
            return null;
        }
        catch (Exception problem)
        {
            // The API server cannot be asked for a ConfigMap now.
            PodCannotStart(pod.Metadata.Namespace, pod.Metadata.Name, problem.Message);
            return null;
        }
    }

    /// <summary>Attends to a container until it has ended; whether it is to be started again.</summary>
    private async Task<bool> RunAsync(PodProcess process, ContainerProbes probes)
    {
        using var owned = process;
        var isRestart = starts++ > 0;
        status.Update(report => Running(report, process, probes, isRestart));
        var exitCode = await AttendAsync(process, probes);

        var finished = time.GetUtcNow();
        var ended = Terminated(process, exitCode, await folder.ReadTerminationMessageAsync(CancellationToken.None), finished);
        if (pod.Spec.RestartPolicy is not "Always" && !(pod.Spec.RestartPolicy is "OnFailure" && exitCode != 0 && !stopping.IsCancellationRequested))
        {
            status.Update(report => report.With(ended) with { Phase = exitCode == 0 ? "Succeeded" : "Failed" });
            return false;
        }

        if (stopping.IsCancellationRequested)
        {
            status.Update(report => report.With(ended));
            return false;
        }

        var delay = delays.Next(finished - process.Started);
        ContainerEnded(pod.Metadata.Namespace, pod.Metadata.Name, exitCode, delay);
        if (delay == TimeSpan.Zero)
        {
            status.Update(report => report.With(ended));
        }
        else
        {
            var message = $"back-off {delay.TotalSeconds:0.###}s restarting failed container={container.Name} pod={pod.Metadata.Name}_{pod.Metadata.Namespace}({Uid})";
            status.Update(report => report.With(PodReport.Waiting("CrashLoopBackOff", message)) is var waiting
                ? waiting with { Container = waiting.Container with { LastState = ended } }
                : report);
            await DelayAsync(delay);
        }

        return true;
    }

    /// <summary>Probes a container and ends it where it is not healthy or the pod is stopped; its exit code.</summary>
    private async Task<int> AttendAsync(PodProcess process, ContainerProbes probes)
    {
        using var over = new CancellationTokenSource();
        using var stoppingOrOver = CancellationTokenSource.CreateLinkedTokenSource(over.Token, stopping.Token);
        var exit = process.WaitAsync(CancellationToken.None);
        var health = probes.WatchHealthAsync(() => SetStarted(probes.ReadyAtOnce), stoppingOrOver.Token);

        // While it is being ended it may go on serving: Services follow its own word for as long as it runs.
        var readiness = probes.FollowReadinessAsync(SetReady, over.Token);
        await Task.WhenAny(exit, health, stopped.Task);
        if (!exit.IsCompleted)
        {
            using var grace = CancellationTokenSource.CreateLinkedTokenSource(graceOver.Token);
            if (!stopping.IsCancellationRequested && await health is { } problem)
            {
                ContainerUnhealthy(pod.Metadata.Namespace, pod.Metadata.Name, problem);
                grace.CancelAfter(TimeSpan.FromSeconds(pod.Spec.TerminationGracePeriodSeconds ?? DefaultGraceSeconds));
            }

            await process.StopAsync(grace.Token);
        }

        var exitCode = await exit;
        await over.CancelAsync();
        await Task.WhenAll(health, readiness);
        return exitCode;
    }

    private void SetStarted(bool isReady) => status.Update(report => report with { Container = report.Container with { Started = true, Ready = isReady } });

    private void SetReady(bool isReady) => status.Update(report => report with { Container = report.Container with { Ready = isReady } });

    private PodReport Running(PodReport report, PodProcess process, ContainerProbes probes, bool isRestart) => report with
    {
        Phase = "Running",
        PodIP = folder.Address,
        StartTime = report.StartTime ?? process.Started,
        Container = report.Container with
        {
            State = new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = process.Started } },
            LastState = report.Container.State is { Terminated: not null } before ? before : report.Container.LastState,
            RestartCount = report.Container.RestartCount + (isRestart ? 1 : 0),
            Started = probes.StartsAtOnce,
            Ready = probes.StartsAtOnce && probes.ReadyAtOnce,
        },
    };

    private static V1ContainerState Terminated(PodProcess process, int exitCode, string? message, DateTimeOffset finished) => new()
    {
        Terminated = new V1ContainerStateTerminated
        {
            ExitCode = exitCode,
            Reason = exitCode == 0 ? "Completed" : "Error",
            Message = message,
            StartedAt = process.Started,
            FinishedAt = finished,
        },
    };

    private Task DelayAsync(TimeSpan delay) => Task.WhenAny(Task.Delay(delay, time, stopping.Token), stopped.Task);

    [LoggerMessage(EventName = "PodCannotStart", Level = LogLevel.Warning, Message = "Pod {Namespace}/{Name} cannot start: {Cause}")]
    private partial void PodCannotStart(string? @namespace, string? name, string cause);

    [LoggerMessage(EventName = "ContainerEnded", Level = LogLevel.Warning, Message = "The container of pod {Namespace}/{Name} ended with exit code {ExitCode} and is started again in {Delay}")]
    private partial void ContainerEnded(string? @namespace, string? name, int exitCode, TimeSpan delay);

    [LoggerMessage(EventName = "ContainerUnhealthy", Level = LogLevel.Warning, Message = "The container of pod {Namespace}/{Name} is ended: {Cause}")]
    private partial void ContainerUnhealthy(string? @namespace, string? name, string cause);

    [LoggerMessage(EventName = "PodAbandoned", Level = LogLevel.Error, Message = "Pod {Namespace}/{Name} is not looked after any more")]
    private partial void PodAbandoned(Exception exception, string? @namespace, string? name);
}
