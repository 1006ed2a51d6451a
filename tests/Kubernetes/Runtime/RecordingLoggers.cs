using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TextOps.Kubernetes.Tests.Runtime;

/// <summary>Keeps what is logged.</summary>
internal sealed class RecordingLoggers : ILoggerFactory
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> lines = [];

    public int Count(LogLevel level, string containing = "") => lines.Count(line => line.Level == level && line.Text.Contains(containing, StringComparison.Ordinal));

    public string Last(LogLevel level) => lines.Last(line => line.Level == level).Text;

    public ILogger CreateLogger(string categoryName) => new Recorder(lines);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Recorder(ConcurrentQueue<(LogLevel, string)> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue((logLevel, $"{formatter(state, exception)} {exception?.Message}"));
    }
}
