using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TextOps.Hosting.Http;

/// <summary>What a path answers.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="ContentType">Media type of the body.</param>
/// <param name="Body">The body.</param>
public sealed record HttpAnswer(int Status, string ContentType, string Body);

/// <summary>Serves a few paths to GET and HEAD. It reads no configuration and no request body, logs nothing and takes no part in stopping.</summary>
public sealed class HttpEndpoint : IAsyncDisposable
{
    private const int MaxConnections = 64;

    // Connections that nobody uses must not keep a kubelet out.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(15);

    private readonly WebApplication application;

    private HttpEndpoint(WebApplication application) => this.application = application;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Starts to listen.</summary>
    /// <param name="answers">What is answered, by path, to a request with this <c>Accept</c> header.</param>
    /// <exception cref="IOException">The address is in use, or is not the machine's.</exception>
    public static Task<HttpEndpoint> StartAsync(
        ListenAddress listen, IReadOnlyDictionary<string, Func<string?, HttpAnswer>> answers, CancellationToken cancellationToken) =>
        StartAsync(
            listen,
            answers.ToDictionary(answer => answer.Key, answer => (Func<string?, ValueTask<HttpAnswer>>)(accept => ValueTask.FromResult(answer.Value(accept))), StringComparer.Ordinal),
            cancellationToken);

    /// <summary>Starts to listen.</summary>
    /// <param name="answers">What is answered, by path, to a request with this <c>Accept</c> header; it may take time to find out.</param>
    /// <exception cref="IOException">The address is in use, or is not the machine's.</exception>
    public static async Task<HttpEndpoint> StartAsync(
        ListenAddress listen, IReadOnlyDictionary<string, Func<string?, ValueTask<HttpAnswer>>> answers, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.KeepAliveTimeout = MaxIdle;
            kestrel.Limits.RequestHeadersTimeout = MaxIdle;
            if (listen.Address is { } address)
            {
                kestrel.Listen(address, listen.Port);
            }
            else
            {
                kestrel.ListenAnyIP(listen.Port);
            }
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var built = builder.Build();
        built.Run(context => AnswerAsync(context, answers));
        try
        {
            await built.StartAsync(cancellationToken);
            return new HttpEndpoint(built);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            await built.DisposeAsync();
            throw error as IOException ?? new IOException(error.Message, error);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, IReadOnlyDictionary<string, Func<string?, ValueTask<HttpAnswer>>> answers)
    {
        var (request, response) = (context.Request, context.Response);
        if (!answers.TryGetValue(request.Path.Value ?? "", out var answer))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            return;
        }

        var (status, contentType, body) = await answer(request.Headers.Accept);
        response.StatusCode = status;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(request.Method))
        {
            await response.WriteAsync(body, context.RequestAborted);
        }
    }

    /// <summary>Keeps the host from taking signals: they are the program's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
