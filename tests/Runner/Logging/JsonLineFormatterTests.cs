using System.Text.Json;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Extensions.Logging;
using TextOps.Crds.Tasks;
using TextOps.Runner.Logging;

namespace TextOps.Runner.Tests.Logging;

public sealed class JsonLineFormatterTests
{
    private static readonly EmbedTask Task = new()
    {
        Owner = new TaskOwner { Namespace = "default", Name = "tickets" },
        RunId = "0011223344556677",
        Output = new TaskOutput { Uri = "file:///x", Name = "default.tickets" },
        Version = 3,
        Shard = 1,
    };

    [Fact]
    public void Every_line_says_which_task_it_is_about()
    {
        var line = Log(log => log.TaskFailed("StoreRefused", "no space", exception: null));
        Assert.Equal("StoreRefused: no space", line.GetProperty("message").GetString());
        Assert.Equal("Error", line.GetProperty("level").GetString());
        Assert.Equal("TaskFailed", line.GetProperty("event").GetString());
        Assert.Equal("tickets", line.GetProperty("job").GetString());
        Assert.Equal("default", line.GetProperty("namespace").GetString());
        Assert.Equal("0011223344556677", line.GetProperty("run").GetString());
        Assert.Equal((3, 1), (line.GetProperty("version").GetInt32(), line.GetProperty("shard").GetInt32()));
        Assert.True(line.GetProperty("timestamp").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public void Text_of_users_is_cut_and_cannot_break_the_line()
    {
        var hostile = "\u001b[31m\n{\"level\":\"Forged\"}\u009b" + string.Concat(Enumerable.Repeat("😀", 2000));
        var line = Log(log => log.TaskFailed("InputRejected", hostile, exception: null), out var raw);
        Assert.Single(raw.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain('\u001b', raw);
        Assert.DoesNotContain('\u009b', raw);
        foreach (var field in new[] { "message", "failure" })
        {
            var text = line.GetProperty(field).GetString()!;
            Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(text), 900, LogText.MaxBytes);
            Assert.DoesNotContain('\ufffd', text);
        }
    }

    [Fact]
    public void A_terminal_gets_escapes_instead_of_control_characters() =>
        Assert.Equal(@"a\u001b[31m\n\u009bb", LogText.Escape("a\u001b[31m\n\u009bb"));

    private static JsonElement Log(Action<Microsoft.Extensions.Logging.ILogger> write) => Log(write, out _);

    private static JsonElement Log(Action<Microsoft.Extensions.Logging.ILogger> write, out string raw)
    {
        var properties = new TaskProperties();
        properties.Set(Task);
        using var output = new StringWriter();
        using (var serilog = new LoggerConfiguration().Enrich.With(properties).WriteTo.Sink(new TextSink(output)).CreateLogger())
        {
            using var factory = new SerilogLoggerFactory(serilog);
            write(factory.CreateLogger("test"));
        }

        raw = output.ToString();
        return JsonDocument.Parse(raw).RootElement.Clone();
    }

    private sealed class TextSink(TextWriter output) : Serilog.Core.ILogEventSink
    {
        public void Emit(Serilog.Events.LogEvent logEvent) => new JsonLineFormatter().Format(logEvent, output);
    }
}
