using System.Text.Json.Nodes;

namespace TextOps.Runner.Serve.Pages;

/// <summary>Takes out of URIs what may be a secret: user info, query and fragment. Whatever field they stand in: a card gets new fields.</summary>
internal static class PublicUris
{
    private static readonly char[] EndOfAuthority = ['/', '?', '#'];
    private static readonly char[] EndOfPath = ['?', '#'];

    /// <summary>The same document with clean URIs, those that are keys of objects too.</summary>
    public static JsonNode? In(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.GroupBy(member => Clean(member.Key), member => member.Value).Select(same => KeyValuePair.Create(same.Key, In(same.First())))),
        JsonArray list => new JsonArray([.. list.Select(In)]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Clean(text)),
        _ => node?.DeepClone(),
    };

    /// <summary>A URI without user info, query and fragment; any other text as it is.</summary>
    public static string Clean(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 1 || !text.AsSpan(0, scheme).ContainsOnlySchemeCharacters())
        {
            return text;
        }

        var authority = scheme + 3;
        var end = text.IndexOfAny(EndOfPath, authority) is >= 0 and var cut ? cut : text.Length;
        var path = text.IndexOfAny(EndOfAuthority, authority) is >= 0 and var slash ? slash : end;
        var user = text.LastIndexOf('@', path - 1, path - authority);
        return string.Concat(text.AsSpan(0, authority), text.AsSpan(user < 0 ? authority : user + 1, end - (user < 0 ? authority : user + 1)));
    }

    private static bool ContainsOnlySchemeCharacters(this ReadOnlySpan<char> scheme)
    {
        foreach (var character in scheme)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('+' or '-' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
