using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TextOps.Crds;

namespace TextOps.Runner.Progress;

/// <summary>Serves <c>/progress</c> and <c>/healthz</c> while a task runs. It reads no configuration, logs nothing and takes no part in stopping.</summary>
internal sealed class ProgressServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private ProgressServer(WebApplication application) => this.application = application;

    /// <summary>Where it listens, for example <c>http://127.0.0.1:9090</c>.</summary>
    public string Address => application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The address is in use, or is not the machine's.</exception>
    public static async Task<ProgressServer> StartAsync(IPEndPoint listen, ProgressMeter meter, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 32;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(listen);
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var built = builder.Build();
        built.Run(context => AnswerAsync(context, meter));
        try
        {
            await built.StartAsync(cancellationToken);
            return new ProgressServer(built);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            await built.DisposeAsync();
            throw error as IOException ?? new IOException(error.Message, error);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private static Task AnswerAsync(HttpContext context, ProgressMeter meter)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        switch (context.Request.Path.Value)
        {
            case "/progress":
                context.Response.ContentType = "application/json";
                return context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(meter.Snapshot(), Json.Objects), context.RequestAborted).AsTask();
            case "/healthz":
                context.Response.ContentType = "text/plain";
                return context.Response.Body.WriteAsync("ok"u8.ToArray(), context.RequestAborted).AsTask();
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    /// <summary>Keeps the host from taking signals: they are the task's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
