using Microsoft.Extensions.Logging;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Rbac;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>Keeps EmbeddingJobs: observes the children, decides, acts, and reports in the status.</summary>
[Rbac<EmbeddingJob>("get", "list", "watch")]
[Rbac<EmbeddingJob>("update", Subresource = "status")]
public sealed partial class EmbeddingJobController(
    IKubernetesClient client,
    ChildTasks children,
    EmbeddingJobObserver observer,
    IEventRecorder events,
    TimeProvider time,
    ILogger<EmbeddingJobController> logger) : IEntityController<EmbeddingJob>
{
    private static readonly TimeSpan RejectedRetry = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(EmbeddingJob job, CancellationToken cancellationToken)
    {
        if (job.Metadata.DeletionTimestamp is not null)
        {
            return ReconcileResult.Done;
        }

        var now = time.GetUtcNow();
        var seen = await observer.ObserveAsync(job, now, cancellationToken);
        var plan = EmbeddingJobDecision.Decide(seen, now);
        plan = await ApplyAsync(seen, plan, now, cancellationToken);
        if (!await ReportAsync(seen, plan, now, cancellationToken))
        {
            await ReportProgressAsync(seen, plan, now, cancellationToken);
        }

        return plan.WakeAfter is { } wait ? ReconcileResult.Again(wait) : ReconcileResult.Done;
    }

    /// <inheritdoc/>
    public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        observer.Forget(@namespace, name);
        return Task.CompletedTask;
    }

    private async Task<EmbeddingJobPlan> ApplyAsync(EmbeddingJobSnapshot seen, EmbeddingJobPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await KeepOutcomesAsync(seen, cancellationToken);
        foreach (var name in plan.Delete)
        {
            await children.DeleteAsync(seen.Job, name, cancellationToken);
        }

        var started = 0;
        try
        {
            foreach (var task in plan.Start)
            {
                await children.StartAsync(seen.Job, plan.Run!, task, seen.Spec.Runner, seen.Spec.QueueName, now, cancellationToken);
                TaskStarted(seen.Job.Metadata.Namespace, seen.Job.Metadata.Name, task.Part, task.Attempt);
                started++;
            }

            return plan;
        }
        catch (KubernetesException exception) when (exception.Code is 400 or 403 or 413 or 422)
        {
            return Rejected(seen, plan, plan.Start.Count - started, $"the API server refused a child: {exception.Message}");
        }
    }

    /// <summary>Lifts what attempts said into their Jobs, before a pod can be gone; tells of those that did not end well.</summary>
    private async Task KeepOutcomesAsync(EmbeddingJobSnapshot seen, CancellationToken cancellationToken)
    {
        var ended = seen.Attempts.Where(attempt => attempt.IsNew).ToList();
        foreach (var attempt in ended)
        {
            await children.KeepOutcomeAsync(seen.Job, attempt, cancellationToken);
            TaskEnded(seen.Job.Metadata.Namespace, seen.Job.Metadata.Name, attempt.JobName, attempt.State, attempt.Message);
        }

        Tell(TaskState.Failed, EmbeddingJobEvents.TaskFailed);
        Tell(TaskState.Disrupted, EmbeddingJobEvents.TaskDisrupted);
        Tell(TaskState.ResultLost, EmbeddingJobEvents.TaskResultLost);

        // One event for all: a node that is drained takes many pods at once.
        void Tell(TaskState state, string reason)
        {
            var those = ended.Where(attempt => attempt.State == state).ToList();
            if (those.Count > 0)
            {
                var more = those.Count > 1 ? $" (and {those.Count - 1} more)" : "";
                events.Event(seen.Job, EventType.Warning, reason, $"{those[0].JobName}{more}: {those[0].Message}");
            }
        }
    }

    /// <summary>Writes the status where the decision changed it; false where it did not.</summary>
    private async Task<bool> ReportAsync(EmbeddingJobSnapshot seen, EmbeddingJobPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (plan.Run is { CompletionTime: not null })
        {
            observer.ForgetRun(seen.Job);
        }

        var status = EmbeddingJobStatusBuilder.Build(seen, plan, now);
        if (EmbeddingJobStatusBuilder.IsSameButProgress(seen.Job.Status, status))
        {
            return false;
        }

        await client.UpdateStatusAsync(seen.Job with { Status = status }, cancellationToken);
        foreach (var news in plan.News)
        {
            events.Event(seen.Job, news.Type, news.Reason, news.Message);
        }

        return true;
    }

    /// <summary>Asks the pods how far they are, in a pass that has nothing else to do, and writes it where a whole per cent moved.</summary>
    private async Task ReportProgressAsync(EmbeddingJobSnapshot seen, EmbeddingJobPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!plan.Reconciling)
        {
            return;
        }

        var asked = await observer.WithProgressAsync(seen, cancellationToken);
        var status = EmbeddingJobStatusBuilder.Build(asked, plan with { Counts = EmbeddingJobDecision.Decide(asked, now).Counts }, now);
        if (status.Progress != seen.Job.Status?.Progress && observer.MayReportProgress())
        {
            await client.UpdateStatusAsync(seen.Job with { Status = status }, cancellationToken);
        }
    }

    private static EmbeddingJobPlan Rejected(EmbeddingJobSnapshot seen, EmbeddingJobPlan plan, int notStarted, string message)
    {
        var isNews = Conditions.Find(seen.Job.Status?.Conditions, RunConditions.Stalled)?.Reason != RunReasons.ChildRejected;
        return plan with
        {
            Reason = RunReasons.Failed,
            Message = message,
            Stalled = RunReasons.ChildRejected,
            Reconciling = false,
            Shards = TaskParts.IsShard(plan.Start[0].Part) ? plan.Shards! with { Active = plan.Shards.Active - notStarted } : plan.Shards,
            WakeAfter = RejectedRetry,
            News = isNews ? [.. plan.News, new Announcement(EventType.Warning, RunReasons.ChildRejected, message)] : plan.News,
        };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "EmbeddingJob {Namespace}/{Name}: started {Part} attempt {Attempt}")]
    private partial void TaskStarted(string? @namespace, string? name, string part, int attempt);

    [LoggerMessage(Level = LogLevel.Information, Message = "EmbeddingJob {Namespace}/{Name}: {JobName} ended as {State}: {Cause}")]
    private partial void TaskEnded(string? @namespace, string? name, string jobName, TaskState state, string? cause);
}
