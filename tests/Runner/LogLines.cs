using System.Text;
using Microsoft.Extensions.Logging;

namespace TextOps.Runner.Tests;

/// <summary>Everything that was logged, as text.</summary>
internal sealed class LogLines : ILogger
{
    private readonly StringBuilder text = new();

    public string Text
    {
        get
        {
            lock (text)
            {
                return text.ToString();
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (text)
        {
            text.Append(eventId.Name).Append(": ").Append(formatter(state, exception)).Append(exception).Append('\n');
        }
    }
}
