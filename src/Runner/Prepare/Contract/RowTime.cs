using System.Globalization;
using TextOps.Runner.Datasets;

namespace TextOps.Runner.Prepare.Contract;

/// <summary>What rows are sorted by.</summary>
/// <param name="Value">The number, or the date's ticks (100 ns) since year 1 in UTC.</param>
/// <param name="IsDate">Whether it is a date.</param>
internal readonly record struct RowTime(double Value, bool IsDate)
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ssK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>The time that a value is: a finite number, a date, or a time after RFC 3339 (UTC where it says no offset); null where it is neither.</summary>
    public static RowTime? Of(FieldValue value)
    {
        if (value.Kind is not (FieldKind.Text or FieldKind.Number))
        {
            return null;
        }

        var text = value.Text.Trim();
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? (double.IsFinite(number) ? new(number, IsDate: false) : null)
            : DateTimeOffset.TryParseExact(text.Replace('z', 'Z').Replace('t', 'T'), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
                ? new(date.UtcTicks, IsDate: true)
            : null;
    }
}
