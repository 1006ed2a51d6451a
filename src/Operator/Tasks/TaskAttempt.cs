using System.Globalization;
using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;

namespace TextOps.Operator.Tasks;

/// <summary>One attempt at a task, as its Job and Pod show it.</summary>
public sealed record TaskAttempt
{
    /// <summary>The Job's name.</summary>
    public required string JobName { get; init; }

    /// <summary>The run it belongs to: <see cref="ApiGroup.RunLabel"/>.</summary>
    public required string RunKey { get; init; }

    /// <summary>The part of the run: plan, s00000, commit.</summary>
    public required string Part { get; init; }

    /// <summary>Number of the attempt, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>How it stands.</summary>
    public required TaskState State { get; init; }

    /// <summary>What the task wrote last.</summary>
    public TaskResult? Result { get; init; }

    /// <summary>Why it failed, in words.</summary>
    public string? Message { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>Address of the pod while it runs.</summary>
    public string? PodIP { get; init; }

    /// <summary>Why its container does not start, for example <c>ImagePullBackOff: …</c>; null where it does.</summary>
    public string? Waiting { get; init; }

    /// <summary>What its annotations do not say yet, so that it would be lost with the pod.</summary>
    public bool IsNew { get; init; }

    /// <summary>Whether it has ended one way or another.</summary>
    public bool IsOver => State is not (TaskState.Active or TaskState.Terminating);

    /// <summary>Reads an attempt from a Job of ours and its pods.</summary>
    public static TaskAttempt From(V1Job job, IReadOnlyList<V1Pod> pods)
    {
        var attempt = Named(job.Metadata.Name!, job.Metadata.Labels, TaskState.Active);
        var annotations = job.Metadata.Annotations;
        if (annotations?.GetValueOrDefault(ApiGroup.OutcomeAnnotation) is { } outcome && Enum.TryParse<TaskState>(outcome, out var state))
        {
            var result = Parse(annotations.GetValueOrDefault(ApiGroup.ResultAnnotation));
            return attempt with { State = state, Result = result, Message = result?.Error?.Message, Finished = EndOf(job, pods) };
        }

        return TaskEnd.Of(job, pods) is { } end
            ? attempt with { State = end.State, Result = end.Result, Message = end.Message, Finished = EndOf(job, pods), IsNew = true }
            : attempt with
            {
                State = job.Metadata.DeletionTimestamp is null ? TaskState.Active : TaskState.Terminating,
                PodIP = pods.FirstOrDefault(pod => pod.Status?.Phase == "Running")?.Status?.PodIP,
                Waiting = pods.Select(WaitingOf).FirstOrDefault(reason => reason is not null),
            };
    }

    /// <summary>An attempt whose Job is gone while its pod still ends.</summary>
    public static TaskAttempt Orphan(V1Pod pod) => Named(pod.Metadata.Labels![V1Job.NameLabel], pod.Metadata.Labels, TaskState.Terminating);

    internal static TaskResult? Parse(string? message)
    {
        if (string.IsNullOrWhiteSpace(message) || message.Length > TaskResult.MaxBytes)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<TaskResult>(message, Json.Objects);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TaskAttempt Named(string jobName, IReadOnlyDictionary<string, string>? labels, TaskState state)
    {
        labels ??= new Dictionary<string, string>(StringComparer.Ordinal);
        return new TaskAttempt
        {
            JobName = jobName,
            RunKey = labels.GetValueOrDefault(ApiGroup.RunLabel, ""),
            Part = labels.GetValueOrDefault(ApiGroup.PartLabel, ""),
            Number = int.TryParse(labels.GetValueOrDefault(ApiGroup.AttemptLabel), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0,
            State = state,
        };
    }

    // A container that is only being created waits too, and says no more than that.
    private static string? WaitingOf(V1Pod pod) =>
        pod.Status?.ContainerStatuses?.FirstOrDefault()?.State?.Waiting is { Reason: not (null or "ContainerCreating" or "PodInitializing") } waiting
            ? $"{waiting.Reason}: {waiting.Message}"
            : null;

    private static DateTimeOffset? EndOf(V1Job job, IReadOnlyList<V1Pod> pods) =>
        pods.Select(pod => pod.Status?.ContainerStatuses?.FirstOrDefault()?.State?.Terminated?.FinishedAt).Max()
        ?? job.Status?.CompletionTime
        ?? job.Status?.Conditions?.FirstOrDefault(condition => condition.Status == "True")?.LastTransitionTime;
}

/// <summary>How an attempt stands.</summary>
public enum TaskState
{
    /// <summary>Its Job is not over.</summary>
    Active,

    /// <summary>Its Job is being deleted, or was and left a pod that still ends.</summary>
    Terminating,

    /// <summary>It is done and said what it did.</summary>
    Succeeded,

    /// <summary>The task or its input is wrong; trying again is no use.</summary>
    Refused,

    /// <summary>It failed in a way that may pass.</summary>
    Failed,

    /// <summary>Its pod was taken away (evicted, preempted, node lost, deleted) or its result was; that is not its fault.</summary>
    Disrupted,
}
