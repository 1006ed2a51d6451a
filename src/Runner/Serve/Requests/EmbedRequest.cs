using System.Text.Json;

namespace TextOps.Runner.Serve.Requests;

/// <summary>A request to <c>/embed</c>.</summary>
/// <param name="Inputs">The texts.</param>
/// <param name="Truncate">Whether texts may lose their end.</param>
internal sealed record EmbedRequest(IReadOnlyList<string> Inputs, bool Truncate)
{
    /// <summary>Name of the field of the texts.</summary>
    public const string InputsField = "inputs";

    private static readonly RequestFields Fields = new([InputsField, "truncate"]);

    /// <summary>Reads a body.</summary>
    public static EmbedRequest Read(ReadOnlySpan<byte> body, RequestLimit limit)
    {
        var reader = RequestJson.Open(body);
        Span<bool> seen = stackalloc bool[2];
        IReadOnlyList<string>? inputs = null;
        var truncate = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            switch (Fields.Next(ref reader, seen, parent: default))
            {
                case 0:
                    inputs = TextList.Read(ref reader, InputsField, limit, allowOne: true);
                    break;
                default:
                    truncate = RequestJson.Truth(ref reader, new FieldPath("truncate"));
                    break;
            }
        }

        RequestJson.Close(ref reader);
        return new EmbedRequest(inputs ?? throw RequestJson.Missing(new FieldPath(InputsField)), truncate);
    }
}
