using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TextOps.Crds.EmbeddingJobs;

namespace TextOps.Runner.Text;

/// <summary>What a line of JSON says of a row.</summary>
internal readonly record struct JsonRow(string? Id, string? Text, string? Metadata, string? Defect);

/// <summary>
/// Reads the fields that a source names from a line that holds one JSON object (RFC 8259, at most 64 levels deep). Of a field that is there more than once the
/// last counts, as in JavaScript and Python. Not for more than one thread at a time.
/// </summary>
internal sealed class JsonRowParser(TextSource source)
{
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = 64 };

    // Unescaped text is shorter and readable; the rejects and chunks that hold it are JSON files, not HTML.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly byte[] textField = System.Text.Encoding.UTF8.GetBytes(source.TextField);
    private readonly byte[]? idField = source.IdField is { } field ? System.Text.Encoding.UTF8.GetBytes(field) : null;
    private readonly byte[][] fields = [.. (source.MetadataFields ?? []).Select(System.Text.Encoding.UTF8.GetBytes)];
    private readonly Range?[] found = new Range?[source.MetadataFields?.Count ?? 0];
    private readonly ArrayBufferWriter<byte> metadata = new();

    /// <summary>Reads a line of valid UTF-8.</summary>
    public JsonRow Parse(ReadOnlySpan<byte> line)
    {
        if (line.IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            return new(null, null, null, RejectReasons.Empty);
        }

        try
        {
            return ParseObject(line);
        }
        catch (JsonException)
        {
            return new(null, null, null, RejectReasons.InvalidJson);
        }
        catch (InvalidOperationException)
        {
            // The reader's answer to a string that escapes half a surrogate pair.
            return new(null, null, null, RejectReasons.InvalidUtf8);
        }
    }

    private JsonRow ParseObject(ReadOnlySpan<byte> line)
    {
        Array.Clear(found);
        string? id = null;
        string? text = null;
        var reader = new Utf8JsonReader(line, Reading);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return new(null, null, null, RejectReasons.InvalidJson);
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isText = reader.ValueTextEquals(textField);
            var isId = idField is not null && reader.ValueTextEquals(idField);
            var field = FieldOf(ref reader);
            reader.Read();
            if (isText)
            {
                text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            if (isId)
            {
                id = IdOf(ref reader);
            }

            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (field >= 0)
            {
                found[field] = start..(int)reader.BytesConsumed;
            }
        }

        // Anything after the object is an error.
        reader.Read();
        return new(id, text, MetadataOf(line), text is null ? RejectReasons.MissingText : null);
    }

    private static string? IdOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString() is { Length: > 0 } id ? RowNames.Cut(id) : null,
        JsonTokenType.Number => RowNames.Cut(System.Text.Encoding.UTF8.GetString(reader.ValueSpan)),
        _ => null,
    };

    private int FieldOf(ref Utf8JsonReader reader)
    {
        for (var field = 0; field < fields.Length; field++)
        {
            if (reader.ValueTextEquals(fields[field]))
            {
                return field;
            }
        }

        return -1;
    }

    private string? MetadataOf(ReadOnlySpan<byte> line)
    {
        if (!Array.Exists(found, range => range is not null))
        {
            return null;
        }

        metadata.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(metadata, Writing))
        {
            writer.WriteStartObject();
            for (var field = 0; field < fields.Length; field++)
            {
                if (found[field] is { } range)
                {
                    // Written again rather than copied: a line end of old Macs between the tokens would cut the output's line in two for some readers.
                    writer.WritePropertyName(fields[field]);
                    var reader = new Utf8JsonReader(line[range], Reading);
                    using var value = JsonDocument.ParseValue(ref reader);
                    value.RootElement.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(metadata.WrittenSpan);
    }
}
