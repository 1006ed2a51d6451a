using System.Text.Json;
using System.Text.Unicode;
using TextOps.Crds;
using TextOps.Crds.Yaml;
using TextOps.Runner.Serve.Http;

namespace TextOps.Runner.Serve.Requests;

/// <summary>Reads values of a request's JSON, and refuses those of another type by the name of their field.</summary>
internal static class RequestJson
{
    private const int MaxDepth = 8;
    private const int MaxShown = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Starts to read a body, which must be an object; the reader stands on its <c>{</c>.</summary>
    public static Utf8JsonReader Open(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            throw Malformed("the body is empty; send a JSON object");
        }

        if (!Utf8.IsValid(body))
        {
            throw Malformed("the body is not valid UTF-8");
        }

        var reader = new Utf8JsonReader(body, Options);
        reader.Read();
        return reader.TokenType == JsonTokenType.StartObject ? reader : throw Malformed($"the body is {NameOf(reader.TokenType)}; send a JSON object");
    }

    /// <summary>Reads to the end of the body, after which nothing may follow.</summary>
    public static void Close(ref Utf8JsonReader reader) => reader.Read();

    /// <summary>The text that the reader stands on.</summary>
    public static string Text(ref Utf8JsonReader reader, FieldPath field, int maxLength, bool allowEmpty = false)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw WrongType(ref reader, field, "a string");
        }

        // A text has at most as many UTF-16 code units as bytes, and escapes only make it shorter: what is far too long is not copied first.
        var text = reader.ValueSpan.Length > 6L * maxLength ? null : ReadText(ref reader, field);
        if (text is null || text.Length > maxLength)
        {
            throw new RefusedRequestException(Refusal.Invalid(
                field.ToString(), $"{field} has {(text is null ? "far more than" : $"{text.Length} characters, more than")} {maxLength}{(text is null ? " characters" : "")} (maxTextLength); send less, or split it", maxLength));
        }

        return allowEmpty || !string.IsNullOrWhiteSpace(text) ? text : throw new RefusedRequestException(Refusal.Invalid(field.ToString(), $"{field} is empty; send some text"));
    }

    /// <summary>The short text that the reader stands on, such as a name.</summary>
    public static string Name(ref Utf8JsonReader reader, FieldPath field, int maxLength)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw WrongType(ref reader, field, "a string");
        }

        var text = reader.ValueSpan.Length > 6L * maxLength ? null : ReadText(ref reader, field);
        return text is not null && text.Length <= maxLength
            ? text
            : throw new RefusedRequestException(Refusal.Invalid(field.ToString(), $"{field} has more than {maxLength} characters", maxLength));
    }

    /// <summary>The finite number that the reader stands on.</summary>
    public static double Number(ref Utf8JsonReader reader, FieldPath field)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw WrongType(ref reader, field, "a number");
        }

        return reader.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw new RefusedRequestException(Refusal.Invalid(field.ToString(), $"{field} is larger than numbers get; send a finite one"));
    }

    /// <summary>The whole number that the reader stands on.</summary>
    public static int Integer(ref Utf8JsonReader reader, FieldPath field) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : throw WrongType(ref reader, field, "a whole number");

    /// <summary>The truth value that the reader stands on.</summary>
    public static bool Truth(ref Utf8JsonReader reader, FieldPath field) =>
        reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.TokenType == JsonTokenType.True : throw WrongType(ref reader, field, "true or false");

    /// <summary>The value that the reader stands on is of another type than its field.</summary>
    public static RefusedRequestException WrongType(ref Utf8JsonReader reader, FieldPath field, string expected) =>
        Malformed($"{field} is {NameOf(reader.TokenType)}{(reader.TokenType == JsonTokenType.Number ? $" ({Shown(reader.ValueSpan)})" : "")}; send {expected}", field.ToString());

    /// <summary>The field whose name the reader stands on is none of <paramref name="known"/>.</summary>
    /// <param name="parent">The object.</param>
    public static RefusedRequestException Unknown(ref Utf8JsonReader reader, FieldPath parent, IReadOnlyList<string> known)
    {
        var name = ReadText(ref reader, parent.Of("?"));
        var field = parent.Of(Ellipsis.Cut(name, MaxShown));
        var nearest = NearestName.Of(name, known);
        return new RefusedRequestException(Refusal.Invalid(
            field.ToString(), $"{field} is no field of such a request; {(nearest is null ? $"there are {string.Join(", ", known)}" : $"did you mean {nearest}?")}"));
    }

    /// <summary>A field is there twice.</summary>
    public static RefusedRequestException Twice(FieldPath field) => Malformed($"{field} is there twice; send it once", field.ToString());

    /// <summary>A field is not there.</summary>
    public static RefusedRequestException Missing(FieldPath field) => new(Refusal.Invalid(field.ToString(), $"{field} is missing"));

    /// <summary>There are more inputs than a request may have.</summary>
    public static RefusedRequestException TooMany(string list, int limit) =>
        new(Refusal.Invalid(list, $"{list} has more than {limit} items (maxInputs); send them in several requests", limit));

    private static string ReadText(ref Utf8JsonReader reader, FieldPath field)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new RefusedRequestException(Refusal.Malformed($"{field} has a \\u escape that is half of a surrogate pair; send whole characters", field.ToString()), error);
        }
    }

    private static RefusedRequestException Malformed(string detail, string? field = null) => new(Refusal.Malformed(detail, field));

    private static string Shown(ReadOnlySpan<byte> digits) => System.Text.Encoding.ASCII.GetString(digits[..Math.Min(digits.Length, 32)]);

    private static string NameOf(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a truth value",
        _ => "null",
    };
}
