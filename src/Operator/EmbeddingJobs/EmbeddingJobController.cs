using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
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

        var seen = await observer.ObserveAsync(job, cancellationToken);
        var plan = EmbeddingJobDecision.Decide(seen, time.GetUtcNow());
        plan = await ApplyAsync(seen, plan, cancellationToken);
        await ReportAsync(seen, plan, cancellationToken);
        return plan.WakeAfter is { } wait ? ReconcileResult.Again(wait) : ReconcileResult.Done;
    }

    /// <inheritdoc/>
    public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        observer.Forget(@namespace, name);
        return Task.CompletedTask;
    }

    private async Task<EmbeddingJobPlan> ApplyAsync(EmbeddingJobSnapshot seen, EmbeddingJobPlan plan, CancellationToken cancellationToken)
    {
        foreach (var attempt in seen.Attempts.Where(attempt => attempt.IsNew))
        {
            await children.KeepOutcomeAsync(seen.Job, attempt, cancellationToken);
            TaskEnded(seen.Job.Metadata.Namespace, seen.Job.Metadata.Name, attempt.JobName, attempt.State, attempt.Message);
            if (attempt.State is TaskState.Failed or TaskState.Disrupted)
            {
                events.Event(seen.Job, EventType.Warning, attempt.State == TaskState.Failed ? "TaskFailed" : "TaskDisrupted", $"{attempt.JobName}: {attempt.Message}");
            }
        }

        foreach (var name in plan.Delete)
        {
            await children.DeleteAsync(seen.Job, name, cancellationToken);
        }

        try
        {
            foreach (var task in plan.Start)
            {
                await children.StartAsync(seen.Job, plan.Run!, task, seen.Spec.Runner, seen.Spec.QueueName, cancellationToken);
                TaskStarted(seen.Job.Metadata.Namespace, seen.Job.Metadata.Name, task.Part, task.Attempt);
            }

            return plan;
        }
        catch (KubernetesException exception) when (exception.Code is 400 or 403 or 413 or 422)
        {
            return plan with
            {
                Reason = EmbeddingJobReasons.Failed,
                Message = $"the API server refused a child: {exception.Message}",
                Stalled = EmbeddingJobReasons.ChildRejected,
                Reconciling = false,
                WakeAfter = RejectedRetry,
            };
        }
    }

    private async Task ReportAsync(EmbeddingJobSnapshot seen, EmbeddingJobPlan plan, CancellationToken cancellationToken)
    {
        var status = EmbeddingJobStatusBuilder.Build(seen, plan, time.GetUtcNow());
        var before = JsonSerializer.SerializeToNode(seen.Job.Status, Json.Objects);
        if (JsonNode.DeepEquals(before, JsonSerializer.SerializeToNode(status, Json.Objects)))
        {
            return;
        }

        await client.UpdateStatusAsync(seen.Job with { Status = status }, cancellationToken);
        var was = seen.Job.Status?.Conditions?.FirstOrDefault(condition => condition.Type == EmbeddingJobConditions.Ready);
        if (plan.Ended is { Result: EmbeddingJobReasons.Superseded } superseded)
        {
            events.Event(seen.Job, EventType.Normal, EmbeddingJobReasons.Superseded, $"run {superseded.Id} was cancelled: {superseded.Message}");
        }

        if (was?.Reason != plan.Reason || seen.LastRun?.Id != plan.Run?.Id)
        {
            events.Event(seen.Job, plan.Stalled is null ? EventType.Normal : EventType.Warning, plan.Stalled ?? plan.Reason, plan.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "EmbeddingJob {Namespace}/{Name}: started {Part} attempt {Attempt}")]
    private partial void TaskStarted(string? @namespace, string? name, string part, int attempt);

    [LoggerMessage(Level = LogLevel.Information, Message = "EmbeddingJob {Namespace}/{Name}: {JobName} ended as {State}: {Cause}")]
    private partial void TaskEnded(string? @namespace, string? name, string jobName, TaskState state, string? cause);
}
