using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Rest.Requests;
using TextOps.Kubernetes.Rest.Watching;

namespace TextOps.Kubernetes.Rest;

/// <summary>
/// Speaks to a real API server (Kubernetes API conventions; 1.20 and later). Refusals are <see cref="KubernetesException"/>; calls that got no answer are
/// <see cref="HttpRequestException"/> whose message names the server and what to check; answers that make no sense are <see cref="InvalidDataException"/>.
/// Calls are limited in their rate and tried again where that is safe. All members are thread-safe.
/// </summary>
public sealed class RestKubernetesClient : IKubernetesClient, IDisposable
{
    private readonly RestClientOptions options;
    private readonly ApiConnection connection;
    private readonly ResourceLists lists;
    private readonly ResourceWatches watches;

    /// <summary>Opens nothing yet: the first call does.</summary>
    public RestKubernetesClient(ClusterConfiguration configuration, RestClientOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        this.options = options;
        connection = new ApiConnection(configuration, options, time, logger);
        lists = new ResourceLists(connection, options);
        watches = new ResourceWatches(connection, lists, options, time);
    }

    /// <inheritdoc/>
    public async Task<T?> GetAsync<T>(string name, string? @namespace, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        var request = new ApiRequest(HttpMethod.Get, ResourcePath.Of(EntityType.Of<T>(), @namespace, name))
        {
            Timeout = options.Timeout,
            IsRepeatable = true,
            MayBeMissing = name,
        };
        using var response = await connection.SendAsync(request, cancellationToken);
        return response is null ? null : await ObjectReader.ReadAsync<T>(request, response, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<KubernetesList<T>> ListAsync<T>(string? @namespace, string? labelSelector, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        lists.ReadAsync<T>(@namespace, labelSelector, cancellationToken);

    /// <inheritdoc/>
    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        CallAsync<T>(
            new ApiRequest(HttpMethod.Post, ResourcePath.OfAll(EntityType.Of<T>(), entity.Metadata.Namespace), WriteQuery(options.FieldManager))
            {
                Timeout = options.Timeout,
                Body = Write(entity),
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<T> UpdateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject => ReplaceAsync(entity, subresource: null, cancellationToken);

    /// <inheritdoc/>
    public Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject => ReplaceAsync(entity, "status", cancellationToken);

    /// <inheritdoc/>
    public Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        PatchAsync<T>(ResourcePath.Of(EntityType.Of<T>(), @namespace, name), patch, cancellationToken);

    /// <inheritdoc/>
    public Task<T> PatchStatusAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        PatchAsync<T>(ResourcePath.Of(EntityType.Of<T>(), @namespace, name, "status"), patch, cancellationToken);

    /// <inheritdoc/>
    public async Task DeleteAsync<T>(string name, string? @namespace, DeleteOptions? options, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        var request = new ApiRequest(HttpMethod.Delete, ResourcePath.Of(EntityType.Of<T>(), @namespace, name))
        {
            Timeout = this.options.Timeout,
            Body = Write(ToWire(options ?? new DeleteOptions())),
            IsRepeatable = true,
            MayBeMissing = name,
        };
        (await connection.SendAsync(request, cancellationToken))?.Dispose();
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(string? @namespace, string? labelSelector, string? resourceVersion, CancellationToken cancellationToken)
        where T : class, IKubernetesObject =>
        watches.ReadAsync<T>(@namespace, labelSelector, resourceVersion, cancellationToken);

    /// <summary>Closes the connections that are idle, and the others when their calls end: cancel those first.</summary>
    public void Dispose() => connection.Dispose();

    private Task<T> ReplaceAsync<T>(T entity, string? subresource, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        CallAsync<T>(
            new ApiRequest(
                HttpMethod.Put, ResourcePath.Of(EntityType.Of<T>(), entity.Metadata.Namespace, entity.Metadata.Name ?? "", subresource), WriteQuery(options.FieldManager))
            {
                Timeout = options.Timeout,
                Body = Write(entity),

                // The second of two finds another version, so it can do no harm; without a version it could undo what another did in between.
                IsRepeatable = !string.IsNullOrEmpty(entity.Metadata.ResourceVersion),
            },
            cancellationToken);

    private Task<T> PatchAsync<T>(string path, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        var body = PatchBody.Of(patch);
        var query = WriteQuery(body.FieldManager ?? options.FieldManager, body.Force);
        return CallAsync<T>(
            new ApiRequest(HttpMethod.Patch, path, query) { Timeout = options.Timeout, Body = body.Utf8, MediaType = body.MediaType, IsRepeatable = body.IsRepeatable },
            cancellationToken);
    }

    private async Task<T> CallAsync<T>(ApiRequest request, CancellationToken cancellationToken) where T : class
    {
        using var response = await connection.SendAsync(request, cancellationToken);
        return await ObjectReader.ReadAsync<T>(request, response!, cancellationToken);
    }

    private string WriteQuery(string fieldManager, bool? force = null) =>
        ResourcePath.Query(("fieldManager", fieldManager), ("force", force is true ? "true" : null), ("fieldValidation", options.FieldValidation));

    private static byte[] Write<T>(T content) => JsonSerializer.SerializeToUtf8Bytes(content, Json.Objects);

    private static JsonObject ToWire(DeleteOptions options)
    {
        var wire = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = options.PropagationPolicy.ToString() };
        if (options.GracePeriodSeconds is { } grace)
        {
            wire["gracePeriodSeconds"] = grace;
        }

        if (options is { Uid: not null } or { ResourceVersion: not null })
        {
            wire["preconditions"] = JsonSerializer.SerializeToNode(new { options.Uid, options.ResourceVersion }, Json.Objects);
        }

        return wire;
    }
}
