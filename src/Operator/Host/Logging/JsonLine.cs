using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace TextOps.Operator.Host.Logging;

/// <summary>
/// A log entry as one JSON object on one line: <c>timestamp</c> (UTC), <c>level</c>, <c>event</c>, <c>category</c>, <c>message</c>, the fields, and
/// <c>exception</c>.
/// </summary>
internal static class JsonLine
{
    // Letters of all alphabets as they are; control characters, and what a terminal or a web page could take for more than text, as \u escapes.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Writes <paramref name="entry"/> with its line feed.</summary>
    public static void Write(LogEntry entry, IBufferWriter<byte> output)
    {
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", entry.Time.UtcDateTime);
            json.WriteString("level", entry.Level.ToString());
            if (entry.Event is not null)
            {
                json.WriteString("event", entry.Event);
            }

            json.WriteString("category", entry.Category);
            json.WriteString("message", entry.Message);
            foreach (var (name, value) in entry.Fields)
            {
                Write(json, name, value);
            }

            if (entry.Exception is not null)
            {
                json.WriteString("exception", entry.Exception);
            }

            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number:
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, (string)value);
                break;
        }
    }
}
