using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.Meta;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rbac;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Tasks;

/// <summary>The child Jobs of our objects: observed through the informers' stores, created and deleted by name, never changed but for our annotations.</summary>
[Rbac<V1Job>("list", "watch", "create", "patch", "delete")]
[Rbac<V1Pod>("list", "watch")]
[Rbac<V1ConfigMap>("create", "delete")]
public sealed class ChildTasks(IKubernetesClient client, Store<V1Job> jobs, ChildIndex<V1Pod> pods)
{
    private readonly AttemptBook book = new();

    /// <summary>The attempts that belong to <paramref name="owner"/>, by part and number: its Jobs, pods that still end though their Job is gone, and Jobs that are gone.</summary>
    public async Task<IReadOnlyList<TaskAttempt>> ObserveAsync(IKubernetesObject owner, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var mine = jobs.OwnedBy(owner.Metadata.Uid!);
        var byJob = pods.Find(OwnerKey.Of(owner))
            .Where(pod => pod.Metadata.Labels!.ContainsKey(V1Job.NameLabel))
            .ToLookup(pod => pod.Metadata.Labels![V1Job.NameLabel], StringComparer.Ordinal);
        var attempts = new List<TaskAttempt>();
        foreach (var job in mine)
        {
            attempts.Add(await ObserveAsync(owner, job, [.. byJob[job.Metadata.Name!].Where(pod => IsOwnedBy(pod, job))], cancellationToken));
        }

        var names = mine.Select(job => job.Metadata.Name!).ToHashSet(StringComparer.Ordinal);
        attempts.AddRange(byJob.Where(group => !names.Contains(group.Key))
            .Select(group => group.Where(pod => !TaskEnd.IsOver(pod)).ToList())
            .Where(ending => ending.Count > 0)
            .Select(TaskAttempt.Orphan));
        return [.. book.Complete(OwnerKey.Of(owner), attempts, now).OrderBy(attempt => attempt.Part, StringComparer.Ordinal).ThenBy(attempt => attempt.Number)];
    }

    /// <summary>Drops what is remembered of Jobs that are gone: the run is over.</summary>
    public void ForgetGone(OwnerKey owner) => book.ForgetGone(owner);

    /// <summary>Drops what is remembered of an object that is gone.</summary>
    public void Forget(OwnerKey owner) => book.Forget(owner);

    /// <summary>The <typeparamref name="T"/> that a pod works for: its owner is a Job, and what owns that is named by our labels.</summary>
    public static NamespacedName? OwnerOf<T>(V1Pod pod) where T : class, IKubernetesObject =>
        OwnerKey.OfChild(pod) is { } owner && owner == OwnerKey.Of<T>(owner.Name) ? owner.Name : null;

    /// <summary>Starts a task: ConfigMap and Job are created; where they are already, that is fine.</summary>
    /// <exception cref="KubernetesException">The API server refuses one of them.</exception>
    public async Task StartAsync<T>(
        T owner, string runId, TaskToStart task, RunnerSpec runner, string image, string? queueName, DateTimeOffset now, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var (configMap, job) = TaskJobBuilder.Build(owner, runId, task, runner, image, queueName);
        await CreateAsync(configMap, cancellationToken);
        await CreateAsync(job, cancellationToken);
        book.Started(OwnerKey.Of(owner), TaskAttempt.Named(job.Metadata.Name!, job.Metadata.Labels, TaskState.Active) with { Created = now });
    }

    /// <summary>Writes an attempt's outcome and result to its Job's annotations, so that they outlive the pod.</summary>
    public async Task KeepOutcomeAsync(IKubernetesObject owner, TaskAttempt attempt, CancellationToken cancellationToken)
    {
        var annotations = new JsonObject { [ApiGroup.OutcomeAnnotation] = attempt.State.ToString() };
        var result = attempt.Result
            ?? (attempt.Message is null ? null : new TaskResult { Error = new TaskError { Reason = attempt.State.ToString(), Message = attempt.Message } });
        if (result is not null)
        {
            annotations[ApiGroup.ResultAnnotation] = JsonSerializer.Serialize(result, Json.Objects);
        }

        try
        {
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
            await client.PatchAsync<V1Job>(attempt.JobName, owner.Metadata.Namespace, patch, cancellationToken);
            book.Kept(OwnerKey.Of(owner), attempt);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            // Somebody deleted the Job; the next pass sees that and starts another attempt.
        }
    }

    /// <summary>Deletes a Job with the ConfigMap of its task; its pod ends with grace.</summary>
    public async Task DeleteAsync(IKubernetesObject owner, string name, CancellationToken cancellationToken)
    {
        // The ConfigMap first: it is known by its Job, and who is cut off in between finds the Job again. A later attempt creates it anew.
        var volumes = jobs.Find(new NamespacedName(owner.Metadata.Namespace!, name))?.Spec.Template.Spec.Volumes;
        if (volumes?.FirstOrDefault(volume => volume.ConfigMap is not null)?.ConfigMap?.Name is { } configMap)
        {
            await client.DeleteAsync<V1ConfigMap>(configMap, owner.Metadata.Namespace, options: null, cancellationToken);
        }

        await client.DeleteAsync<V1Job>(name, owner.Metadata.Namespace, options: null, cancellationToken);
        book.Deleted(OwnerKey.Of(owner), name);
    }

    private async Task<TaskAttempt> ObserveAsync(IKubernetesObject owner, V1Job job, IReadOnlyList<V1Pod> known, CancellationToken cancellationToken)
    {
        var attempt = TaskAttempt.From(job, known);
        if (attempt.IsNew && book.OutcomeOf(OwnerKey.Of(owner), attempt) is { } kept)
        {
            return kept;
        }

        if (!attempt.IsNew || known.Any(TaskEnd.IsOver))
        {
            return attempt;
        }

        // Jobs and pods come by watches of their own: a Job's end may be known before its pod's, and without that a result would be taken for lost.
        var now = await client.ListAsync<V1Pod>(job.Metadata.Namespace, $"{V1Job.NameLabel}={job.Metadata.Name}", cancellationToken);
        return TaskAttempt.From(job, [.. now.Items.Where(pod => IsOwnedBy(pod, job))]);
    }

    private async Task CreateAsync<T>(T child, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        try
        {
            await client.CreateAsync(child, cancellationToken);
        }
        catch (KubernetesException exception) when (exception.IsAlreadyExists)
        {
            // Names are deterministic: it is the one we want.
        }
    }

    private static bool IsOwnedBy(IKubernetesObject child, IKubernetesObject owner) =>
        child.Metadata.OwnerReferences?.Any(reference => reference.Uid == owner.Metadata.Uid) == true;
}
