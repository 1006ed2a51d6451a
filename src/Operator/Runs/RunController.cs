using Microsoft.Extensions.Logging;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Runs;

/// <summary>Keeps the objects of one kind of runs: observes the children, decides, acts, and reports in the status.</summary>
public sealed partial class RunController<T, TSnapshot>(
    IRunKind<T, TSnapshot> kind,
    RunObserver<T, TSnapshot> observer,
    ChildTasks children,
    IKubernetesClient client,
    IEventRecorder events,
    TimeProvider time,
    ILogger<RunController<T, TSnapshot>> logger) : IEntityController<T>
    where T : class, IRunObject<IRunSpec, IRunStatus>
    where TSnapshot : RunSnapshot
{
    private static readonly TimeSpan RejectedRetry = TimeSpan.FromMinutes(1);

    private readonly TaskOutcomes outcomes = new(children, events, logger);

    private static string Kind => EntityType.Of<T>().Kind;

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(T entity, CancellationToken cancellationToken)
    {
        if (entity.Metadata.DeletionTimestamp is not null)
        {
            return ReconcileResult.Done;
        }

        var now = time.GetUtcNow();
        var seen = await observer.ObserveAsync(entity, now, cancellationToken);
        var plan = kind.Decide(seen, now);
        plan = await ApplyAsync(entity, seen, plan, now, cancellationToken);
        if (!await ReportAsync(entity, seen, plan, now, cancellationToken))
        {
            await ReportProgressAsync(entity, seen, plan, now, cancellationToken);
        }

        return plan.WakeAfter is { } wait ? ReconcileResult.Again(wait) : ReconcileResult.Done;
    }

    /// <inheritdoc/>
    public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        observer.Forget(new NamespacedName(@namespace, name));
        return Task.CompletedTask;
    }

    private async Task<RunPlan> ApplyAsync(T entity, TSnapshot seen, RunPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await outcomes.KeepAsync(entity, seen.Attempts, cancellationToken);
        foreach (var name in plan.Delete)
        {
            await children.DeleteAsync(entity, name, cancellationToken);
        }

        var started = 0;
        try
        {
            foreach (var task in plan.Start)
            {
                var image = seen.Spec.Runner.Image ?? plan.Run!.Image ?? seen.Options.RunnerImage;
                await children.StartAsync(entity, plan.Run!.Id, task, seen.Spec.Runner, image, seen.Spec.QueueName, now, cancellationToken);
                TaskStarted(Kind, entity.Metadata.Namespace, entity.Metadata.Name, task.Part, task.Attempt);
                started++;
            }

            return plan;
        }
        catch (KubernetesException exception) when (exception.Code is 400 or 403 or 413 or 422)
        {
            return Rejected(seen, plan with { Start = [.. plan.Start.Take(started)] }, $"the API server refused a child: {exception.Message}");
        }
    }

    /// <summary>Writes the status where the decision changed it; false where it did not.</summary>
    private async Task<bool> ReportAsync(T entity, TSnapshot seen, RunPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (plan.Run is { CompletionTime: not null })
        {
            observer.ForgetRun(entity);
        }

        var reported = kind.Report(seen, plan, now);
        if (kind.IsSameButProgress(entity, reported))
        {
            return false;
        }

        await client.UpdateStatusAsync(reported, cancellationToken);
        foreach (var news in plan.News)
        {
            events.Event(entity, news.Type, news.Reason, news.Message);
        }

        return true;
    }

    /// <summary>Asks the pods how far they are, in a pass that has nothing else to do, and writes it where a whole per cent moved.</summary>
    private async Task ReportProgressAsync(T entity, TSnapshot seen, RunPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!plan.Reconciling)
        {
            return;
        }

        var asked = await observer.WithProgressAsync(seen, cancellationToken);
        var reported = kind.Report(asked, plan, now);
        if (kind.HasMoved(entity, reported) && observer.MayReportProgress())
        {
            await client.UpdateStatusAsync(reported, cancellationToken);
        }
    }

    private static RunPlan Rejected(TSnapshot seen, RunPlan plan, string message) => plan with
    {
        Reason = RunReasons.Failed,
        Message = message,
        Stalled = RunReasons.ChildRejected,
        Reconciling = false,
        WakeAfter = RejectedRetry,
        News = seen.Says(RunConditions.Stalled, RunReasons.ChildRejected) ? plan.News : [.. plan.News, new Announcement(EventType.Warning, RunReasons.ChildRejected, message)],
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} {Namespace}/{Name}: started {Part} attempt {Attempt}")]
    private partial void TaskStarted(string kind, string? @namespace, string? name, string part, int attempt);
}
