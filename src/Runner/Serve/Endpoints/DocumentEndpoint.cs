using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TextOps.Crds;
using TextOps.Runner.Serve.Http;
using TextOps.Runner.Serve.Pages;
using TextOps.Runner.Serve.Predictions;

namespace TextOps.Runner.Serve.Endpoints;

/// <summary><c>/health</c> and <c>/info</c>.</summary>
internal sealed class DocumentEndpoint(ServedModel served, ServeState state, IPredictionLog predictions)
{
    private readonly byte[] info = InfoDocument.Of(served, predictions is not NoPredictionLog).ToJson();

    /// <summary>The counts now.</summary>
    public Task HealthAsync(HttpContext context) => SendAsync(context, JsonSerializer.SerializeToUtf8Bytes(state.Stats(withPaths: false), Json.Strict));

    /// <summary>What is served.</summary>
    public Task InfoAsync(HttpContext context) => SendAsync(context, info);

    private static async Task SendAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = JsonAnswer.Json;
        context.Response.ContentLength = json.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(json, context.RequestAborted);
        }
    }
}
