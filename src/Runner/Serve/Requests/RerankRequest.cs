using System.Text.Json;

namespace TextOps.Runner.Serve.Requests;

/// <summary>A request to <c>/rerank</c>.</summary>
internal sealed record RerankRequest
{
    /// <summary>Name of the field of the texts.</summary>
    public const string TextsField = "texts";

    private static readonly RequestFields Fields = new(["query", TextsField, "raw_scores", "return_text", "truncate"]);

    /// <summary>What is looked for.</summary>
    public required string Query { get; init; }

    /// <summary>What is ranked.</summary>
    public required IReadOnlyList<string> Texts { get; init; }

    /// <summary>Whether scores are the model's own, and not made probabilities of.</summary>
    public bool RawScores { get; init; }

    /// <summary>Whether the texts come back with their scores.</summary>
    public bool ReturnText { get; init; }

    /// <summary>Whether texts may lose their end.</summary>
    public bool Truncate { get; init; }

    /// <summary>Reads a body.</summary>
    public static RerankRequest Read(ReadOnlySpan<byte> body, RequestLimit limit)
    {
        var reader = RequestJson.Open(body);
        Span<bool> seen = stackalloc bool[5];
        string? query = null;
        IReadOnlyList<string>? texts = null;
        Span<bool> options = stackalloc bool[3];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var field = Fields.Next(ref reader, seen, parent: default);
            switch (field)
            {
                case 0:
                    query = RequestJson.Text(ref reader, new FieldPath("query"), limit.MaxTextLength);
                    break;
                case 1:
                    texts = TextList.Read(ref reader, TextsField, limit, allowOne: false);
                    break;
                default:
                    options[field - 2] = RequestJson.Truth(ref reader, new FieldPath(Fields.Names[field]));
                    break;
            }
        }

        RequestJson.Close(ref reader);
        return new RerankRequest
        {
            Query = query ?? throw RequestJson.Missing(new FieldPath("query")),
            Texts = texts ?? throw RequestJson.Missing(new FieldPath(TextsField)),
            RawScores = options[0],
            ReturnText = options[1],
            Truncate = options[2],
        };
    }
}
