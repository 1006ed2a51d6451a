using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using TextOps.Learning.Models;
using TextOps.Runner.Serve.Http;
using TextOps.Runner.Serve.Pages;

namespace TextOps.Runner.Serve;

/// <summary>
/// Sends requests to a listener of its own before anybody else can: what the just-in-time compiler takes for the first ones (tens of milliseconds) no client waits for. How they come out does
/// not matter; that the model runs is <see cref="Readiness"/>'s to find out.
/// </summary>
internal static class WarmUp
{
    private const int Rounds = 2;

    /// <summary>Sends requests to each path of the model's kind.</summary>
    /// <param name="apiOf">Makes handlers that count into this meter, so that nobody sees what is sent here.</param>
    /// <param name="token">The token that they ask for; null for none.</param>
    public static async Task RunAsync(ServedModel served, Func<Meter, ServeApi> apiOf, string? token, CancellationToken cancellationToken)
    {
        using var unseen = new Meter("warm-up");
        try
        {
            await using var server = await ServeServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), served, apiOf(unseen), _ => { }, cancellationToken);
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var (path, body) in Requests(served))
                {
                    await SendAsync(new Uri(server.Address).Port, path, body.ToJsonString(), token, cancellationToken);
                }
            }
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // A machine that lets nobody listen on its loopback interface is no worse than a cold server.
        }
    }

    // A client library would have to be compiled, too.
    private static async Task SendAsync(int port, string path, string body, string? token, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        await using var stream = client.GetStream();
        var access = token is null ? "" : $"Authorization: Bearer {token}\r\n";
        await stream.WriteAsync(
            Encoding.UTF8.GetBytes($"POST {path} HTTP/1.1\r\nHost: warm-up\r\n{access}Content-Type: {JsonAnswer.Json}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"),
            cancellationToken);
        await stream.CopyToAsync(Stream.Null, cancellationToken);
    }

    private static IEnumerable<(string Path, JsonObject Body)> Requests(ServedModel served)
    {
        var text = ExampleTexts.For(served)[0];
        return served.Model.Kind switch
        {
            TextModelKind.TextClassification => [("/predict", new JsonObject { [served.TextField] = text })],
            TextModelKind.SentenceSimilarity => [("/embed", new JsonObject { ["inputs"] = text }), ("/v1/embeddings", new JsonObject { ["input"] = text })],
            _ => [("/rerank", new JsonObject { ["query"] = text, ["texts"] = new JsonArray(text) })],
        };
    }
}
