using System.Globalization;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Rest.Requests;

/// <summary>Lists objects page by page (KEP-365). All pages show one moment; where that moment is forgotten on the way (410), all is asked for at once.</summary>
internal sealed class ResourceLists(ApiConnection connection, RestClientOptions options)
{
    public async Task<KubernetesList<T>> ReadAsync<T>(string? @namespace, string? labelSelector, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        var path = ResourcePath.OfAll(EntityType.Of<T>(), @namespace);
        try
        {
            return await ReadAsync<T>(path, labelSelector, options.PageSize, cancellationToken);
        }
        catch (KubernetesException problem) when (problem.Code == 410)
        {
            return await ReadAsync<T>(path, labelSelector, pageSize: null, cancellationToken);
        }
    }

    private async Task<KubernetesList<T>> ReadAsync<T>(string path, string? labelSelector, int? pageSize, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        var items = new List<T>();
        string? next = null;
        while (true)
        {
            var query = ResourcePath.Query(
                ("labelSelector", string.IsNullOrEmpty(labelSelector) ? null : labelSelector), ("limit", pageSize?.ToString(CultureInfo.InvariantCulture)), ("continue", next));
            var request = new ApiRequest(HttpMethod.Get, path, query) { Timeout = options.ListTimeout, IsRepeatable = true };
            using var response = (await connection.SendAsync(request, cancellationToken))!;
            var page = await ObjectReader.ReadAsync<Page<T>>(request, response, cancellationToken);
            if (string.IsNullOrEmpty(page.Metadata?.ResourceVersion))
            {
                // What is not really a list must not pass for one without objects.
                throw new InvalidDataException($"{request}: the answer is no list: it has no metadata.resourceVersion");
            }

            items.AddRange(page.Items ?? []);
            next = page.Metadata.Continue;
            if (string.IsNullOrEmpty(next))
            {
                return new KubernetesList<T>(items, page.Metadata.ResourceVersion);
            }
        }
    }

    private sealed record Page<T>
    {
        public PageMetadata? Metadata { get; init; }

        public IReadOnlyList<T>? Items { get; init; }
    }

    private sealed record PageMetadata
    {
        public string? ResourceVersion { get; init; }

        public string? Continue { get; init; }
    }
}
