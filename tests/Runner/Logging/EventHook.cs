using Microsoft.Extensions.Logging;

namespace TextOps.Runner.Tests.Logging;

/// <summary>Does something in the middle of a task: when it logs an event of this name.</summary>
internal sealed class EventHook(string name, Action action) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name == name)
        {
            action();
        }
    }
}
