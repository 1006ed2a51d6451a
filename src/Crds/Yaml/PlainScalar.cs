using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TextOps.Crds.Yaml;

/// <summary>
/// What a scalar without quotes means: the core schema of YAML 1.2 (section 10.3.2). What kubectl, which knows YAML 1.1, reads differently is refused, so that a file
/// means the same to both.
/// </summary>
internal static partial class PlainScalar
{
    /// <summary>Reads <paramref name="text"/>; false where its meaning depends on the reader, with the reason.</summary>
    public static bool TryRead(string text, out JsonNode? value, out string problem)
    {
        value = null;
        problem = "";
        if (text is "" or "~" or "null" or "Null" or "NULL")
        {
            return true;
        }

        if (text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
        {
            value = text[0] is 't' or 'T';
            return true;
        }

        if (AmbiguousBoolean().IsMatch(text))
        {
            problem = $"{text} is a boolean to some readers and a string to others; write true or false, or \"{text}\" for the string";
            return false;
        }

        if (AmbiguousNumber().IsMatch(text))
        {
            problem = $"{text} is read as different numbers by different readers; write the decimal number, or \"{text}\" for the string";
            return false;
        }

        if (Infinite().IsMatch(text))
        {
            problem = $"{text} is not a number that JSON can hold; write \"{text}\" for the string";
            return false;
        }

        value = NumberPattern().IsMatch(text) ? Number(text) : JsonValue.Create(text);
        return true;
    }

    // As Kubernetes does it: 2.0 is the whole number 2. Parsed JSON, because such a number can be read as any CLR type that holds it.
    private static JsonNode? Number(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return JsonNode.Parse(whole.ToString(CultureInfo.InvariantCulture));
        }

        var number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return Math.Abs(number) < 1L << 53 && Math.Truncate(number) == number ? JsonNode.Parse(((long)number).ToString(CultureInfo.InvariantCulture))
            : double.IsFinite(number) ? JsonNode.Parse(number.ToString("R", CultureInfo.InvariantCulture))
            : JsonValue.Create(text);
    }

    [GeneratedRegex(@"\A[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex NumberPattern();

    [GeneratedRegex(@"\A(y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex AmbiguousBoolean();

    // Leading zeros (octal in 1.1), 0o, 0x, 0b and digit groups.
    [GeneratedRegex(
        @"\A[-+]?(0[0-9_]+|0[oxb][0-9a-fA-F_]+|[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?)\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex AmbiguousNumber();

    [GeneratedRegex(@"\A([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Infinite();
}
