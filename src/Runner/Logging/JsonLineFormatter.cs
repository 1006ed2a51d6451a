using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;
using TextOps.Crds;

namespace TextOps.Runner.Logging;

/// <summary>One JSON object a line: <c>timestamp</c>, <c>level</c>, <c>message</c>, then the event's properties by their names in camelCase.</summary>
internal sealed class JsonLineFormatter : ITextFormatter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", logEvent.Timestamp.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("level", logEvent.Level.ToString());
            json.WriteString("message", LogText.Message(logEvent));
            foreach (var (name, value) in logEvent.Properties)
            {
                Write(json, name, value);
            }

            if (logEvent.Exception is { } exception)
            {
                json.WriteString("exception", Ellipsis.Cut(exception.ToString(), LogText.MaxExceptionBytes));
            }

            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        output.Write('\n');
    }

    private static void Write(Utf8JsonWriter json, string name, LogEventPropertyValue value)
    {
        switch (name, value)
        {
            case ("SourceContext", _):
                break;
            case ("EventId", StructureValue identity):
                // Microsoft.Extensions.Logging's event id: its name says what happened.
                foreach (var part in identity.Properties.Where(part => part is { Name: "Name", Value: ScalarValue { Value: string } }))
                {
                    json.WriteString("event", (string)((ScalarValue)part.Value).Value!);
                }

                break;
            case (_, ScalarValue { Value: bool flag }):
                json.WriteBoolean(JsonNamingPolicy.CamelCase.ConvertName(name), flag);
                break;
            case (_, ScalarValue { Value: int or long }):
                json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(name), Convert.ToInt64(((ScalarValue)value).Value, CultureInfo.InvariantCulture));
                break;
            case (_, ScalarValue { Value: double number }) when double.IsFinite(number):
                json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(name), number);
                break;
            case (_, ScalarValue { Value: string text }):
                json.WriteString(JsonNamingPolicy.CamelCase.ConvertName(name), Ellipsis.Cut(text, LogText.MaxBytes));
                break;
            default:
                json.WriteString(JsonNamingPolicy.CamelCase.ConvertName(name), Ellipsis.Cut(value.ToString(), LogText.MaxBytes));
                break;
        }
    }
}
