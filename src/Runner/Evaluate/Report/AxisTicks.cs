using System.Globalization;

namespace TextOps.Runner.Evaluate.Report;

/// <summary>Round numbers on an axis: 1, 2 or 5 times a power of ten apart.</summary>
internal sealed record AxisTicks(double Low, double High, IReadOnlyList<double> Values, string Format)
{
    /// <summary>About <paramref name="count"/> ticks that enclose the range.</summary>
    public static AxisTicks Enclose(double low, double high, int count, bool whole = false)
    {
        if (high - low < 1e-9)
        {
            var room = whole ? 1 : Math.Max(Math.Abs(low) * 0.01, 0.01);
            (low, high) = (low - room, high + room);
        }

        var rough = (high - low) / count;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        step = whole ? Math.Max(1, step) : step;
        var (first, last) = (Math.Floor((low / step) + 1e-9), Math.Ceiling((high / step) - 1e-9));
        var digits = Math.Max(0, -(int)Math.Floor(Math.Log10(step) + 1e-9));
        return new AxisTicks(
            first * step, last * step, [.. Enumerable.Range(0, (int)(last - first) + 1).Select(index => (first + index) * step)], "F" + digits.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The text of a tick.</summary>
    public string Text(double tick) => tick.ToString(Format, CultureInfo.InvariantCulture);
}
