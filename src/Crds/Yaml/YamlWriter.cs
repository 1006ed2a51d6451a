using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TextOps.Crds.Yaml;

/// <summary>
/// Writes JSON as block YAML in one fixed style: two spaces, LF, lists level with their key, one line a value. A string is quoted wherever YAML 1.1 or 1.2 would read it
/// as something else (<c>on</c>, <c>0.5</c>, <c>~</c>), so that every reader gets the same document.
/// </summary>
public static partial class YamlWriter
{
    /// <summary>The document, ending with a line feed.</summary>
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        if (IsBlock(node))
        {
            Block(text, node!, indent: 0, hanging: false);
        }
        else
        {
            text.Append(Inline(node)).Append('\n');
        }

        return text.ToString();
    }

    private static bool IsBlock(JsonNode? node) => node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 };

    private static void Block(StringBuilder text, JsonNode node, int indent, bool hanging)
    {
        if (node is JsonObject properties)
        {
            foreach (var (name, value) in properties)
            {
                text.Append(' ', hanging ? 0 : indent).Append(Scalar(name)).Append(':');
                hanging = false;
                Value(text, value, value is JsonArray ? indent : indent + 2);
            }

            return;
        }

        foreach (var item in node.AsArray())
        {
            text.Append(' ', hanging ? 0 : indent).Append("- ");
            hanging = false;
            if (IsBlock(item))
            {
                Block(text, item!, indent + 2, hanging: true);
            }
            else
            {
                text.Append(Inline(item)).Append('\n');
            }
        }
    }

    private static void Value(StringBuilder text, JsonNode? value, int indent)
    {
        if (IsBlock(value))
        {
            text.Append('\n');
            Block(text, value!, indent, hanging: false);
        }
        else
        {
            text.Append(' ').Append(Inline(value)).Append('\n');
        }
    }

    private static string Inline(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        _ when node.GetValueKind() == JsonValueKind.String => Scalar((string)node!),
        _ => node.ToJsonString(),
    };

    private static string Scalar(string value)
    {
        if (PlainPattern().IsMatch(value) && !MisreadPattern().IsMatch(value) && !value.Contains(": ", StringComparison.Ordinal)
            && !value.Contains(" #", StringComparison.Ordinal) && !value.EndsWith(':') && !value.EndsWith(' '))
        {
            return value;
        }

        return value.AsSpan().IndexOfAny('\\', '"') >= 0 && PrintablePattern().IsMatch(value)
            ? $"'{value.Replace("'", "''", StringComparison.Ordinal)}'"
            : JsonValue.Create(value).ToJsonString(Json.Objects);
    }

    // First a character that starts nothing else, then anything printable.
    [GeneratedRegex(@"\A[A-Za-z0-9_/.$^(+…][\u0020-\u007E\u00A1-\uD7FF]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex PlainPattern();

    [GeneratedRegex(@"\A[\u0020-\u007E\u00A1-\uD7FF]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex PrintablePattern();

    // Null, booleans, numbers (also octal, hexadecimal, binary, with underscores, base 60), dates and document markers, in YAML 1.1 or 1.2.
    [GeneratedRegex(
        @"\A(null|true|false|yes|no|on|off|y|n|[-+]?\.(inf|nan)|[-+.]?[0-9][0-9_.,:xobtzeA-F+\-]*.*|\.+|\.\.\..*)\z",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex MisreadPattern();
}
