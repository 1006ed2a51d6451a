using Microsoft.Extensions.Logging;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Runs;

namespace TextOps.Operator.Tasks;

/// <summary>Lifts what attempts said into their Jobs, before a pod can be gone, and tells of those that did not end well.</summary>
internal sealed partial class TaskOutcomes(ChildTasks children, IEventRecorder events, ILogger logger)
{
    private static readonly (TaskState State, string Reason)[] Told =
        [(TaskState.Failed, RunEvents.TaskFailed), (TaskState.Disrupted, RunEvents.TaskDisrupted), (TaskState.ResultLost, RunEvents.TaskResultLost)];

    /// <summary>Keeps the outcomes of those of <paramref name="attempts"/> that just ended.</summary>
    public async Task KeepAsync(IKubernetesObject owner, IReadOnlyList<TaskAttempt> attempts, CancellationToken cancellationToken)
    {
        var ended = attempts.Where(attempt => attempt.IsNew).ToList();
        foreach (var attempt in ended)
        {
            await children.KeepOutcomeAsync(owner, attempt, cancellationToken);
            TaskEnded(owner.Kind, owner.Metadata.Namespace, owner.Metadata.Name, attempt.JobName, attempt.State, attempt.Message);
        }

        foreach (var (state, reason) in Told)
        {
            // One event for all: a node that is drained takes many pods at once.
            var those = ended.Where(attempt => attempt.State == state).ToList();
            if (those.Count > 0)
            {
                var more = those.Count > 1 ? $" (and {those.Count - 1} more)" : "";
                events.Event(owner, EventType.Warning, reason, $"{those[0].JobName}{more}: {those[0].Message}");
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} {Namespace}/{Name}: {JobName} ended as {State}: {Cause}")]
    private partial void TaskEnded(string kind, string? @namespace, string? name, string jobName, TaskState state, string? cause);
}
