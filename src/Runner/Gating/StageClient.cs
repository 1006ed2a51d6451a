using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using TextOps.Crds.Tasks;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Gating;

/// <summary>
/// Asks a stage at its URL and nobody else: no redirects, no proxy, no cookies, no link-local addresses (those of cloud metadata), answers of bounded size. Safe for use by many threads at
/// once.
/// </summary>
internal sealed class StageClient : IDisposable
{
    /// <summary>The header of each answer that says which version gave it.</summary>
    public const string VersionHeader = "x-textops-version";

    private const int MaxAnswerBytes = 4 * 1024 * 1024;
    private const int MaxHeaderKilobytes = 16;
    private const string Hidden = "[token]";

    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 32 };
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly string url;
    private readonly string? bearerToken;
    private readonly TimeProvider time;
    private readonly TimeSpan timeout;
    private readonly HttpClient client;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <exception cref="TaskRefusedException">The token cannot be sent.</exception>
    public StageClient(string url, string? bearerToken, ProbeLimits limits, TimeProvider time)
    {
        // As the server: secrets that were written by a shell end with a line end.
        var token = bearerToken?.Trim();
        if (token?.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
        {
            // Never the token itself: messages end in a status.
            throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec, $"{ServeEnvironment.BearerToken} has characters that no header takes (spaces, line ends, letters beyond ASCII); mend the secret of spec.serving.access");
        }

        (this.url, this.time, timeout) = (url, time, limits.RequestTimeout);
        this.bearerToken = token is { Length: > 0 } ? token : null;
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectTimeout,
            MaxConnectionsPerServer = limits.Connections,
            MaxResponseHeadersLength = MaxHeaderKilobytes,
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Asks; whatever goes wrong is in the answer.</summary>
    /// <param name="path">What follows the URL; begins with '/'.</param>
    /// <param name="body">JSON that is posted; GET where null.</param>
    /// <param name="newConnection">Whether the connection is closed afterwards, so that the next one may lead to another pod.</param>
    public async Task<StageAnswer> SendAsync(string path, ReadOnlyMemory<byte>? body, bool newConnection, CancellationToken cancellationToken)
    {
        using var expiry = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        var start = time.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, url + path);
            request.Headers.ConnectionClose = newConnection;
            request.Headers.Authorization = bearerToken is null ? null : new AuthenticationHeaderValue("Bearer", bearerToken);
            if (body is { } content)
            {
                request.Content = new ReadOnlyMemoryContent(content);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }

            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var bytes = await ReadAsync(response.Content, either.Token);
            return new StageAnswer
            {
                Status = (int)response.StatusCode,
                Version = response.Headers.TryGetValues(VersionHeader, out var versions) ? Hide(string.Join(", ", versions)) : null,
                Body = Parse(bytes),
                Took = time.GetElapsedTime(start),
            };
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && error is HttpRequestException or IOException or OperationCanceledException)
        {
            var why = expiry.IsCancellationRequested ? $"no answer within {timeout.TotalSeconds:0.#} s" : (error.InnerException ?? error).Message;
            return new StageAnswer { Fault = Hide(why), Took = time.GetElapsedTime(start) };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            using var bytes = new MemoryStream();
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > MaxAnswerBytes)
                {
                    throw new IOException($"the answer is longer than {MaxAnswerBytes} bytes");
                }
            }

            return bytes.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private JsonElement? Parse(byte[] bytes)
    {
        try
        {
            // A server that gives the token back must not get it into a message.
            using var document = bearerToken is null ? JsonDocument.Parse(bytes, Json) : JsonDocument.Parse(Hide(System.Text.Encoding.UTF8.GetString(bytes)), Json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string Hide(string text) => bearerToken is null ? text : text.Replace(bearerToken, Hidden, StringComparison.Ordinal);

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var found = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var allowed = Array.FindAll(found, address => !IsLinkLocal(address));
        if (allowed.Length == 0)
        {
            throw new IOException($"{context.DnsEndPoint.Host} has only link-local addresses, which are not asked");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsLinkLocal(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.IsIPv6LinkLocal || (plain.AddressFamily == AddressFamily.InterNetwork && plain.GetAddressBytes() is [169, 254, ..]);
    }
}
