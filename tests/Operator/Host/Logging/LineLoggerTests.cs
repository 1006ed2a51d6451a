using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using TextOps.Kubernetes.Client;
using TextOps.Operator.Host.Logging;

namespace TextOps.Operator.Tests.Host.Logging;

public sealed partial class LineLoggerTests
{
    [Fact]
    public void A_line_says_when_how_bad_what_and_about_which_object()
    {
        var line = JsonOf(log =>
        {
            using var scope = log.BeginScope(new Dictionary<string, object> { ["kind"] = "EmbeddingJob", ["namespace"] = "team-a", ["name"] = "tickets" });
            TaskStarted(log, "s00001", 2, new NamespacedName("team-a", "tickets"));
        });

        Assert.Equal(
            """{"timestamp":"2026-03-01T12:00:00.25Z","level":"Information","event":"TaskStarted","category":"Test","message":"team-a/tickets: started s00001 attempt 2","kind":"EmbeddingJob","namespace":"team-a","name":"tickets","part":"s00001","attempt":2,"key":"team-a/tickets"}""",
            line.ToJsonString());
    }

    [Fact]
    public void An_exception_comes_with_its_stack_on_the_same_line()
    {
        var lines = Lines(LogFormat.Json, log => Failed(log, new InvalidOperationException("no\nluck", new IOException("disk")), "x"));

        var exception = (string)JsonNode.Parse(Assert.Single(lines))!["exception"]!;
        Assert.StartsWith("System.InvalidOperationException: no\nluck", exception, StringComparison.Ordinal);
        Assert.Contains("System.IO.IOException: disk", exception, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("line feeds", "a\nb\r\nc")]
    [InlineData("a terminal's escapes", "\u001b[31mred\u001b[0m\u0007\u009b1m")]
    [InlineData("line separators of Unicode", "a\u2028b\u2029c\u0085d")]
    [InlineData("quotes and markup", "\"</script>\\")]
    public void Text_of_others_cannot_forge_lines_or_drive_a_terminal(string narrative, string text)
    {
        var line = Assert.Single(Lines(LogFormat.Json, log => Failed(log, null, text)));

        Assert.False(line.Any(character => char.IsControl(character) || character is '\u2028' or '\u2029'), narrative);
        Assert.Equal(text, (string)JsonNode.Parse(line)!["cause"]!);
        var plain = Assert.Single(Lines(LogFormat.Text, log => Failed(log, null, text)));
        Assert.False(plain.Any(char.IsControl), narrative);
    }

    [Fact]
    public void Fields_are_cut_at_a_kibibyte()
    {
        var line = JsonOf(log => Failed(log, new InvalidOperationException(new string('e', 100_000)), new string('ü', 5000)));

        Assert.Equal(1024, Encoding.UTF8.GetByteCount((string)line["cause"]!) + 1);
        Assert.InRange(Encoding.UTF8.GetByteCount((string)line["message"]!), 1000, 1024);
        Assert.InRange(Encoding.UTF8.GetByteCount((string)line["exception"]!), 8000, 8192);
    }

    [Fact]
    public void A_field_cannot_take_the_place_of_the_lines_own()
    {
        var line = JsonOf(log =>
        {
            using var scope = log.BeginScope(new Dictionary<string, object?> { ["Level"] = "Critical", ["message"] = "forged", ["nothing"] = null });
            Failed(log, null, "x");
        });

        Assert.Equal(("Error", "Critical", "forged"), ((string)line["level"]!, (string)line["levelField"]!, (string)line["messageField"]!));
        Assert.False(line.ContainsKey("nothing"));
    }

    [Fact]
    public void Letters_of_all_alphabets_stay_readable()
    {
        Assert.Contains("größe 鍵 ключ", Assert.Single(Lines(LogFormat.Json, log => Failed(log, null, "größe 鍵 ключ"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_from_many_threads_stay_whole()
    {
        var lines = Lines(LogFormat.Json, log => Parallel.For(0, 200, i => Failed(log, null, new string('x', i))));

        Assert.Equal(200, lines.Count);
        Assert.All(lines, line => JsonDocument.Parse(line).Dispose());
    }

    [Fact]
    public void A_text_line_shows_what_the_message_does_not()
    {
        var lines = Lines(LogFormat.Text, log =>
        {
            using var scope = log.BeginScope(new Dictionary<string, object> { ["kind"] = "EmbeddingJob" });
            TaskStarted(log, "plan", 0, new NamespacedName("a", "b"));
        });

        Assert.Equal("12:00:00.250 info  a/b: started plan attempt 0  kind=EmbeddingJob", Assert.Single(lines));
    }

    [Fact]
    public void Work_goes_on_when_nobody_reads_the_log()
    {
        using var provider = new LineLoggerProvider(new ClosedPipe(), LogFormat.Json, new FixedTime());

        Failed(provider.CreateLogger("Test"), null, "x");
    }

    private static JsonObject JsonOf(Action<ILogger> write) => JsonNode.Parse(Assert.Single(Lines(LogFormat.Json, write)))!.AsObject();

    private static List<string> Lines(LogFormat format, Action<ILogger> write)
    {
        using var output = new MemoryStream();
        using (var factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(new LineLoggerProvider(output, format, new FixedTime()))))
        {
            write(factory.CreateLogger("Test"));
        }

        var text = Encoding.UTF8.GetString(output.ToArray());
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return [.. text[..^1].Split('\n')];
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key}: started {Part} attempt {Attempt}")]
    private static partial void TaskStarted(ILogger log, string part, int attempt, NamespacedName key);

    [LoggerMessage(EventName = "Failed", Level = LogLevel.Error, Message = "failed: {Cause}")]
    private static partial void Failed(ILogger log, Exception? problem, string cause);

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 1, 12, 0, 0, 250, TimeSpan.Zero);
    }

    private sealed class ClosedPipe : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe");
    }
}
