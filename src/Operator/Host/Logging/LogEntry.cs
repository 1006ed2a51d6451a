using System.Globalization;
using Microsoft.Extensions.Logging;
using TextOps.Crds;

namespace TextOps.Operator.Host.Logging;

/// <summary>One thing that happened, with its texts cut to what a line may hold.</summary>
internal sealed record LogEntry
{
    /// <summary>Longest text field, in UTF-8 bytes: what users write reaches the log.</summary>
    public const int MaxFieldBytes = 1024;

    /// <summary>Longest exception with its stack, in UTF-8 bytes.</summary>
    public const int MaxExceptionBytes = 8 * 1024;

    private const string MessageTemplate = "{OriginalFormat}";

    private static readonly string[] Taken = ["timestamp", "level", "event", "category", "message", "exception"];

    public required DateTimeOffset Time { get; init; }

    public required LogLevel Level { get; init; }

    public required string Category { get; init; }

    public string? Event { get; init; }

    public required string Message { get; init; }

    public string? Exception { get; init; }

    /// <summary>Fields of the scopes and of the message, by their names in camelCase; a value is a string, a boolean, a long or a finite double.</summary>
    public required IReadOnlyDictionary<string, object> Fields { get; init; }

    /// <summary>Fills <paramref name="into"/> with the fields of a scope's or message's state; what comes later wins.</summary>
    public static void AddFields(IDictionary<string, object> into, object? state)
    {
        foreach (var (name, value) in state as IEnumerable<KeyValuePair<string, object?>> ?? Pairs(state))
        {
            if (name != MessageTemplate && value is not null)
            {
                var key = char.ToLowerInvariant(name[0]) + name[1..];
                into[Taken.Contains(key, StringComparer.Ordinal) ? key + "Field" : key] = Plain(value);
            }
        }
    }

    /// <summary>A text as fields hold it.</summary>
    public static string Cut(string text) => Ellipsis.Cut(text, MaxFieldBytes);

    // Scopes are often dictionaries whose values cannot be null.
    private static IEnumerable<KeyValuePair<string, object?>> Pairs(object? state) =>
        state is IEnumerable<KeyValuePair<string, object>> pairs ? pairs.Select(pair => KeyValuePair.Create(pair.Key, (object?)pair.Value)) : [];

    private static object Plain(object value) => value switch
    {
        bool => value,
        byte or short or int or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        double number when double.IsFinite(number) => number,
        string text => Cut(text),
        IFormattable formattable => Cut(formattable.ToString(null, CultureInfo.InvariantCulture)),
        _ => Cut(value.ToString() ?? ""),
    };
}
