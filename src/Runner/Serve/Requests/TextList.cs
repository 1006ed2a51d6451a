using System.Text.Json;

namespace TextOps.Runner.Serve.Requests;

/// <summary>Reads a text or a list of texts.</summary>
internal static class TextList
{
    /// <summary>Reads the value that the reader stands on.</summary>
    /// <param name="field">Its field.</param>
    /// <param name="allowOne">Whether a text without a list is allowed.</param>
    public static IReadOnlyList<string> Read(ref Utf8JsonReader reader, string field, RequestLimit limit, bool allowOne)
    {
        if (reader.TokenType == JsonTokenType.String && allowOne)
        {
            return [RequestJson.Text(ref reader, new FieldPath(field), limit.MaxTextLength)];
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw RequestJson.WrongType(ref reader, new FieldPath(field), allowOne ? "a string or an array of strings" : "an array of strings");
        }

        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (texts.Count == limit.MaxInputs)
            {
                throw RequestJson.TooMany(field, limit.MaxInputs);
            }

            texts.Add(RequestJson.Text(ref reader, new FieldPath(field, texts.Count), limit.MaxTextLength));
        }

        return texts.Count > 0 ? texts : throw RequestJson.Missing(new FieldPath(field, 0));
    }
}

/// <summary>What the inputs of a request may be at most.</summary>
/// <param name="MaxInputs">How many.</param>
/// <param name="MaxTextLength">How long each, in characters (UTF-16).</param>
internal sealed record RequestLimit(int MaxInputs, int MaxTextLength);
