using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Parsing;
using TextOps.Crds;

namespace TextOps.Runner.Logging;

/// <summary>Text for log lines: what comes from users is bounded, and cannot forge lines or drive a terminal.</summary>
internal static class LogText
{
    /// <summary>Longest text field, in UTF-8 bytes.</summary>
    public const int MaxBytes = 1024;

    /// <summary>Longest exception with its stack, in UTF-8 bytes.</summary>
    public const int MaxExceptionBytes = 8 * 1024;

    /// <summary>The message of an event, with its texts as they are (not quoted as Serilog quotes them).</summary>
    public static string Message(LogEvent logEvent)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var token in logEvent.MessageTemplate.Tokens)
        {
            if (token is PropertyToken property
                && logEvent.Properties.TryGetValue(property.PropertyName, out var value)
                && value is ScalarValue { Value: string text })
            {
                writer.Write(text);
            }
            else
            {
                token.Render(logEvent.Properties, writer, CultureInfo.InvariantCulture);
            }
        }

        return Ellipsis.Cut(writer.ToString(), MaxBytes);
    }

    /// <summary><paramref name="text"/> with control characters spelled as escapes.</summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f'))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var character in text)
        {
            _ = character switch
            {
                '\n' => escaped.Append(@"\n"),
                '\r' => escaped.Append(@"\r"),
                '\t' => escaped.Append(@"\t"),
                _ when char.IsControl(character) => escaped.Append(CultureInfo.InvariantCulture, $@"\u{(int)character:x4}"),
                _ => escaped.Append(character),
            };
        }

        return escaped.ToString();
    }
}
