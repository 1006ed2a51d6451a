using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace TextOps.Runner.Tests.Gating;

/// <summary>A stage that answers as a test wants it to.</summary>
internal sealed class StubStage : IAsyncDisposable
{
    private readonly WebApplication application;
    private long requests;
    private long errors;

    private StubStage(WebApplication application) => this.application = application;

    public string Url { get; private set; } = "";

    /// <summary>What <c>x-textops-version</c> says of the number of a request, from 0, among all requests; null for no such header.</summary>
    public Func<long, string?> Version { get; set; } = _ => "v000001";

    /// <summary>Answers a request of a model: status and body.</summary>
    public Func<StubRequest, (int Status, string Body)> Answer { get; set; } = _ => (200, """{"id": "1", "label": "positive", "score": 0.9}""");

    /// <summary>Answers <c>/health</c>: how it counts more than it saw.</summary>
    public Func<long, long, JsonObject> Health { get; set; } = (requests, errors) => new JsonObject { ["pod"] = "pod-a", ["requests"] = requests, ["errors"] = errors, ["uptimeSeconds"] = 1000 };

    /// <summary>Called before each answer.</summary>
    public Func<HttpContext, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>The requests to the model so far.</summary>
    public ConcurrentQueue<StubRequest> Requests { get; } = new();

    public static async Task<StubStage> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var stage = new StubStage(builder.Build());
        stage.application.Run(stage.AnswerAsync);
        await stage.application.StartAsync(TestContext.Current.CancellationToken);
        stage.Url = stage.application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return stage;
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var number = Interlocked.Increment(ref requests) - 1;
        if (Version(number) is { } version)
        {
            context.Response.Headers["x-textops-version"] = version;
        }

        await Before(context);
        if (context.Response.HasStarted)
        {
            return;
        }

        if (context.Request.Path == "/health")
        {
            await context.Response.WriteAsync(Health(number, Interlocked.Read(ref errors)).ToJsonString());
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var request = new StubRequest(context.Request.Path, JsonNode.Parse(await reader.ReadToEndAsync())!, context.Request.Headers.Authorization.ToString());
        Requests.Enqueue(request);
        var (status, body) = Answer(request);
        if (status >= 500)
        {
            Interlocked.Increment(ref errors);
        }

        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body);
    }
}

/// <summary>A request that a stage took.</summary>
internal sealed record StubRequest(string Path, JsonNode Body, string Authorization);
