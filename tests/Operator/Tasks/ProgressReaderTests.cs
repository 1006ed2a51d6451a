using System.Net;
using System.Net.Sockets;
using System.Text;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Tests.Tasks;

public sealed class ProgressReaderTests
{
    private const string Progress = """{"phase":"Embedding","done":5,"total":10,"rows":3}""";

    [Fact]
    public async Task Progress_is_what_the_pod_answers()
    {
        using var pod = new Pod("127.66.1.1", Answer(Progress));
        using var reader = new ProgressReader();

        var progress = await reader.ReadAsync("127.66.1.1", TestContext.Current.CancellationToken);

        Assert.Equal(("Embedding", 5, 10, 3), (progress!.Phase, progress.Done, progress.Total, progress.Rows));
    }

    [Theory]
    [InlineData("closes at once", "")]
    [InlineData("is no web server", "SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("answers something else", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")]
    [InlineData("breaks off", "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n{")]
    [InlineData("answers an error", "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("sends us elsewhere", "HTTP/1.1 302 Found\r\nLocation: http://127.66.1.1:9090/\r\nContent-Length: 0\r\n\r\n")]
    public async Task A_pod_that_does_not_answer_as_it_should_has_no_progress(string narrative, string answer)
    {
        using var pod = new Pod("127.66.1.2", answer);
        using var reader = new ProgressReader();

        Assert.True(await reader.ReadAsync("127.66.1.2", TestContext.Current.CancellationToken) is null, narrative);
    }

    [Fact]
    public async Task An_answer_above_16_KiB_is_not_read()
    {
        using var pod = new Pod("127.66.1.3", Answer(Progress + new string(' ', 17 * 1024)));
        using var reader = new ProgressReader();

        Assert.Null(await reader.ReadAsync("127.66.1.3", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nothing_listening_and_no_address_are_no_progress()
    {
        using var reader = new ProgressReader();

        Assert.Null(await reader.ReadAsync("127.66.1.4", TestContext.Current.CancellationToken));
        Assert.Null(await reader.ReadAsync("metadata.internal", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_pod_that_ends_while_the_connection_is_made_does_not_take_the_operator_along()
    {
        // HttpClient lets this one through as it is, when the other side resets right after the connection was made.
        using var reader = new ProgressReader(new Throwing(new SocketException((int)SocketError.NotConnected)));

        Assert.Null(await reader.ReadAsync("127.66.1.5", TestContext.Current.CancellationToken));
    }

    private static string Answer(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private sealed class Throwing(Exception exception) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(exception);
    }

    /// <summary>Answers one connection on port 9090 of an address of its own.</summary>
    private sealed class Pod : IDisposable
    {
        private readonly TcpListener listener;

        public Pod(string address, string answer)
        {
            listener = new TcpListener(IPAddress.Parse(address), 9090);
            listener.Start();
            _ = AnswerAsync(answer);
        }

        public void Dispose() => listener.Dispose();

        private async Task AnswerAsync(string answer)
        {
            using var connection = await listener.AcceptTcpClientAsync();
            var stream = connection.GetStream();
            if (answer.Length > 0)
            {
                _ = await stream.ReadAsync(new byte[4096]);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
            }
        }
    }
}
