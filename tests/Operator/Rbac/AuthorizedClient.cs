using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using TextOps.Crds.Meta;
using TextOps.Generate;
using TextOps.Kubernetes.Client;

namespace TextOps.Operator.Tests.Rbac;

/// <summary>A cluster's client with the rights that the generated roles give, and no others; the API server's checks, played before the call.</summary>
internal sealed class AuthorizedClient(IKubernetesClient cluster) : IKubernetesClient
{
    private readonly ConcurrentDictionary<string, byte> used = new(StringComparer.Ordinal);

    /// <summary>The rights that were used: <c>create jobs.batch</c>.</summary>
    public IReadOnlyCollection<string> Used => [.. used.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Calls that the roles do not allow.</summary>
    public ConcurrentQueue<string> Refused { get; } = new();

    /// <summary>All rights, spelled as <see cref="Used"/>.</summary>
    public static IEnumerable<string> Given { get; } =
    [
        .. RbacManifests.ObjectRules.Concat(RbacManifests.LeaderElectionRules).SelectMany(rule => rule.Verbs.Select(verb => Spell(verb, rule.Resource, rule.Group))).Order(StringComparer.Ordinal),
    ];

    public async Task<T?> GetAsync<T>(string name, string? @namespace, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        Check<T>("get");
        return await cluster.GetAsync<T>(name, @namespace, cancellationToken);
    }

    public async Task<KubernetesList<T>> ListAsync<T>(string? @namespace, string? labelSelector, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        Check<T>("list");
        return await cluster.ListAsync<T>(@namespace, labelSelector, cancellationToken);
    }

    public async Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        Check<T>("create");
        return await cluster.CreateAsync(entity, cancellationToken);
    }

    public async Task<T> UpdateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        Check<T>("update");
        return await cluster.UpdateAsync(entity, cancellationToken);
    }

    public async Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        Check<T>("update", "/status");
        return await cluster.UpdateStatusAsync(entity, cancellationToken);
    }

    public async Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        Check<T>("patch");
        return await cluster.PatchAsync<T>(name, @namespace, patch, cancellationToken);
    }

    public async Task<T> PatchStatusAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        Check<T>("patch", "/status");
        return await cluster.PatchStatusAsync<T>(name, @namespace, patch, cancellationToken);
    }

    public async Task DeleteAsync<T>(string name, string? @namespace, DeleteOptions? options, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        Check<T>("delete");
        await cluster.DeleteAsync<T>(name, @namespace, options, cancellationToken);
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? @namespace, string? labelSelector, string? resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        // A watch that starts by itself is a list where the server is older.
        Check<T>("list");
        Check<T>("watch");
        await foreach (var change in cluster.WatchAsync<T>(@namespace, labelSelector, resourceVersion, cancellationToken))
        {
            yield return change;
        }
    }

    private void Check<T>(string verb, string subresource = "") where T : class, IKubernetesObject
    {
        var type = EntityType.Of<T>();
        var right = Spell(verb, type.Plural + subresource, type.Group);
        if (!Given.Contains(right, StringComparer.Ordinal))
        {
            Refused.Enqueue(right);
            throw new KubernetesException(403, "Forbidden", $"textops-operator cannot {right}");
        }

        used.TryAdd(right, 0);
    }

    private static string Spell(string verb, string resource, string group) => $"{verb} {resource}{(group.Length == 0 ? "" : ".")}{group}";
}
