using Microsoft.Extensions.Logging;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Rbac;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.ModelDeployments;

/// <summary>Keeps ModelDeployments: observes their children, decides, acts, and reports in the status.</summary>
[Rbac<ModelDeployment>("get", "list", "watch")]
[Rbac<ModelDeployment>("update", Subresource = "status")]
internal sealed partial class ModelDeploymentController(
    ModelDeploymentObserver observer,
    StageChildren children,
    ChildTasks tasks,
    IKubernetesClient client,
    IEventRecorder events,
    TimeProvider time,
    ILogger<ModelDeploymentController> logger) : IEntityController<ModelDeployment>
{
    private static readonly TimeSpan RejectedRetry = TimeSpan.FromMinutes(1);

    private readonly TaskOutcomes outcomes = new(tasks, events, logger);

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ModelDeployment entity, CancellationToken cancellationToken)
    {
        if (entity.Metadata.DeletionTimestamp is not null)
        {
            return ReconcileResult.Done;
        }

        var now = time.GetUtcNow();
        var seen = await observer.ObserveAsync(entity, now, cancellationToken);
        var plan = ModelDeploymentDecision.Decide(seen, now);
        plan = await ApplyAsync(seen, plan, now, cancellationToken);
        await ReportAsync(seen, plan, now, cancellationToken);
        return plan.WakeAfter is { } wait ? ReconcileResult.Again(wait) : ReconcileResult.Done;
    }

    /// <inheritdoc/>
    public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        var key = new NamespacedName(@namespace, name);
        tasks.Forget(OwnerKey.Of<ModelDeployment>(key));
        children.Forget(key);
        return Task.CompletedTask;
    }

    private async Task<ModelDeploymentPlan> ApplyAsync(ModelDeploymentSnapshot seen, ModelDeploymentPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var entity = seen.Object;
        await outcomes.KeepAsync(entity, seen.Attempts, cancellationToken);
        foreach (var job in plan.Delete)
        {
            await tasks.DeleteAsync(entity, job, cancellationToken);
        }

        if (plan.Problem is null)
        {
            foreach (var leftover in seen.Leftovers)
            {
                await children.DeleteAsync(entity, leftover, cancellationToken);
            }
        }

        var stages = new List<StagePlan>();
        foreach (var stage in plan.Stages)
        {
            stages.Add(await ApplyAsync(seen, stage, cancellationToken));
        }

        plan = plan with { Stages = stages, WakeAfter = ModelDeploymentPlan.Earliest([plan.WakeAfter, .. stages.Select(stage => stage.WakeAfter)]) };
        return await StartAsync(seen, plan, now, cancellationToken);
    }

    // One stage that the API server refuses does not keep the others.
    private async Task<StagePlan> ApplyAsync(ModelDeploymentSnapshot seen, StagePlan stage, CancellationToken cancellationToken)
    {
        if (stage.Wanted is not { } wanted)
        {
            return stage;
        }

        try
        {
            await children.DeleteTasksAsync(seen.Object, stage.Unneeded, cancellationToken);
            if (await children.ApplyAsync(seen, stage.Seen, wanted, cancellationToken))
            {
                StageApplied(seen.Object.Metadata.Namespace, seen.Object.Metadata.Name, stage.Seen.Stage.Name, wanted.Current.Version, stage.Reason);
            }

            return stage;
        }
        catch (KubernetesException exception) when (IsRefusal(exception))
        {
            return stage with
            {
                State = StageState.Of(stage.Seen, seen.Model),
                Ready = StageReadiness.No,
                Reason = RunReasons.ChildRejected,
                Message = $"the API server refused a child: {exception.Message}",
                Stalled = RunReasons.ChildRejected,
                Reconciling = false,
                WakeAfter = RejectedRetry,
            };
        }
    }

    private async Task<ModelDeploymentPlan> StartAsync(ModelDeploymentSnapshot seen, ModelDeploymentPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var entity = seen.Object;
        try
        {
            foreach (var (runId, task) in plan.Start)
            {
                await tasks.StartAsync(entity, runId, task, StageBuilder.TaskRunner(seen.Spec, task.Part), seen.Spec.Runner.Image ?? seen.Options.RunnerImage, seen.Spec.QueueName, now, cancellationToken);
                TaskStarted(entity.Metadata.Namespace, entity.Metadata.Name, task.Part, task.Stage, task.Attempt);
            }
        }
        catch (KubernetesException exception) when (IsRefusal(exception))
        {
            return plan with { ChildRejected = $"the API server refused a task: {exception.Message}", WakeAfter = RejectedRetry };
        }

        return plan;
    }

    /// <summary>Writes the status where the decision changed it, and tells what is new.</summary>
    private async Task ReportAsync(ModelDeploymentSnapshot seen, ModelDeploymentPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var status = ModelDeploymentStatusBuilder.Build(seen, plan, now);
        if (plan.Start.Count == 0 && !plan.Stages.Any(stage => stage.Reconciling))
        {
            tasks.ForgetGone(OwnerKey.Of(seen.Object));
        }

        if (ModelDeploymentStatusBuilder.AreSame(seen.Status, status))
        {
            return;
        }

        await client.UpdateStatusAsync(seen.Object with { Status = status }, cancellationToken);
        foreach (var news in StageNews.Of(seen.Status, status))
        {
            events.Event(seen.Object, news.Type, news.Reason, news.Message);
        }
    }

    private static bool IsRefusal(KubernetesException exception) => exception.Code is 400 or 403 or 413 or 422;

    [LoggerMessage(Level = LogLevel.Information, Message = "ModelDeployment {Namespace}/{Name}: applied stage {Stage} with {Version} ({Reason})")]
    private partial void StageApplied(string? @namespace, string? name, string stage, string version, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "ModelDeployment {Namespace}/{Name}: started {Part} of stage {Stage} attempt {Attempt}")]
    private partial void TaskStarted(string? @namespace, string? name, string part, string? stage, int attempt);
}
