using System.Buffers;
using Microsoft.Extensions.Logging;
using TextOps.Crds;

namespace TextOps.Operator.Host.Logging;

/// <summary>
/// Writes each log entry as one line to a stream, whole and at once. Our own and not Serilog's: bounds, names and scopes would have to be formatted by us
/// there too, and this needs no package.
/// </summary>
[ProviderAlias("Line")]
internal sealed class LineLoggerProvider(Stream output, LogFormat format, TimeProvider time) : ILoggerProvider, ISupportExternalScope
{
    private readonly Lock gate = new();
    private readonly ArrayBufferWriter<byte> buffer = new();
    private IExternalScopeProvider scopes = new LoggerExternalScopeProvider();

    private DateTimeOffset Now => time.GetUtcNow();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    /// <inheritdoc/>
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            output.Flush();
        }
    }

    private void Write(LogEntry entry)
    {
        lock (gate)
        {
            buffer.ResetWrittenCount();
            if (format == LogFormat.Json)
            {
                JsonLine.Write(entry, buffer);
            }
            else
            {
                TextLine.Write(entry, buffer);
            }

            try
            {
                output.Write(buffer.WrittenSpan);
                output.Flush();
            }
            catch (IOException)
            {
                // Nobody reads the log any more; the work goes on.
            }
        }
    }

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable BeginScope<TState>(TState state) where TState : notnull => provider.scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var fields = new Dictionary<string, object>(StringComparer.Ordinal);
            provider.scopes.ForEachScope(static (scope, into) => LogEntry.AddFields(into, scope), fields);
            LogEntry.AddFields(fields, state);
            provider.Write(new LogEntry
            {
                Time = provider.Now,
                Level = logLevel,
                Category = category,
                Event = eventId.Name,
                Message = LogEntry.Cut(formatter(state, exception)),
                Exception = exception is null ? null : Ellipsis.Cut(exception.ToString(), LogEntry.MaxExceptionBytes),
                Fields = fields,
            });
        }
    }
}
