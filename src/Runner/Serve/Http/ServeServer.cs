using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TextOps.Runner.Serve.Http;

/// <summary>The listener of requests. It reads no configuration, logs nothing by itself and takes no part in stopping.</summary>
internal sealed class ServeServer : IAsyncDisposable
{
    private const int MaxHeaderBytes = 16 * 1024;

    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);

    private readonly WebApplication application;

    private ServeServer(WebApplication application) => this.application = application;

    /// <summary>Where it listens, for example <c>http://127.0.0.1:8080</c>.</summary>
    public string Address => application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Starts to listen.</summary>
    /// <param name="map">Adds pages.</param>
    /// <exception cref="IOException">The address is in use, or is not the machine's.</exception>
    public static async Task<ServeServer> StartAsync(IPEndPoint listen, ServedModel served, ServeApi api, Action<WebApplication> map, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = served.Limits.MaxRequestBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.RequestHeadersTimeout = HeaderTimeout;
            kestrel.Listen(listen, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();

        // Requests that run end before the listener is gone, however long they may take.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(served.Limits.RequestTimeoutSeconds + 5));
        var built = builder.Build();

        // Ahead of routing, which only pages need.
        built.Use(next => context => api.AnswerAsync(context, next));
        built.UseRouting();
        map(built);
        try
        {
            await built.StartAsync(cancellationToken);
            return new ServeServer(built);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            await built.DisposeAsync();
            throw error as IOException ?? new IOException(error.Message, error);
        }
    }

    /// <summary>Takes no more connections and waits for the requests that run.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => application.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    /// <summary>Keeps the host from taking signals: they are the program's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
