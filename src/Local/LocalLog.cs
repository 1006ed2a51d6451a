using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace TextOps.Local;

/// <summary>The operator's log in local mode: JSON lines on standard error, so that standard output stays the user's.</summary>
internal static class LocalLog
{
    /// <summary>Makes a log that starts at <paramref name="level"/>.</summary>
    public static ILoggerFactory Create(string level)
    {
        var logger = new LoggerConfiguration()
            .MinimumLevel.Is(Enum.Parse<LogEventLevel>(level, ignoreCase: true))
            .WriteTo.Console(new JsonFormatter(renderMessage: true), standardErrorFromLevel: LogEventLevel.Verbose)
            .CreateLogger();
        return LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddSerilog(logger, dispose: true));
    }
}
