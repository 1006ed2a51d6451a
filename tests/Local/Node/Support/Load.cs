using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TextOps.Local.Tests.Node.Support;

/// <summary>Requests without a pause, over connections that are kept and over fresh ones. Nothing is tried again: what has no answer is lost.</summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly int port;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, int> answers = new();
    private readonly ConcurrentQueue<string> lost = new();
    private readonly Task running;

    private Load(int port, int kept, int fresh)
    {
        this.port = port;
        running = Task.WhenAll(
            Enumerable.Range(0, kept).Select(_ => Task.Run(() => RunAsync(keep: true)))
                .Concat(Enumerable.Range(0, fresh).Select(_ => Task.Run(() => RunAsync(keep: false)))));
    }

    /// <summary>Requests that had no answer, or another than 200.</summary>
    public IReadOnlyCollection<string> Lost => lost;

    /// <summary>How many answers a version gave.</summary>
    public int Answers(string version) => answers.GetValueOrDefault(version);

    /// <summary>Begins.</summary>
    public static Load On(int port, int kept = 4, int fresh = 2) => new(port, kept, fresh);

    /// <summary>Ends with the last answers.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }

    private async Task RunAsync(bool keep)
    {
        TcpClient? client = null;
        while (!stopping.IsCancellationRequested)
        {
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                client ??= await ConnectAsync(patience.Token);
                var (status, body, closes) = await AskAsync(client.GetStream(), patience.Token);
                answers.AddOrUpdate(body, 1, (_, count) => count + 1);
                if (status != "HTTP/1.1 200 OK")
                {
                    lost.Enqueue(status);
                }

                if (closes || !keep)
                {
                    client.Dispose();
                    client = null;
                }
            }
            catch (Exception problem) when (problem is IOException or SocketException or OperationCanceledException)
            {
                lost.Enqueue($"{(keep ? "kept" : "fresh")}: {problem.GetType().Name} {problem.Message}");
                client?.Dispose();
                client = null;
            }
        }

        client?.Dispose();
    }

    private async Task<TcpClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        return client;
    }

    private static async Task<(string Status, string Body, bool Closes)> AskAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: test\r\n\r\n"u8.ToArray(), cancellationToken);
        var buffer = new byte[1024];
        var count = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(count), cancellationToken);
            if (read == 0)
            {
                throw new IOException($"the connection ended after {count} bytes of an answer");
            }

            count += read;
            var text = Encoding.ASCII.GetString(buffer, 0, count);
            var headers = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (headers < 0)
            {
                continue;
            }

            var lines = text[..headers].Split("\r\n");
            var length = int.Parse(lines.Single(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal))["Content-Length: ".Length..]);
            if (count == headers + 4 + length)
            {
                return (lines[0], text[(headers + 4)..], lines.Contains("Connection: close"));
            }
        }
    }
}
