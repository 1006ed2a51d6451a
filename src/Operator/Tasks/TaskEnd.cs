using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;

namespace TextOps.Operator.Tasks;

/// <summary>How a Job ended, judged by its pod's exit code; null while it has not.</summary>
internal sealed record TaskEnd(TaskState State, TaskResult? Result, string? Message)
{
    private static readonly string[] Disruptions = ["Evicted", "NodeLost", "Preempting", "Shutdown", "NodeShutdown", "Terminated", "DeletionByTaintManager"];

    public static TaskEnd? Of(V1Job job, IReadOnlyList<V1Pod> pods)
    {
        var pod = pods.MaxBy(candidate => candidate.Metadata.CreationTimestamp);
        var terminated = pod?.Status?.ContainerStatuses?.FirstOrDefault()?.State?.Terminated;
        var complete = Is(job, "Complete");
        var failed = Is(job, "Failed");
        var podOver = pod?.Status?.Phase is "Succeeded" or "Failed";
        if (!complete && !failed && !podOver)
        {
            return null;
        }

        var result = TaskAttempt.Parse(terminated?.Message);
        if (complete || pod?.Status?.Phase == "Succeeded")
        {
            return result is null or { Plan: null, Embed: null, Commit: null }
                ? new TaskEnd(TaskState.Disrupted, null, "the task completed but its result was lost")
                : new TaskEnd(TaskState.Succeeded, result, null);
        }

        if (pod is null || terminated is null)
        {
            return new TaskEnd(TaskState.Disrupted, null, pod?.Status?.Message ?? "the pod was deleted");
        }

        if (pod.Metadata.DeletionTimestamp is not null || Disruptions.Contains(pod.Status!.Reason, StringComparer.Ordinal) || terminated.ExitCode == TaskExitCodes.Terminated)
        {
            return new TaskEnd(TaskState.Disrupted, null, pod.Status!.Message ?? $"the pod was stopped ({pod.Status.Reason ?? "SIGTERM"})");
        }

        return terminated.ExitCode == TaskExitCodes.Refused
            ? new TaskEnd(TaskState.Refused, result, result?.Error?.Message ?? "the task was refused without a message; see the pod's log")
            : new TaskEnd(TaskState.Failed, result, result?.Error?.Message ?? Describe(terminated));
    }

    private static bool Is(V1Job job, string condition) =>
        job.Status?.Conditions?.Any(candidate => candidate.Type == condition && candidate.Status == "True") == true;

    private static string Describe(V1ContainerStateTerminated terminated) => terminated switch
    {
        { Reason: "OOMKilled" } => "the runner was killed for memory (OOMKilled); raise spec.runner.resources.limits.memory",
        { ExitCode: > 128 } => $"the runner was ended by signal {terminated.ExitCode - 128}",
        _ => $"the runner ended with exit code {terminated.ExitCode}; see the pod's log",
    };
}
