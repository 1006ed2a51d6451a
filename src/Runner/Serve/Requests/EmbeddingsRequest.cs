using System.Text.Json;
using TextOps.Runner.Serve.Http;

namespace TextOps.Runner.Serve.Requests;

/// <summary>A request to <c>/v1/embeddings</c> (OpenAI API reference, Create embeddings).</summary>
internal sealed record EmbeddingsRequest
{
    /// <summary>Name of the field of the texts.</summary>
    public const string InputField = "input";

    private const int MaxName = 256;

    private static readonly RequestFields Fields = new([InputField, "model", "encoding_format", "dimensions", "user"]);

    /// <summary>The texts.</summary>
    public required IReadOnlyList<string> Input { get; init; }

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
        IReadOnlyList<string>? input = null;
        string? model = null;
        var base64 = false;
        int? dimensions = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            switch (Fields.Next(ref reader, seen, parent: default))
            {
                case 0:
                    input = TextList.Read(ref reader, InputField, limit, allowOne: true);
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
