using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.ModelDeployments;

/// <summary>
/// Children of one kind that are applied (server-side): read through the informer's store, or from the server as long as the store is behind this process's own last write; written where
/// they are not what was applied last, or where somebody changed them since.
/// </summary>
internal sealed class AppliedObjects<T>(IKubernetesClient client, Store<T> store)
    where T : class, IKubernetesObject
{
    private readonly ConcurrentDictionary<NamespacedName, Mark> marks = new();

    /// <summary>The child of this name that <paramref name="owner"/> controls; null where there is none.</summary>
    public async Task<T?> ObserveAsync(IKubernetesObject owner, NamespacedName key, CancellationToken cancellationToken)
    {
        var known = store.Find(key);
        if (marks.TryGetValue(key, out var mark))
        {
            if (mark.DeletedUid is { } deleted)
            {
                known = known?.Metadata.Uid == deleted ? null : known;
            }
            else if (!mark.IsSeen)
            {
                if (known?.Metadata.ResourceVersion != mark.ResourceVersion)
                {
                    var live = await client.GetAsync<T>(key.Name, key.Namespace, cancellationToken);
                    mark = mark with { IsSeen = live?.Metadata.ResourceVersion == known?.Metadata.ResourceVersion };
                    known = live;
                }
                else
                {
                    mark = mark with { IsSeen = true };
                }

                marks[key] = mark;
            }
        }

        return known is not null && IsOwned(known, owner) ? known : null;
    }

    /// <summary>The children that the store knows of <paramref name="owner"/>, but for those that were deleted here.</summary>
    public IReadOnlyList<T> OwnedBy(IKubernetesObject owner) =>
        [.. store.OwnedBy(owner.Metadata.Uid!).Where(child => child.Metadata.DeletionTimestamp is null && !(marks.TryGetValue(NamespacedName.Of(child), out var mark) && mark.DeletedUid == child.Metadata.Uid))];

    /// <summary>Whether <paramref name="configuration"/> is not what <paramref name="live"/> was made from, or somebody changed that since.</summary>
    public bool IsDue(T? live, T configuration) =>
        live is null
        || live.Metadata.Annotations?.GetValueOrDefault(ApiGroup.AppliedAnnotation) != HashOf(configuration)
        || configuration.Metadata.Labels!.Any(label => live.Metadata.Labels?.GetValueOrDefault(label.Key) != label.Value)
        || (configuration.Metadata.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal)).Any(wanted => live.Metadata.Annotations.GetValueOrDefault(wanted.Key) != wanted.Value)
        || (marks.TryGetValue(NamespacedName.Of(configuration), out var mark) && mark.Uid == live.Metadata.Uid && mark.Spec != SpecOf(live));

    /// <summary>Applies <paramref name="configuration"/>; <paramref name="live"/> is what was there.</summary>
    /// <exception cref="KubernetesException">The API server refuses it; Conflict where an object of this name is another owner's that is going; Invalid where it stays.</exception>
    public async Task ApplyAsync(IKubernetesObject owner, T? live, T configuration, CancellationToken cancellationToken)
    {
        var key = NamespacedName.Of(configuration);
        if (live is null && await client.GetAsync<T>(key.Name, key.Namespace, cancellationToken) is { } other && !IsOwned(other, owner))
        {
            throw Refusal(other, owner);
        }

        var applied = await client.PatchAsync<T>(key.Name, key.Namespace, Apply(configuration), cancellationToken);
        marks[key] = new Mark(applied.Metadata.Uid, SpecOf(applied), applied.Metadata.ResourceVersion);
    }

    /// <summary>Deletes a child.</summary>
    public async Task DeleteAsync(T child, CancellationToken cancellationToken)
    {
        await client.DeleteAsync<T>(child.Metadata.Name!, child.Metadata.Namespace, options: null, cancellationToken);
        marks[NamespacedName.Of(child)] = new Mark(null, null, null) { DeletedUid = child.Metadata.Uid };
    }

    /// <summary>Drops what is remembered of objects that are gone with their owner.</summary>
    public void Forget(Func<NamespacedName, bool> isGone)
    {
        foreach (var key in marks.Keys.Where(isGone))
        {
            marks.TryRemove(key, out _);
        }
    }

    /// <summary>The patch that applies <paramref name="configuration"/>, with the hash of what it is.</summary>
    internal static KubernetesPatch Apply<TAny>(TAny configuration)
        where TAny : class, IKubernetesObject
    {
        var json = JsonSerializer.SerializeToNode(configuration, Json.Objects)!.AsObject();
        var metadata = json["metadata"]!.AsObject();
        if (metadata["annotations"] is not JsonObject annotations)
        {
            metadata["annotations"] = annotations = [];
        }

        annotations[ApiGroup.AppliedAnnotation] = HashOf(configuration);
        return new KubernetesPatch.Apply(json, ApiGroup.FieldManager, Force: true);
    }

    private static string HashOf<TAny>(TAny configuration) => ModelDeploymentSnapshot.Hash(JsonSerializer.SerializeToNode(configuration, Json.Objects)!);

    private static bool IsOwned(T child, IKubernetesObject owner) => OwnerReferences.ControllerOf(child)?.Uid == owner.Metadata.Uid;

    // One that was created again finds the children of the one before, until they are collected.
    private static KubernetesException Refusal(T other, IKubernetesObject owner)
    {
        var kind = EntityType.Of<T>().Kind;
        var before = OwnerReferences.ControllerOf(other);
        return other.Metadata.DeletionTimestamp is not null || (before?.Kind == owner.Kind && before.Name == owner.Metadata.Name)
            ? new KubernetesException(409, "Conflict", $"{kind} {other.Metadata.Name} of an earlier {owner.Kind} {owner.Metadata.Name} is still there")
            : new KubernetesException(422, "Invalid", $"{kind} {other.Metadata.Name} exists and is not of {owner.Kind} {owner.Metadata.Name}; delete it, or rename the stage or the object");
    }

    // As the server made it: with its defaults, and quantities as it spells them. A generation would tell of annotations too, which others write, and a Service has none.
    private static string SpecOf(T child) => ModelDeploymentSnapshot.Hash(JsonSerializer.SerializeToNode(child, Json.Objects)!["spec"]!);

    private sealed record Mark(string? Uid, string? Spec, string? ResourceVersion)
    {
        public bool IsSeen { get; init; }

        public string? DeletedUid { get; init; }
    }
}
