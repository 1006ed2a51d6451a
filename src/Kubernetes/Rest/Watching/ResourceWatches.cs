using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Rest.Requests;

namespace TextOps.Kubernetes.Rest.Watching;

/// <summary>Starts watches and reads them. A watch without a version starts with what is there: the server tells it (KEP-3157), or, where it cannot, a list does.</summary>
internal sealed class ResourceWatches(ApiConnection connection, ResourceLists lists, RestClientOptions options, TimeProvider time)
{
    // Watches end by themselves after a while, not all at once: a dead one that nothing else finds does not last.
    private const int ShortestSeconds = 300;
    private const int LongestSeconds = 600;

    private readonly ConcurrentDictionary<EntityType, bool> withoutWatchList = [];

    public async IAsyncEnumerable<WatchEvent<T>> ReadAsync<T>(
        string? @namespace, string? labelSelector, string? resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        HttpResponseMessage? answer = null;
        if (resourceVersion is null)
        {
            answer = await StartWithListAsync<T>(@namespace, labelSelector, cancellationToken);
            if (answer is null)
            {
                await foreach (var told in ListAsync<T>(@namespace, labelSelector, cancellationToken))
                {
                    resourceVersion = told.ResourceVersion;
                    yield return told;
                }
            }
        }

        using var response = answer ?? await connection.SendAsync(Request<T>(@namespace, labelSelector, resourceVersion, withList: false), cancellationToken);
        var what = $"watch of {EntityType.Of<T>().GroupResource}{(string.IsNullOrEmpty(@namespace) ? "" : $" in {@namespace}")}";
        await using var stream = await response!.Content.ReadAsStreamAsync(cancellationToken);
        using var lines = new WatchLines(stream, what, options.MaxEventBytes, options.WatchIdleTimeout, time);
        while (await lines.ReadAsync(cancellationToken) is { } line)
        {
            yield return WatchLine.Read<T>(line.Span, what);
        }
    }

    /// <summary>What is there, from a list. By itself, because what an iterator holds lives as long as it does, and a watch lives long.</summary>
    private async IAsyncEnumerable<WatchEvent<T>> ListAsync<T>(string? @namespace, string? labelSelector, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var list = await lists.ReadAsync<T>(@namespace, labelSelector, cancellationToken);
        foreach (var item in list.Items)
        {
            yield return new WatchEvent<T>(WatchEventType.Added, item, item.Metadata.ResourceVersion ?? list.ResourceVersion);
        }

        yield return new WatchEvent<T>(WatchEventType.Synced, null, list.ResourceVersion);
    }

    /// <summary>Null where the server knows of no such watch.</summary>
    private async Task<HttpResponseMessage?> StartWithListAsync<T>(string? @namespace, string? labelSelector, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var type = EntityType.Of<T>();
        if (withoutWatchList.ContainsKey(type))
        {
            return null;
        }

        try
        {
            return await connection.SendAsync(Request<T>(@namespace, labelSelector, resourceVersion: null, withList: true), cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.Code is 400 or 422 && IsAboutWatchList(refusal.Message))
        {
            withoutWatchList.TryAdd(type, true);
            return null;
        }
    }

    /// <summary>Servers before 1.27 know only the first field, and not for watches; later ones with the feature off refuse the second.</summary>
    private static bool IsAboutWatchList(string message) =>
        message.Contains("resourceVersionMatch", StringComparison.Ordinal) || message.Contains("sendInitialEvents", StringComparison.Ordinal);

    private ApiRequest Request<T>(string? @namespace, string? labelSelector, string? resourceVersion, bool withList) where T : class, IKubernetesObject
    {
        var query = ResourcePath.Query(
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", Random.Shared.Next(ShortestSeconds, LongestSeconds + 1).ToString(CultureInfo.InvariantCulture)),
            ("labelSelector", string.IsNullOrEmpty(labelSelector) ? null : labelSelector),
            ("resourceVersion", resourceVersion),
            ("sendInitialEvents", withList ? "true" : null),
            ("resourceVersionMatch", withList ? "NotOlderThan" : null));

        // A proxy may hold back even the headers until the first event.
        return new ApiRequest(HttpMethod.Get, ResourcePath.OfAll(EntityType.Of<T>(), @namespace), query)
        {
            Timeout = options.WatchIdleTimeout,
            IsRepeatable = true,
            IsWatch = true,
        };
    }
}
