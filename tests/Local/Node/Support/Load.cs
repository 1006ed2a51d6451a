using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TextOps.Local.Tests.Node.Support;

/// <summary>Requests without a pause, over connections that are kept and over fresh ones. Nothing is tried again: what has no answer is lost.</summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly int port;
    private readonly byte[] request;
    private readonly Func<Answer, string> versionOf;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, int> answers = new();
    private readonly ConcurrentQueue<string> lost = new();
    private readonly Task running;

    private Load(int port, string request, Func<Answer, string> versionOf, int kept, int fresh)
    {
        (this.port, this.versionOf) = (port, versionOf);
        this.request = Encoding.UTF8.GetBytes(request);
        running = Task.WhenAll(
            Enumerable.Range(0, kept).Select(_ => Task.Run(() => RunAsync(keep: true)))
                .Concat(Enumerable.Range(0, fresh).Select(_ => Task.Run(() => RunAsync(keep: false)))));
    }

    /// <summary>Requests that had no answer, or another than 200.</summary>
    public IReadOnlyCollection<string> Lost => lost;

    /// <summary>How many answers a version gave.</summary>
    public int Answers(string version) => answers.GetValueOrDefault(version);

    /// <summary>All versions that answered, in order.</summary>
    public IEnumerable<string> Versions => answers.Keys.Order(StringComparer.Ordinal);

    /// <summary>Begins, with a server whose answer is its version.</summary>
    public static Load On(int port, int kept = 4, int fresh = 2) => On(port, "GET / HTTP/1.1\r\nHost: test\r\n\r\n", answer => answer.Body, kept, fresh);

    /// <summary>Begins to send <paramref name="request"/>, word for word.</summary>
    public static Load On(int port, string request, Func<Answer, string> versionOf, int kept, int fresh) => new(port, request, versionOf, kept, fresh);

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
                var answer = await AskAsync(client.GetStream(), patience.Token);
                answers.AddOrUpdate(versionOf(answer), 1, (_, count) => count + 1);
                if (answer.Status != "HTTP/1.1 200 OK")
                {
                    lost.Enqueue($"{answer.Status} {answer.Body}");
                }

                if (answer.Header("Connection") == "close" || !keep)
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

    private async Task<Answer> AskAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(request, cancellationToken);
        var buffer = new byte[4096];
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
            var answer = new Answer(lines[0], lines[1..], text[(headers + 4)..]);
            if (answer.Body.Length == int.Parse(answer.Header("Content-Length")!, CultureInfo.InvariantCulture))
            {
                return answer;
            }
        }
    }

    /// <summary>What came back for one request.</summary>
    internal sealed record Answer(string Status, IReadOnlyList<string> Headers, string Body)
    {
        /// <summary>A header's value; null where there is none.</summary>
        public string? Header(string name) => Headers.FirstOrDefault(line => line.StartsWith($"{name}: ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];
    }
}
