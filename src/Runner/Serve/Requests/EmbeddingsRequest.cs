using System.Text.Json;
using TextOps.Runner.Serve.Http;

namespace TextOps.Runner.Serve.Requests;

/// <summary>A request to <c>/v1/embeddings</c> (OpenAI API reference, Create embeddings).</summary>
internal sealed record EmbeddingsRequest
{
    /// <summary>Name of the field of the texts.</summary>
    public const string InputField = "input";

    private const int MaxName = 256;
    private const string Expected = "a string, or an array of strings, of token ids, or of arrays of token ids";

    private static readonly RequestFields Fields = new([InputField, "model", "encoding_format", "dimensions", "user"]);

    /// <summary>The texts, or their tokens.</summary>
    public required IReadOnlyList<TextOrTokens> Input { get; init; }

    /// <summary>The model that is asked for; null for the one that is served.</summary>
    public string? Model { get; init; }

    /// <summary>Whether vectors are base64 of their bytes (float32, little-endian).</summary>
    public bool Base64 { get; init; }

    /// <summary>How many dimensions are wanted; null for all.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Reads a body.</summary>
    public static EmbeddingsRequest Read(ReadOnlySpan<byte> body, RequestLimit limit)
    {
        var reader = RequestJson.Open(body);
        Span<bool> seen = stackalloc bool[5];
        IReadOnlyList<TextOrTokens>? input = null;
        string? model = null;
        var base64 = false;
        int? dimensions = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            switch (Fields.Next(ref reader, seen, parent: default))
            {
                case 0:
                    input = ReadInput(ref reader, limit);
                    break;
                case 1:
                    model = RequestJson.Name(ref reader, new FieldPath("model"), MaxName);
                    break;
                case 2:
                    base64 = ReadFormat(ref reader);
                    break;
                case 3:
                    dimensions = reader.TokenType == JsonTokenType.Null ? null : RequestJson.Integer(ref reader, new FieldPath("dimensions"));
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        RequestJson.Close(ref reader);
        return new EmbeddingsRequest { Input = input ?? throw RequestJson.Missing(new FieldPath(InputField)), Model = model, Base64 = base64, Dimensions = dimensions };
    }

    /// <summary>A text, a list of texts, a list of token ids, or a list of such lists.</summary>
    private static IReadOnlyList<TextOrTokens> ReadInput(ref Utf8JsonReader reader, RequestLimit limit)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return [new TextOrTokens(RequestJson.Text(ref reader, new FieldPath(InputField), limit.MaxTextLength), null)];
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw RequestJson.WrongType(ref reader, new FieldPath(InputField), Expected);
        }

        var inputs = new List<TextOrTokens>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (inputs.Count == 0 && reader.TokenType == JsonTokenType.Number)
            {
                return [new TextOrTokens(null, ReadTokens(ref reader, new FieldPath(InputField)))];
            }

            if (inputs.Count == limit.MaxInputs)
            {
                throw RequestJson.TooMany(InputField, limit.MaxInputs);
            }

            inputs.Add(ReadItem(ref reader, new FieldPath(InputField, inputs.Count), limit));
        }

        return inputs.Count > 0 ? inputs : throw RequestJson.Missing(new FieldPath(InputField, 0));
    }

    private static TextOrTokens ReadItem(ref Utf8JsonReader reader, FieldPath field, RequestLimit limit)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return reader.TokenType == JsonTokenType.String
                ? new TextOrTokens(RequestJson.Text(ref reader, field, limit.MaxTextLength), null)
                : throw RequestJson.WrongType(ref reader, field, "a string, or an array of token ids");
        }

        reader.Read();
        return reader.TokenType == JsonTokenType.EndArray
            ? throw new RefusedRequestException(Refusal.Invalid(field.ToString(), $"{field} is empty; send at least one token"))
            : new TextOrTokens(null, ReadTokens(ref reader, field));
    }

    /// <summary>Token ids up to the end of their list; the reader stands on the first.</summary>
    private static int[] ReadTokens(ref Utf8JsonReader reader, FieldPath field)
    {
        var ids = new List<int>();
        do
        {
            ids.Add(RequestJson.Integer(ref reader, field));
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray);
        return [.. ids];
    }

    private static bool ReadFormat(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("base64"u8))
        {
            return true;
        }

        return reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("float"u8)
            ? false
            : throw new RefusedRequestException(Refusal.Malformed("encoding_format must be \"float\" or \"base64\"", "encoding_format"));
    }
}

/// <summary>An input of <c>/v1/embeddings</c>: one of both.</summary>
/// <param name="Text">A text.</param>
/// <param name="Tokens">Token ids of the model, special ones included.</param>
internal readonly record struct TextOrTokens(string? Text, int[]? Tokens);
