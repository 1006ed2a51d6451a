using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.Schema;

/// <summary>Numbers of JSON nodes, whatever CLR type lies behind them.</summary>
internal static class JsonNumbers
{
    /// <summary>The number; values beyond decimal's range become its bound, which keeps comparisons right.</summary>
    public static decimal ToDecimal(JsonValue value)
    {
        var text = value.ToJsonString();
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        return text.StartsWith('-') ? decimal.MinValue : decimal.MaxValue;
    }

    /// <summary>Whether the number is written as an integer of 64 bits.</summary>
    public static bool IsInteger(JsonValue value, out long number)
    {
        number = 0;
        return value.GetValueKind() == JsonValueKind.Number
            && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }
}
