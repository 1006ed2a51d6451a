using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Rest.Transport;

namespace TextOps.Kubernetes.Tests.Rest.Faults;

/// <summary>
/// Stands between a client and an API server and spoils what a test names, each once; everything else passes. Without a server behind it, each request
/// needs a <see cref="Fault"/> as its answer. Plain HTTP/1.1 on loopback, or TLS (then HTTP/2 too).
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly List<(Func<SeenRequest, bool> Matches, Fault Fault)> faults = [];
    private readonly ConcurrentQueue<SeenRequest> seen = [];
    private readonly ConcurrentQueue<string> problems = [];
    private readonly ClusterConfiguration? upstream;
    private readonly HttpMessageInvoker forwarder;
    private readonly WebApplication application;

    private FaultProxy(ClusterConfiguration? upstream, Action<HttpsConnectionAdapterOptions>? https)
    {
        this.upstream = upstream;
        forwarder = new HttpMessageInvoker(ClusterHandler.Create(upstream ?? new ClusterConfiguration { Server = new Uri("http://127.0.0.1") }, clientCertificate: null));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = https is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (https is not null)
            {
                listen.UseHttps(https);
            }
        }));
        builder.WebHost.UseShutdownTimeout(TimeSpan.Zero);
        application = builder.Build();
        application.Run(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>What was asked so far, in order.</summary>
    public IReadOnlyList<SeenRequest> Seen => [.. seen];

    /// <summary>How a client reaches it; it shows its own credentials to the server behind.</summary>
    public ClusterConfiguration Configuration => new() { Server = Address };

    /// <summary>Starts one.</summary>
    /// <param name="upstream">The server behind; null: none.</param>
    /// <param name="https">The certificate; null: plain HTTP.</param>
    public static async Task<FaultProxy> StartAsync(ClusterConfiguration? upstream = null, Action<HttpsConnectionAdapterOptions>? https = null)
    {
        var proxy = new FaultProxy(upstream, https);
        await proxy.application.StartAsync();
        return proxy;
    }

    /// <summary>Spoils the next request, or the next one that <paramref name="matches"/>. Faults are used up in the order they were given.</summary>
    public void Next(Fault fault, Func<SeenRequest, bool>? matches = null)
    {
        lock (gate)
        {
            faults.Add((matches ?? (_ => true), fault));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
        forwarder.Dispose();
        Assert.Empty(problems);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await SeenRequest.OfAsync(context.Request);
        seen.Enqueue(request);
        var exchange = new Exchange(context, request, ForwardAsync);
        try
        {
            await (Take(request) ?? Spoil.Pass)(exchange);
        }
        catch (OperationCanceledException)
        {
            // The client is gone.
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException && context.RequestAborted.IsCancellationRequested)
        {
            // Likewise.
        }
    }

    private Fault? Take(SeenRequest request)
    {
        lock (gate)
        {
            var index = faults.FindIndex(entry => entry.Matches(request));
            if (index < 0)
            {
                return null;
            }

            var fault = faults[index].Fault;
            faults.RemoveAt(index);
            return fault;
        }
    }

    private async Task<HttpResponseMessage> ForwardAsync(SeenRequest request, string pathAndQuery, CancellationToken cancellationToken)
    {
        if (upstream is null)
        {
            problems.Enqueue($"no answer is scripted for {request.Method} {pathAndQuery}");
            return new HttpResponseMessage(HttpStatusCode.NotImplemented);
        }

        using var forwarded = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(upstream.Server, pathAndQuery));
        forwarded.Headers.Authorization = (await upstream.Credentials.GetAsync(null, cancellationToken)).Authorization;
        if (request.MediaType is { } mediaType)
        {
            forwarded.Content = new StringContent(request.Body);
            forwarded.Content.Headers.ContentType = new(mediaType);
        }

        return await forwarder.SendAsync(forwarded, cancellationToken);
    }
}
