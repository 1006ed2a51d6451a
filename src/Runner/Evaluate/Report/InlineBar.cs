namespace TextOps.Runner.Evaluate.Report;

/// <summary>A bar in a table's cell: a value from 0 to 1, and its interval where there is one.</summary>
internal static class InlineBar
{
    private const double Width = 140;

    /// <summary>Draws the bar.</summary>
    public static void Draw(Markup page, double value, IReadOnlyList<double>? interval = null)
    {
        var part = Math.Clamp(double.IsNaN(value) ? 0 : value, 0, 1);
        using (page.Open("svg", ("class", "bar"), ("aria-hidden", "true"), ("viewBox", "0 0 140 14"), ("width", "140"), ("height", "14")))
        {
            page.Empty("rect", ("class", "track"), ("x", "0"), ("y", "3"), ("width", "140"), ("height", "8"), ("rx", "4"));
            page.Empty("rect", ("class", "fill"), ("x", "0"), ("y", "3"), ("width", Markup.Number(part * Width)), ("height", "8"), ("rx", "4"));
            if (interval is [var low, var high])
            {
                var (from, to) = (Math.Clamp(low, 0, 1) * Width, Math.Clamp(high, 0, 1) * Width);
                Svg.Line(page, "whisker", from, 7, to, 7);
                Svg.Line(page, "whisker", from, 3, from, 11);
                Svg.Line(page, "whisker", to, 3, to, 11);
            }
        }
    }
}
