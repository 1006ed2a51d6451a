using System.Text;
using Microsoft.AspNetCore.Http;

namespace TextOps.Kubernetes.Tests.Rest.Faults;

/// <summary>What happens to one request.</summary>
internal delegate Task Fault(Exchange exchange);

/// <summary>One request at a <see cref="FaultProxy"/>, and its answer in the making.</summary>
internal sealed class Exchange(HttpContext context, SeenRequest request, Func<SeenRequest, string, CancellationToken, Task<HttpResponseMessage>> forward)
{
    /// <summary>Set when the client has gone away.</summary>
    public CancellationToken Gone => context.RequestAborted;

    /// <summary>Asks the server behind.</summary>
    public Task<HttpResponseMessage> ForwardAsync() => forward(request, context.Request.Path.ToUriComponent() + context.Request.QueryString, Gone);

    /// <summary>Begins an answer.</summary>
    public void Start(int code, string mediaType = "application/json")
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = mediaType;
    }

    public void Header(string name, string value) => context.Response.Headers[name] = value;

    /// <summary>Sends a part of an answer at once.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await context.Response.Body.WriteAsync(bytes, Gone);
        await context.Response.Body.FlushAsync(Gone);
    }

    /// <summary>Sends a line at once.</summary>
    public Task SendLineAsync(string line) => SendAsync(Encoding.UTF8.GetBytes($"{line}\n"));

    /// <summary>Breaks the connection.</summary>
    public void Abort() => context.Abort();

    /// <summary>Says nothing until the client goes away.</summary>
    public Task StallAsync() => Task.Delay(Timeout.Infinite, Gone);
}
