using System.Text.Json;
using TextOps.Runner.Text;

namespace TextOps.Runner.Datasets;

/// <summary>
/// Values of named fields of lines that hold a JSON object each (RFC 8259, at most 64 levels deep). Of a field that is there more than once the last counts, as in
/// JavaScript and Python. Not for more than one thread at a time.
/// </summary>
internal sealed class JsonRowFields(DatasetFields fields)
{
    private const int NamesKept = 20;

    private static readonly JsonReaderOptions Reading = new() { MaxDepth = 64 };

    private readonly byte[][] names = [.. fields.All.Select(field => System.Text.Encoding.UTF8.GetBytes(field.Name))];
    private readonly bool[] seen = new bool[fields.All.Count];
    private readonly SortedSet<string> others = new(StringComparer.Ordinal);

    /// <summary>The values of a line of valid UTF-8, or the reason why there are none.</summary>
    public (IReadOnlyList<FieldValue> Values, string? Defect) Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return (ParseObject(line), null);
        }
        catch (JsonException)
        {
            return ([], RejectReasons.InvalidJson);
        }
        catch (InvalidOperationException)
        {
            // The reader's answer to a string that escapes half a surrogate pair.
            return ([], RejectReasons.InvalidUtf8);
        }
    }

    /// <summary>The first required field that no line of the file had, and some of those that they had; null where there is none.</summary>
    public (DatasetField Field, IReadOnlyCollection<string> Found)? Missing()
    {
        for (var field = 0; field < seen.Length; field++)
        {
            if (!seen[field] && fields.All[field].Required)
            {
                return (fields.All[field], others);
            }
        }

        return null;
    }

    private FieldValue[] ParseObject(ReadOnlySpan<byte> line)
    {
        var values = new FieldValue[names.Length];
        Array.Fill(values, FieldValue.Missing);
        var reader = new Utf8JsonReader(line, Reading);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException();
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldOf(ref reader);
            if (others.Count < NamesKept)
            {
                others.Add(reader.GetString()!);
            }

            reader.Read();
            if (field >= 0)
            {
                seen[field] = true;
                values[field] = ValueOf(ref reader, line);
            }
            else
            {
                reader.Skip();
            }
        }

        // Anything after the object is an error.
        reader.Read();
        return values;
    }

    private int FieldOf(ref Utf8JsonReader reader)
    {
        for (var field = 0; field < names.Length; field++)
        {
            if (reader.ValueTextEquals(names[field]))
            {
                return field;
            }
        }

        return -1;
    }

    private static FieldValue ValueOf(ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return FieldValue.Missing;
            case JsonTokenType.String:
                return FieldValue.Of(reader.GetString()!);
            case JsonTokenType.Number:
                return new(FieldKind.Number, System.Text.Encoding.UTF8.GetString(reader.ValueSpan));
            default:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                return new(FieldKind.Other, System.Text.Encoding.UTF8.GetString(line[start..(int)reader.BytesConsumed]));
        }
    }
}
