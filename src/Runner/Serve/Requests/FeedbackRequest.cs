using System.Text.Json;
using TextOps.Runner.Serve.Http;

namespace TextOps.Runner.Serve.Requests;

/// <summary>A request to <c>/feedback</c>.</summary>
internal sealed record FeedbackRequest
{
    private const int MaxLabel = 256;
    private const int MaxComment = 4096;

    private static readonly RequestFields Fields = new(["id", "label", "score", "comment"]);

    /// <summary>Id of the prediction.</summary>
    public required string Id { get; init; }

    /// <summary>The right label.</summary>
    public string? Label { get; init; }

    /// <summary>A judgement as a number.</summary>
    public double? Score { get; init; }

    /// <summary>A remark.</summary>
    public string? Comment { get; init; }

    /// <summary>Reads a body.</summary>
    public static FeedbackRequest Read(ReadOnlySpan<byte> body)
    {
        var reader = RequestJson.Open(body);
        Span<bool> seen = stackalloc bool[4];
        string? id = null, label = null, comment = null;
        double? score = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            switch (Fields.Next(ref reader, seen, parent: default))
            {
                case 0:
                    id = RequestJson.Name(ref reader, new FieldPath("id"), maxLength: 64);
                    break;
                case 1:
                    label = reader.TokenType == JsonTokenType.Null ? null : RequestJson.Name(ref reader, new FieldPath("label"), MaxLabel);
                    break;
                case 2:
                    score = reader.TokenType == JsonTokenType.Null ? null : RequestJson.Number(ref reader, new FieldPath("score"));
                    break;
                default:
                    comment = reader.TokenType == JsonTokenType.Null ? null : RequestJson.Name(ref reader, new FieldPath("comment"), MaxComment);
                    break;
            }
        }

        RequestJson.Close(ref reader);
        if (id is null)
        {
            throw RequestJson.Missing(new FieldPath("id"));
        }

        if (!Guid.TryParseExact(id, "D", out var parsed) || parsed.Version != 7)
        {
            throw new RefusedRequestException(Refusal.Invalid("id", $"id is not the id of a prediction; send the id that the answer of /predict has"));
        }

        return label is not null || score is not null || comment is not null
            ? new FeedbackRequest { Id = parsed.ToString("D"), Label = label, Score = score, Comment = comment }
            : throw new RefusedRequestException(Refusal.Invalid("label", "there is neither label nor score nor comment; send at least one of them"));
    }
}
