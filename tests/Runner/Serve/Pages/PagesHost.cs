using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TextOps.Runner.Serve;
using TextOps.Runner.Serve.Pages;

namespace TextOps.Runner.Tests.Serve.Pages;

/// <summary>The pages on a free port of the loopback interface, beside paths that answer in the server's forms and remember what they were asked.</summary>
internal sealed class PagesHost : IAsyncDisposable
{
    public const string Token = "let-me-in";

    private readonly ServedModel served;
    private readonly string prefix;
    private readonly WebApplication app;

    private PagesHost(ServedModel served, string prefix, bool keepsPredictions)
    {
        (this.served, this.prefix) = (served, prefix);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        app = builder.Build();
        app.Use(TakePrefixOff);
        app.Use(CheckToken);
        app.UseRouting();
        ServePages.Map(app, served);
        app.MapGet("/info", context => context.Response.Body.WriteAsync(InfoDocument.Of(served, keepsPredictions).ToJson(), context.RequestAborted).AsTask());
        app.MapGet("/health", context => context.Response.WriteAsJsonAsync(new { status = "ok" }, context.RequestAborted));
        app.MapPost("/{**path}", Answer);
    }

    /// <summary>Where the pages are, with a '/' at the end.</summary>
    public Uri Url => new($"{app.Urls.Single()}{prefix}/");

    /// <summary>Paths and bodies of the requests to the model.</summary>
    public ConcurrentQueue<(string Path, JsonObject Body)> Asked { get; } = new();

    /// <summary>Starts it.</summary>
    /// <param name="prefix">A path below which a proxy shows it; the server itself does not know of it.</param>
    /// <param name="keepsPredictions">Whether it keeps a log of predictions.</param>
    public static async Task<PagesHost> Start(ServedModel served, string prefix = "", bool keepsPredictions = true)
    {
        var host = new PagesHost(served, prefix, keepsPredictions);
        await host.app.StartAsync();
        return host;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private Task TakePrefixOff(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.StartsWithSegments(prefix, StringComparison.Ordinal, out var rest))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Request.Path = rest.HasValue ? rest : "/";
        return next(context);
    }

    private Task CheckToken(HttpContext context, RequestDelegate next) =>
        served.NeedsToken && !ServePages.IsPublic(context.Request.Path) && context.Request.Headers.Authorization != $"Bearer {Token}"
            ? Refuse(context, 401, "Unauthorized", new() { ["detail"] = "the bearer token is missing or wrong" })
            : next(context);

    private async Task Answer(HttpContext context)
    {
        var body = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!;
        Asked.Enqueue((context.Request.Path, body));
        JsonNode? answer = context.Request.Path.Value switch
        {
            "/predict" => body[served.TextField]!.GetValue<string>() is { Length: > 200 } ? null : Prediction(body[served.TextField]!.GetValue<string>()),
            "/embed" => new JsonArray([.. body["inputs"]!.AsArray().Select(text => Vector(text!.GetValue<string>()))]),
            "/rerank" => Ranking(body["texts"]!.AsArray()),
            _ => new JsonObject(),
        };
        if (answer is null)
        {
            await Refuse(context, 422, "Unprocessable Content", new() { ["detail"] = $"{served.TextField} is longer than <b>200</b> characters; shorten it", ["field"] = served.TextField, ["limit"] = 200 });
            return;
        }

        context.Response.StatusCode = context.Request.Path == "/feedback" ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;
        await context.Response.WriteAsJsonAsync(answer);
    }

    private JsonObject Prediction(string text)
    {
        // The text's length chooses the label; the others share the rest, the later the less.
        var labels = served.Model.Labels;
        var best = text.Length % labels.Count;
        var rest = Enumerable.Range(1, labels.Count).Sum(at => 1.0 / at) - 1;
        return new JsonObject
        {
            ["id"] = "01926b1e-7c6a-7d4e-9f3a-2b6c5d4e3f21",
            ["label"] = labels[best],
            ["score"] = 0.7,
            ["probabilities"] = new JsonObject(labels.Select((label, at) => KeyValuePair.Create(label, (JsonNode?)(at == best ? 0.7 : 0.3 / ((at < best ? at : at - 1) + 2) / rest)))),
            ["version"] = served.Version,
            ["stage"] = served.Stage,
        };
    }

    private JsonArray Vector(string text) =>
        new([.. Enumerable.Range(0, served.Model.OutputLength).Select(at => (JsonNode)Math.Sin((at + 1) * (1 + (text.Length % 7 / 40.0))))]);

    private static JsonArray Ranking(JsonArray texts) =>
        new([.. texts.Select((text, index) => (text, index)).OrderByDescending(one => one.text!.GetValue<string>().Length)
            .Select((one, at) => new JsonObject { ["index"] = one.index, ["score"] = 0.97 / Math.Pow(at + 1, 3) })]);

    private static Task Refuse(HttpContext context, int status, string title, JsonObject problem)
    {
        (problem["type"], problem["title"], problem["status"]) = ("about:blank", title, status);
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(problem, JsonSerializerOptions.Web, "application/problem+json");
    }
}
