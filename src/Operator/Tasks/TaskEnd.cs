using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;

namespace TextOps.Operator.Tasks;

/// <summary>
/// How a Job ended, judged by its pod's exit code; null while it has not. A Job has one pod, but one whose node was lost may get another before its controller counts
/// the first: the newest that ended well and said so counts, else the newest that ended.
/// </summary>
internal sealed record TaskEnd(TaskState State, TaskResult? Result, string? Message)
{
    private const string DeadlineExceeded = "DeadlineExceeded";

    private static readonly string[] Disruptions = ["Evicted", "NodeLost", "Preempting", "Shutdown", "NodeShutdown", "Terminated", "DeletionByTaintManager"];

    public static TaskEnd? Of(V1Job job, IReadOnlyList<V1Pod> pods)
    {
        var part = TaskAttempt.Named(job.Metadata.Name!, job.Metadata.Labels, TaskState.Active).Part;
        var over = pods.Where(IsOver).OrderByDescending(pod => pod.Metadata.CreationTimestamp).ToList();
        foreach (var pod in over.Where(pod => pod.Status!.Phase == "Succeeded"))
        {
            if (TaskAttempt.Parse(Terminated(pod)?.Message) is { } result && TaskParts.IsAnswer(part, result))
            {
                return new TaskEnd(TaskState.Succeeded, result, null);
            }
        }

        // FailureTarget and SuccessCriteriaMet (Kubernetes 1.31) only announce an end: until then, the pods say more.
        var complete = Is(job, "Complete");
        var failed = Is(job, "Failed");
        if (!complete && !failed && (over.Count == 0 || over.Count < pods.Count))
        {
            return null;
        }

        if (complete || over.FirstOrDefault()?.Status?.Phase == "Succeeded")
        {
            return new TaskEnd(TaskState.ResultLost, null, "the task completed but its result was lost");
        }

        return over.FirstOrDefault() is { } last ? OfFailedPod(last) : OfNoPod(job);
    }

    /// <summary>When a Job that is over ended; the best that is known.</summary>
    public static DateTimeOffset? TimeOf(V1Job job, IReadOnlyList<V1Pod> pods) =>
        pods.Select(pod => Terminated(pod)?.FinishedAt).Max()
        ?? job.Status?.CompletionTime
        ?? job.Status?.Conditions?.FirstOrDefault(condition => condition is { Status: "True", Type: "Complete" or "Failed" })?.LastTransitionTime
        ?? pods.SelectMany(pod => pod.Status?.Conditions ?? []).Max(condition => condition.LastTransitionTime)
        ?? job.Metadata.CreationTimestamp;

    public static bool IsOver(V1Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    private static TaskEnd OfFailedPod(V1Pod pod)
    {
        var status = pod.Status!;
        if (status.Reason == DeadlineExceeded)
        {
            return new TaskEnd(TaskState.Failed, null, "the pod was ended by an activeDeadlineSeconds that something in the cluster gave it");
        }

        if (Terminated(pod) is not { } terminated)
        {
            return new TaskEnd(TaskState.Disrupted, null, status.Message ?? $"the pod ended before it started ({status.Reason ?? "no reason was given"})");
        }

        if (pod.Metadata.DeletionTimestamp is not null || Disruptions.Contains(status.Reason, StringComparer.Ordinal) || terminated.ExitCode == TaskExitCodes.Terminated || IsTarget(status))
        {
            return new TaskEnd(TaskState.Disrupted, null, status.Message ?? $"the pod was stopped ({status.Reason ?? "SIGTERM"})");
        }

        var result = TaskAttempt.Parse(terminated.Message);
        return terminated.ExitCode == TaskExitCodes.Refused
            ? new TaskEnd(TaskState.Refused, result, result?.Error?.Message ?? "the task was refused without a message; see the pod's log")
            : new TaskEnd(TaskState.Failed, result, result?.Error?.Message ?? Describe(terminated));
    }

    private static TaskEnd OfNoPod(V1Job job) =>
        job.Status?.Conditions?.Any(condition => condition is { Type: "Failed", Status: "True", Reason: DeadlineExceeded }) == true
            ? new TaskEnd(TaskState.Failed, null, "the Job was ended by an activeDeadlineSeconds that something in the cluster gave it")
            : new TaskEnd(TaskState.Disrupted, null, "the pod was deleted");

    private static V1ContainerStateTerminated? Terminated(V1Pod pod) => pod.Status?.ContainerStatuses?.FirstOrDefault()?.State?.Terminated;

    private static bool Is(V1Job job, string condition) =>
        job.Status?.Conditions?.Any(candidate => candidate.Type == condition && candidate.Status == "True") == true;

    private static bool IsTarget(V1PodStatus status) => status.Conditions?.Any(condition => condition is { Type: "DisruptionTarget", Status: "True" }) == true;

    /// <summary>How a container ended that said nothing.</summary>
    public static string Describe(V1ContainerStateTerminated terminated) => terminated switch
    {
        { Reason: "OOMKilled" } => "the runner was killed for memory (OOMKilled); raise spec.runner.resources.limits.memory",
        { Reason: "StartError" or "ContainerCannotRun" } => $"the container could not be started ({terminated.Reason}): {terminated.Message}",
        { ExitCode: > 128 } => $"the runner was ended by signal {terminated.ExitCode - 128}",
        _ => $"the runner ended with exit code {terminated.ExitCode}; see the pod's log",
    };
}
