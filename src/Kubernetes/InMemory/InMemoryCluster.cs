using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.InMemory;

/// <summary>Settings of an <see cref="InMemoryCluster"/>.</summary>
public sealed record InMemoryClusterOptions
{
    /// <summary>Clock of creation and deletion timestamps.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where objects are kept; in memory only where null. Whoever opened it closes it, after the cluster.</summary>
    public ObjectDirectory? Directory { get; init; }

    /// <summary>How many changes of a kind a watch can go back at least.</summary>
    public int WatchHistory { get; init; } = 4096;
}

/// <summary>
/// An API server in memory, with what our controllers use of one: typed CRUD with optimistic concurrency, the status subresource, schemas, watches,
/// deletion of pods with grace, garbage collection by owner. Every namespace exists. Not there: finalizers (refused), server-side apply, bookmarks,
/// propagation other than background, the controllers of Kubernetes itself (nothing makes a Job's pods). All members are thread-safe.
/// </summary>
public sealed class InMemoryCluster : IKubernetesClient, IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly InMemoryClusterOptions options;
    private readonly Dictionary<EntityType, ResourceTable> tables = [];
    private readonly OwnerCollector collector;
    private long lastVersion;
    private bool closed;

    /// <summary>Starts a cluster with the core kinds (Job, Pod, ConfigMap, Event, Lease), and loads their objects.</summary>
    public InMemoryCluster(InMemoryClusterOptions? options = null)
    {
        this.options = options ?? new InMemoryClusterOptions();
        collector = new OwnerCollector(CollectIfOrphaned);
        foreach (var definition in CoreResources.All)
        {
            Register(definition);
        }
    }

    /// <summary>Serves a custom resource from now on, and loads its objects.</summary>
    public void Register(CustomResource resource) => Register(resource.ToDefinition());

    /// <inheritdoc/>
    public Task<T?> GetAsync<T>(string name, string? @namespace, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        Answer(() => Table<T>().Find(new NamespacedName(@namespace ?? "", name))?.As<T>(), cancellationToken);

    /// <inheritdoc/>
    public Task<KubernetesList<T>> ListAsync<T>(string? @namespace, string? labelSelector, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        var selector = LabelSelector.Parse(labelSelector);
        return Answer(() =>
        {
            var items = Table<T>().Objects.Where(stored => IsSelected(stored, @namespace, selector)).Select(stored => stored.As<T>());
            return new KubernetesList<T>([.. items], Version(lastVersion));
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject => Answer(() =>
    {
        var table = Table<T>();
        var wanted = ToJson(entity, table.Type);
        if (string.IsNullOrEmpty(entity.Metadata.Namespace))
        {
            throw ApiErrors.BadRequest("an empty namespace may not be set during creation");
        }

        if (!string.IsNullOrEmpty(entity.Metadata.ResourceVersion))
        {
            throw ApiErrors.BadRequest("resourceVersion should not be set on objects to be created");
        }

        var next = ObjectStrategy.Create(table.Definition, wanted, options.Time.GetUtcNow());
        if (table.Find(NamespacedName.Of(entity)) is not null)
        {
            throw ApiErrors.AlreadyExists(table.Type, entity.Metadata.Name!);
        }

        return Store(table, null, next).As<T>();
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<T> UpdateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject => Answer(() =>
    {
        var (table, old) = Current<T>(entity.Metadata.Name, entity.Metadata.Namespace);
        var wanted = ToJson(entity, table.Type);
        CheckPreconditions(table, old, wanted, isWholeObject: true);
        return Store(table, old, ObjectStrategy.Update(table.Definition, old.ToJson(), wanted)).As<T>();
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject => Answer(() =>
    {
        var (table, old) = Current<T>(entity.Metadata.Name, entity.Metadata.Namespace, needsStatus: true);
        var wanted = ToJson(entity, table.Type);
        CheckPreconditions(table, old, wanted, isWholeObject: true);
        return Store(table, old, ObjectStrategy.UpdateStatus(table.Definition, old.ToJson(), wanted)).As<T>();
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        Answer(() =>
        {
            var (table, old) = Current<T>(name, @namespace);
            return Store(table, old, ObjectStrategy.Update(table.Definition, old.ToJson(), Patched(table, old, patch))).As<T>();
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<T> PatchStatusAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        Answer(() =>
        {
            var (table, old) = Current<T>(name, @namespace, needsStatus: true);
            return Store(table, old, ObjectStrategy.UpdateStatus(table.Definition, old.ToJson(), Patched(table, old, patch))).As<T>();
        }, cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync<T>(string name, string? @namespace, DeleteOptions? options, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        Answer(() =>
        {
            var table = Table<T>();
            if (table.Find(new NamespacedName(@namespace ?? "", name)) is { } stored)
            {
                Delete(table, stored, options);
            }

            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? @namespace, string? labelSelector, string? resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var selector = LabelSelector.Parse(labelSelector);
        var after = 0L;
        if (resourceVersion is not null && !long.TryParse(resourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out after))
        {
            throw ApiErrors.BadRequest($"resourceVersion: Invalid value: \"{resourceVersion}\": must be the resourceVersion of a list");
        }

        ResourceTable table;
        List<WatchEvent<T>> initial = [];
        long sequence;
        lock (gate)
        {
            table = Table<T>();
            if (resourceVersion is null)
            {
                after = lastVersion;
                initial.AddRange(table.Objects.Where(stored => IsSelected(stored, @namespace, selector)).Select(stored => Event<T>(WatchEventType.Added, stored)));
                initial.Add(new WatchEvent<T>(WatchEventType.Synced, null, Version(after)));
            }

            sequence = table.Changes.SequenceAfter(after);
        }

        foreach (var known in initial)
        {
            yield return known;
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Change[] changes;
            Task more;
            lock (gate)
            {
                if (closed)
                {
                    yield break;
                }

                changes = table.Changes.From(sequence);
                more = table.Changes.More;
            }

            foreach (var change in changes)
            {
                sequence++;
                if (ToEvent<T>(change, @namespace, selector) is { } happened)
                {
                    yield return happened;
                }
            }

            if (changes.Length == 0)
            {
                await more.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>Ends all watches and the garbage collection.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            closed = true;
            foreach (var table in tables.Values)
            {
                table.Changes.Signal();
            }
        }

        await collector.DisposeAsync();
    }

    private void Register(ResourceDefinition definition)
    {
        lock (gate)
        {
            var table = new ResourceTable(definition, options.WatchHistory);
            if (!tables.TryAdd(definition.Type, table))
            {
                throw new InvalidOperationException($"{definition.Type.GroupVersion} {definition.Type.Kind} is registered already");
            }

            if (!definition.IsPersistent || options.Directory is not { } directory)
            {
                return;
            }

            foreach (var stored in directory.Load(definition))
            {
                table.Load(stored);
                lastVersion = Math.Max(lastVersion, stored.ResourceVersion);
                collector.Loaded(definition.Type, stored);
            }

            if (!directory.IsReadOnly)
            {
                // Owners may have gone while nobody looked; and objects whose owners' kind was unknown until now can be judged.
                collector.CheckAll();
            }
        }
    }

    private Task<TResult> Answer<TResult>(Func<TResult> act, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<TResult>(cancellationToken);
        }

        try
        {
            lock (gate)
            {
                return Task.FromResult(act());
            }
        }
        catch (Exception problem)
        {
            return Task.FromException<TResult>(problem);
        }
    }

    private ResourceTable Table<T>() where T : class, IKubernetesObject => tables.GetValueOrDefault(EntityType.Of<T>()) ?? throw ApiErrors.UnknownResource();

    private (ResourceTable Table, StoredObject Current) Current<T>(string? name, string? @namespace, bool needsStatus = false) where T : class, IKubernetesObject
    {
        var table = Table<T>();
        if (needsStatus && !table.Definition.HasStatus)
        {
            throw ApiErrors.UnknownResource();
        }

        return (table, table.Find(new NamespacedName(@namespace ?? "", name ?? "")) ?? throw ApiErrors.NotFound(table.Type, name ?? ""));
    }

    private static JsonObject ToJson<T>(T entity, EntityType type) where T : class, IKubernetesObject
    {
        if (entity.ApiVersion != type.GroupVersion || entity.Kind != type.Kind)
        {
            throw ApiErrors.BadRequest($"{entity.ApiVersion} {entity.Kind} cannot be handled as a {type.GroupVersion} {type.Kind}");
        }

        return JsonSerializer.SerializeToNode(entity, Json.Objects)!.AsObject();
    }

    private static JsonObject Patched(ResourceTable table, StoredObject old, KubernetesPatch patch)
    {
        if (patch is not KubernetesPatch.Merge { Patch: var mergePatch })
        {
            throw new KubernetesException(415, "UnsupportedMediaType", $"an in-memory cluster takes merge patches only, not {patch.GetType().Name}");
        }

        // A patch has preconditions only where it names them.
        CheckPreconditions(table, old, mergePatch, isWholeObject: false);
        var wanted = old.ToJson();
        MergePatch.Apply(wanted, mergePatch);
        if ((string?)wanted["metadata"]?["name"] != old.Key.Name || (string?)wanted["metadata"]?["namespace"] != old.Key.Namespace)
        {
            throw ApiErrors.BadRequest("the name and the namespace of the object do not match those of the request; a patch cannot rename");
        }

        return wanted;
    }

    private static void CheckPreconditions(ResourceTable table, StoredObject old, JsonObject wanted, bool isWholeObject)
    {
        var version = (string?)wanted["metadata"]?["resourceVersion"];
        if (string.IsNullOrEmpty(version))
        {
            if (isWholeObject && !table.Definition.AllowsUnconditionalUpdate)
            {
                throw ApiErrors.Invalid(table.Type, old.Key.Name, ["metadata.resourceVersion: Invalid value: 0x0: must be specified for an update"]);
            }
        }
        else if (version != Version(old.ResourceVersion))
        {
            throw ApiErrors.Conflict(table.Type, old.Key.Name);
        }

        if ((string?)wanted["metadata"]?["uid"] is { Length: > 0 } uid && uid != old.Uid)
        {
            throw ApiErrors.Conflict(table.Type, old.Key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {old.Uid}");
        }
    }

    private StoredObject Store(ResourceTable table, StoredObject? old, JsonObject next)
    {
        next["metadata"]!["resourceVersion"] = Version(old?.ResourceVersion ?? 0);
        if (old is not null && JsonNode.DeepEquals(old.ToJson(), next))
        {
            return old;
        }

        next["metadata"]!["resourceVersion"] = Version(lastVersion + 1);
        var stored = StoredObject.Freeze(next);
        Persist(directory => directory.Write(table.Type, stored), table);
        lastVersion++;
        table.Put(old, stored);
        collector.Changed(table.Type, old, stored);
        return stored;
    }

    private void Delete(ResourceTable table, StoredObject stored, DeleteOptions? deleteOptions)
    {
        if (deleteOptions?.Uid is { } uid && uid != stored.Uid)
        {
            throw ApiErrors.Conflict(table.Type, stored.Key.Name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({stored.Uid}). The object might have been deleted and then recreated");
        }

        if (deleteOptions?.ResourceVersion is { } version && version != Version(stored.ResourceVersion))
        {
            throw ApiErrors.Conflict(table.Type, stored.Key.Name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({stored.ResourceVersion}). The object might have been modified");
        }

        if (deleteOptions is { PropagationPolicy: not PropagationPolicy.Background })
        {
            throw ApiErrors.BadRequest($"an in-memory cluster deletes in the background only, not with propagation policy {deleteOptions.PropagationPolicy}");
        }

        var json = stored.ToJson();
        var grace = table.Definition.GracePeriod(json, deleteOptions);
        if (grace <= 0)
        {
            Persist(directory => directory.Delete(table.Type, stored.Key), table);
            var last = stored.At(++lastVersion);
            table.Remove(last);
            collector.Removed(table.Type, last);
        }
        else if ((long?)json["metadata"]!["deletionGracePeriodSeconds"] is not { } given || given > grace)
        {
            // Asked again, an object can only go sooner.
            Store(table, stored, ObjectStrategy.MarkDeleted(json, grace, options.Time.GetUtcNow()));
        }
    }

    private void Persist(Action<ObjectDirectory> write, ResourceTable table)
    {
        if (options.Directory is not { } directory)
        {
            return;
        }

        if (directory.IsReadOnly)
        {
            throw new KubernetesException(403, "Forbidden", $"{table.Type.GroupResource} is forbidden: the store {directory.Store} was opened to look at only");
        }

        if (!table.Definition.IsPersistent)
        {
            return;
        }

        try
        {
            write(directory);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw ApiErrors.Internal($"the object could not be kept in the store {directory.Store}: {problem.Message}");
        }
    }

    private void CollectIfOrphaned(EntityType type, NamespacedName key)
    {
        lock (gate)
        {
            if (!closed && tables[type].Find(key) is { Owners.Count: > 0 } stored && stored.Owners.All(owner => IsGone(owner, key.Namespace)))
            {
                Delete(tables[type], stored, null);
            }
        }
    }

    /// <summary>An owner of a kind that is not served cannot be judged, and so keeps what it owns.</summary>
    private bool IsGone(V1OwnerReference owner, string @namespace)
    {
        foreach (var (type, table) in tables)
        {
            if (type.GroupVersion == owner.ApiVersion && type.Kind == owner.Kind)
            {
                return table.Find(new NamespacedName(@namespace, owner.Name))?.Uid != owner.Uid;
            }
        }

        return false;
    }

    private static WatchEvent<T>? ToEvent<T>(Change change, string? @namespace, LabelSelector selector) where T : class, IKubernetesObject
    {
        var before = change.Old is not null && IsSelected(change.Old, @namespace, selector);
        var after = change.New is not null && IsSelected(change.New, @namespace, selector);
        return (before, after) switch
        {
            (false, true) => Event<T>(WatchEventType.Added, change.New!),
            (true, true) => Event<T>(WatchEventType.Modified, change.New!),
            (true, false) => Event<T>(WatchEventType.Deleted, change.Old!.At(change.ResourceVersion)),
            _ => null,
        };
    }

    private static WatchEvent<T> Event<T>(WatchEventType type, StoredObject stored) where T : class, IKubernetesObject
    {
        var entity = stored.As<T>();
        return new WatchEvent<T>(type, entity, entity.Metadata.ResourceVersion!);
    }

    private static bool IsSelected(StoredObject stored, string? @namespace, LabelSelector selector) =>
        (@namespace is null || stored.Key.Namespace == @namespace) && selector.Matches(stored.Labels);

    private static string Version(long version) => version.ToString(CultureInfo.InvariantCulture);
}
