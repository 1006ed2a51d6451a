using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.InMemory.Applying;

namespace TextOps.Kubernetes.InMemory;

/// <summary>
/// An API server in memory, with what our controllers use of one: typed CRUD with optimistic concurrency, server-side apply, the status subresource, schemas,
/// watches, deletion with grace and finalizers, garbage collection by owner. Every namespace exists, because local mode has none to create. Not there:
/// bookmarks, propagation other than background, the controllers of Kubernetes itself (nothing makes the pods of a Job or a Deployment). All members
/// are thread-safe.
/// </summary>
public sealed class InMemoryCluster : IKubernetesClient, IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly InMemoryClusterOptions options;
    private readonly Dictionary<EntityType, ResourceTable> tables = [];
    private readonly OwnerCollector collector;
    private readonly ObjectPersistence persistence;

    /// <summary>Not 0, from which a watch starts anew: even the list of an empty cluster has a version to go on from.</summary>
    private long lastVersion = 1;

    private bool closed;

    /// <summary>Starts a cluster with the core kinds (Deployment, Service, PodDisruptionBudget, Job, Pod, ConfigMap, Event, Lease), and loads their objects.</summary>
    public InMemoryCluster(InMemoryClusterOptions? options = null)
    {
        this.options = options ?? new InMemoryClusterOptions();
        collector = new OwnerCollector(CollectIfOrphaned);
        persistence = new ObjectPersistence(this.options.Directory);
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
        var filter = new ObjectFilter(@namespace, LabelSelector.Parse(labelSelector));
        return Answer(() => new KubernetesList<T>([.. filter.Of(Table<T>()).Select(stored => stored.As<T>())], Version(lastVersion)), cancellationToken);
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
            throw ApiErrors.Internal("resourceVersion should not be set on objects to be created");
        }

        var next = ObjectStrategy.Create(table.Definition, wanted, options.Time.GetUtcNow());
        if (table.Find(NamespacedName.Of(entity)) is { } known)
        {
            throw ApiErrors.AlreadyExists(table.Type, entity.Metadata.Name!, known.IsDeleting);
        }

        return Store(table, null, next).As<T>();
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<T> UpdateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject => Answer(() =>
    {
        var (table, old) = Current<T>(entity.Metadata.Name, entity.Metadata.Namespace);
        var wanted = ToJson(entity, table.Type);
        Preconditions.CheckReplacement(table.Definition, old, wanted);
        return Update(table, old, wanted).As<T>();
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject => Answer(() =>
    {
        var (table, old) = Current<T>(entity.Metadata.Name, entity.Metadata.Namespace, needsStatus: true);
        var wanted = ToJson(entity, table.Type);
        Preconditions.CheckReplacement(table.Definition, old, wanted);
        return Store(table, old, ObjectStrategy.UpdateStatus(table.Definition, old.ToJson(), wanted)).As<T>();
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        Answer(() =>
        {
            if (patch is KubernetesPatch.Apply apply)
            {
                return Apply(Table<T>(), new NamespacedName(@namespace ?? "", name), apply).As<T>();
            }

            var (table, old) = Current<T>(name, @namespace);
            return Update(table, old, Patched(table, old, patch)).As<T>();
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
        var filter = new ObjectFilter(@namespace, LabelSelector.Parse(labelSelector));
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
            if (after == 0)
            {
                after = lastVersion;
                initial.AddRange(filter.Of(table).Select(stored => ObjectFilter.Event<T>(WatchEventType.Added, stored)));
            }

            if (resourceVersion is null)
            {
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
                if (filter.ToEvent<T>(change) is { } happened)
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
            throw new KubernetesException(415, "UnsupportedMediaType", $"an in-memory cluster takes merge patches only, and server-side apply but for a status; not {patch.GetType().Name}");
        }

        var patched = old.ToJson();
        MergePatch.Apply(patched, mergePatch);
        Preconditions.CheckPatched(table.Definition, old, patched);
        return patched;
    }

    private StoredObject Update(ResourceTable table, StoredObject old, JsonObject wanted)
    {
        var before = old.ToJson();
        return Settle(table, old, ServerSideApply.AfterUpdate(table.Definition, before, ObjectStrategy.Update(table.Definition, before, wanted)));
    }

    private StoredObject Apply(ResourceTable table, NamespacedName key, KubernetesPatch.Apply patch)
    {
        var old = table.Find(key);
        var next = ServerSideApply.Next(table.Definition, key, old, patch, options.Time.GetUtcNow());
        return old is null ? Store(table, null, next) : Settle(table, old, next);
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
        persistence.Write(table.Definition, stored);
        lastVersion++;
        table.Put(old, stored);
        collector.Changed(table.Type, old, stored);
        return stored;
    }

    /// <summary>Stores a new state, or takes the object away where that state is its end. The answer to the latter has the version of before.</summary>
    private StoredObject Settle(ResourceTable table, StoredObject old, JsonObject next)
    {
        if (!ObjectStrategy.IsOver(next))
        {
            return Store(table, old, next);
        }

        persistence.Delete(table.Definition, old.Key);
        var last = old.At(++lastVersion);
        table.Remove(last);
        collector.Removed(table.Type, last);
        return StoredObject.Freeze(next);
    }

    private void Delete(ResourceTable table, StoredObject stored, DeleteOptions? deleteOptions)
    {
        if (deleteOptions is { PropagationPolicy: not PropagationPolicy.Background })
        {
            throw ApiErrors.BadRequest($"propagationPolicy: an in-memory cluster deletes in the Background only, not {deleteOptions.PropagationPolicy}");
        }

        Preconditions.CheckDeletion(table.Definition, stored, deleteOptions);
        Settle(table, stored, ObjectStrategy.Delete(table.Definition, stored.ToJson(), deleteOptions, options.Time.GetUtcNow()));
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

    private static string Version(long version) => version.ToString(CultureInfo.InvariantCulture);
}
