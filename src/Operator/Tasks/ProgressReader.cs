using System.Net;
using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Tasks;

namespace TextOps.Operator.Tasks;

/// <summary>Reads <c>:9090/progress</c> of a running pod: best effort, one second, 16 KiB, no redirect.</summary>
public sealed class ProgressReader : IDisposable
{
    private const int Port = 9090;
    private const int MaxBytes = 16 * 1024;

    private readonly HttpClient client;

    /// <summary>Reads over the network.</summary>
    public ProgressReader()
        : this(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 4,
        })
    {
    }

    internal ProgressReader(HttpMessageHandler handler) =>
        client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(1), MaxResponseContentBufferSize = MaxBytes };

    /// <summary>What the pod at <paramref name="podIP"/> says of its progress; null where it does not answer or answers something else.</summary>
    public async Task<TaskProgress?> ReadAsync(string podIP, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(podIP, out var address))
        {
            return null;
        }

        try
        {
            var uri = new UriBuilder(Uri.UriSchemeHttp, address.ToString(), Port, "progress").Uri;
            using var response = await client.GetAsync(uri, cancellationToken);
            var progress = response.StatusCode == HttpStatusCode.OK
                ? JsonSerializer.Deserialize<TaskProgress>(await response.Content.ReadAsByteArrayAsync(cancellationToken), Json.Objects)
                : null;
            return progress is not null && IsSound(progress) ? progress : null;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever a pod does on the other side (it may end at any moment), nobody's work depends on its progress.
            return null;
        }
    }

    // A pod may say anything; what is summed up and shown has to be a number that could be.
    private static bool IsSound(TaskProgress progress) =>
        TaskParts.AreCounts(progress.Done, progress.Total, progress.Rows, progress.Rejected, progress.Chunks, progress.Tokens)
        && progress.ChunksPerSecond is >= 0 and < 1e12 && progress.TokensPerSecond is >= 0 and < 1e12;

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}
