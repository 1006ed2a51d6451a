using System.Globalization;
using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;

namespace TextOps.Operator.Tasks;

/// <summary>One attempt at a task, as its Job and Pod show it.</summary>
public sealed record TaskAttempt
{
    // A node that lives removes a pod soon after its grace; one that does not is not waited for.
    private static readonly TimeSpan LostNodeMargin = TimeSpan.FromSeconds(30);

    /// <summary>The Job's name.</summary>
    public required string JobName { get; init; }

    /// <summary>The run it belongs to: <see cref="ApiGroup.RunLabel"/>.</summary>
    public required string RunKey { get; init; }

    /// <summary>The part of the run: see <see cref="TaskParts"/>.</summary>
    public required string Part { get; init; }

    /// <summary>Number of the attempt, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>How it stands.</summary>
    public required TaskState State { get; init; }

    /// <summary>What the task wrote last.</summary>
    public TaskResult? Result { get; init; }

    /// <summary>Why it failed, in words.</summary>
    public string? Message { get; init; }

    /// <summary>Uid of its Job; null while that was not seen.</summary>
    public string? JobUid { get; init; }

    /// <summary>When its Job was created.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it ended; of one that is gone: when that was noticed, null where the operator itself deleted it.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>Address of the pod while it runs.</summary>
    public string? PodIP { get; init; }

    /// <summary>Whether the cluster has made a pod for it.</summary>
    public bool HasPod { get; init; }

    /// <summary>Why its pod does not start; null where it does.</summary>
    public PodHold? Hold { get; init; }

    /// <summary>Whether a pod of it still ends though its Job is over or gone.</summary>
    public bool Lingers { get; init; }

    /// <summary>Until when a pod that ends is waited for; null: until it is gone.</summary>
    public DateTimeOffset? LingersUntil { get; init; }

    /// <summary>What its annotations do not say yet, so that it would be lost with the pod.</summary>
    public bool IsNew { get; init; }

    /// <summary>Whether nothing of it runs any more, so that another attempt may.</summary>
    public bool IsOver(DateTimeOffset now) => State switch
    {
        TaskState.Active => false,
        TaskState.Terminating => LingersUntil <= now,
        _ => !Lingers || LingersUntil <= now,
    };

    /// <summary>Reads an attempt from a Job of ours and its pods.</summary>
    public static TaskAttempt From(V1Job job, IReadOnlyList<V1Pod> pods)
    {
        var ending = pods.Where(pod => !TaskEnd.IsOver(pod)).ToList();
        var attempt = Named(job.Metadata.Name!, job.Metadata.Labels, TaskState.Active) with
        {
            JobUid = job.Metadata.Uid,
            Created = job.Metadata.CreationTimestamp,
            HasPod = pods.Count > 0,
        };
        var lingering = attempt with { Lingers = ending.Count > 0, LingersUntil = Patience(ending) };
        var annotations = job.Metadata.Annotations;
        if (annotations?.GetValueOrDefault(ApiGroup.OutcomeAnnotation) is { } outcome && Enum.TryParse<TaskState>(outcome, out var state))
        {
            var result = Parse(annotations.GetValueOrDefault(ApiGroup.ResultAnnotation));
            return lingering with { State = state, Result = result, Message = result?.Error?.Message, Finished = TaskEnd.TimeOf(job, pods) };
        }

        if (TaskEnd.Of(job, pods) is { } end)
        {
            return lingering with { State = end.State, Result = end.Result, Message = end.Message, Finished = TaskEnd.TimeOf(job, pods), IsNew = true };
        }

        return job.Metadata.DeletionTimestamp is not null
            ? lingering with { State = TaskState.Terminating }
            : attempt with
            {
                PodIP = ending.FirstOrDefault(pod => pod is { Metadata.DeletionTimestamp: null, Status.Phase: "Running" })?.Status?.PodIP,
                Hold = ending.Where(pod => pod.Metadata.DeletionTimestamp is null).Select(PodHold.Of).FirstOrDefault(hold => hold is not null),
            };
    }

    /// <summary>An attempt whose Job is gone while its pods still end.</summary>
    public static TaskAttempt Orphan(IReadOnlyList<V1Pod> pods) =>
        Named(pods[0].Metadata.Labels![V1Job.NameLabel], pods[0].Metadata.Labels, TaskState.Terminating) with
        {
            JobUid = pods[0].Metadata.OwnerReferences?.FirstOrDefault(reference => reference.Controller == true)?.Uid,
            Lingers = true,
            LingersUntil = Patience(pods),
            HasPod = true,
        };

    internal static TaskAttempt Named(string jobName, IReadOnlyDictionary<string, string>? labels, TaskState state)
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

    // A deletionTimestamp is when the grace is over. A pod without one is not being ended yet: it is waited for.
    private static DateTimeOffset? Patience(IReadOnlyList<V1Pod> pods) =>
        pods.Count > 0 && pods.All(pod => pod.Metadata.DeletionTimestamp is not null) ? pods.Max(pod => pod.Metadata.DeletionTimestamp) + LostNodeMargin : null;
}
