using System.Text.Json.Nodes;
using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Client;

/// <summary>
/// The only door to a cluster. <c>T</c> of each call is a record with <see cref="KubernetesEntityAttribute"/>. Failures of the API are
/// <see cref="KubernetesException"/> with the server's Status. Core objects (Jobs, Pods, ConfigMaps, Events) are only created, patched and deleted,
/// and Deployments and Services only applied and deleted, because our records of them carry the fields we use and no others.
/// </summary>
public interface IKubernetesClient
{
    /// <summary>Reads one object; null where there is none.</summary>
    Task<T?> GetAsync<T>(string name, string? @namespace, CancellationToken cancellationToken) where T : class, IKubernetesObject;

    /// <summary>Lists objects of one namespace, or of all where <paramref name="namespace"/> is null; <paramref name="labelSelector"/> is a <see cref="LabelSelector"/> such as <c>a=b,c</c>.</summary>
    Task<KubernetesList<T>> ListAsync<T>(string? @namespace, string? labelSelector, CancellationToken cancellationToken) where T : class, IKubernetesObject;

    /// <summary>Creates an object; 409 AlreadyExists where the name is taken.</summary>
    Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject;

    /// <summary>Replaces an object (metadata and spec; status is left alone); 409 Conflict where its resourceVersion is not the current one.</summary>
    Task<T> UpdateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject;

    /// <summary>Replaces an object's status; metadata and spec are left alone; 409 Conflict where its resourceVersion is not the current one.</summary>
    Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject;

    /// <summary>
    /// Changes metadata and spec. An in-memory cluster takes merge patches and server-side apply, and answers 415 to the others. Only an applied object is created
    /// where it is not there.
    /// </summary>
    Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject;

    /// <summary>Changes the status subresource; the patch is of the whole object: <c>{"status": {…}}</c>.</summary>
    Task<T> PatchStatusAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject;

    /// <summary>
    /// Deletes an object with background propagation; nothing happens where it is gone already. A Pod on a node gets a deletionTimestamp and goes once
    /// its node has ended it; grace 0 removes it at once. What has finalizers gets a deletionTimestamp and goes with the last of them.
    /// </summary>
    Task DeleteAsync<T>(string name, string? @namespace, DeleteOptions? options, CancellationToken cancellationToken) where T : class, IKubernetesObject;

    /// <summary>
    /// Watches for changes after <paramref name="resourceVersion"/> (of a list or of an earlier event). Where it is null the watch starts by itself: each
    /// object that is there comes as Added, then one Synced, then what changes. The sequence ends when the server ends the watch; 410 Gone where the
    /// version is too old.
    /// </summary>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(string? @namespace, string? labelSelector, string? resourceVersion, CancellationToken cancellationToken)
        where T : class, IKubernetesObject;
}

/// <summary>How an object is deleted.</summary>
public sealed record DeleteOptions
{
    /// <summary>Overrides the object's own grace period, in seconds; 0 removes a Pod at once.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary>409 Conflict unless the object has this uid.</summary>
    public string? Uid { get; init; }

    /// <summary>409 Conflict unless the object has this resourceVersion.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>What becomes of the objects that it owns. An in-memory cluster knows Background only and answers 400 to the others.</summary>
    public PropagationPolicy PropagationPolicy { get; init; }
}

/// <summary>What becomes of the objects that a deleted one owns.</summary>
public enum PropagationPolicy
{
    /// <summary>They are deleted after it.</summary>
    Background,

    /// <summary>They are deleted before it.</summary>
    Foreground,

    /// <summary>They stay.</summary>
    Orphan,
}

/// <summary>Objects at one moment.</summary>
/// <param name="Items">The objects.</param>
/// <param name="ResourceVersion">Where a watch goes on.</param>
public sealed record KubernetesList<T>(IReadOnlyList<T> Items, string ResourceVersion);

/// <summary>One change.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object after it; its last state for Deleted; null for Bookmark and Synced.</param>
/// <param name="ResourceVersion">Where a watch goes on after this event.</param>
public sealed record WatchEvent<T>(WatchEventType Type, T? Object, string ResourceVersion)
    where T : class;

/// <summary>What happened to an object.</summary>
public enum WatchEventType
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It changed.</summary>
    Modified,

    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>Nothing, but the watch is alive and goes on from here.</summary>
    Bookmark,

    /// <summary>All objects that were there when the watch started have been told.</summary>
    Synced,
}

/// <summary>An answer of the API that is not success: metav1.Status.</summary>
public sealed class KubernetesException(int code, string reason, string message) : Exception(message)
{
    /// <summary>HTTP status code.</summary>
    public int Code { get; } = code;

    /// <summary>Machine-readable reason: NotFound, AlreadyExists, Conflict, Invalid, …</summary>
    public string Reason { get; } = reason;

    /// <summary>Another object has the name.</summary>
    public bool IsAlreadyExists => Reason == "AlreadyExists";

    /// <summary>The object changed since it was read.</summary>
    public bool IsConflict => Reason == "Conflict";

    /// <summary>There is no such object.</summary>
    public bool IsNotFound => Code == 404;

    /// <summary>The object breaks its schema or rules.</summary>
    public bool IsInvalid => Code == 422;
}
