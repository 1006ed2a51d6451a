using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace TextOps.Operator.Host.Logging;

/// <summary>A log entry as a line for a person: time, level, message, the fields that the message does not show, and the exception below.</summary>
internal static class TextLine
{
    /// <summary>Writes <paramref name="entry"/> with its line feed.</summary>
    public static void Write(LogEntry entry, IBufferWriter<byte> output)
    {
        var line = new StringBuilder();
        line.Append(entry.Time.UtcDateTime.ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
        line.Append(entry.Level switch
        {
            LogLevel.Trace => "trace ",
            LogLevel.Debug => "debug ",
            LogLevel.Information => "info  ",
            LogLevel.Warning => "WARN  ",
            LogLevel.Error => "ERROR ",
            _ => "FATAL ",
        });
        Append(line, entry.Message);
        foreach (var (name, value) in entry.Fields)
        {
            var text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
            if (!entry.Message.Contains(text, StringComparison.Ordinal))
            {
                Append(line.Append("  ").Append(name).Append('='), text);
            }
        }

        foreach (var part in entry.Exception?.Split('\n') ?? [])
        {
            Append(line.Append("\n    "), part.TrimEnd('\r'));
        }

        output.Write(Encoding.UTF8.GetBytes(line.Append('\n').ToString()));
    }

    // What others wrote can neither end the line nor drive the terminal.
    private static void Append(StringBuilder line, string text)
    {
        foreach (var character in text)
        {
            _ = char.IsControl(character)
                ? line.Append(CultureInfo.InvariantCulture, $@"\u{(int)character:x4}")
                : line.Append(character);
        }
    }
}
