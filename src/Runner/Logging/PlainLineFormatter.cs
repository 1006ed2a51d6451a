using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;

namespace TextOps.Runner.Logging;

/// <summary>One line for a person at a terminal: time, level, message.</summary>
internal sealed class PlainLineFormatter : ITextFormatter
{
    /// <inheritdoc/>
    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.LocalDateTime.ToString("HH:mm:ss ", CultureInfo.InvariantCulture));
        if (logEvent.Level >= LogEventLevel.Warning)
        {
            output.Write(logEvent.Level.ToString().ToUpperInvariant());
            output.Write(' ');
        }

        output.Write(LogText.Escape(LogText.Message(logEvent)));
        output.Write('\n');
    }
}
