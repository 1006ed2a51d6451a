namespace TextOps.Runner.Evaluate.Report;

/// <summary>Curves in the unit square: ROC, precision-recall, calibration.</summary>
internal static class UnitChart
{
    private const double Side = 300;
    private const double Left = 46;
    private const double Top = 10;
    private const double Width = Left + Side + 14;
    private const double Height = Top + Side + 42;

    /// <summary>Draws the curves.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="title">Name of the chart.</param>
    /// <param name="x">Name of the horizontal axis.</param>
    /// <param name="y">Name of the vertical axis.</param>
    /// <param name="curves">The curves with their names, in the order of their colours.</param>
    /// <param name="diagonal">Whether the diagonal is drawn: chance, or a perfect calibration.</param>
    /// <param name="points">Whether the points are marked.</param>
    public static void Draw(
        Markup page, string title, string x, string y, IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> curves, bool diagonal, bool points)
    {
        using (page.Open("figure"))
        {
            page.Element("figcaption", title);
            using (Svg.Open(page, Width, Height, $"{title}: {y} by {x}"))
            {
                Frame(page, x, y, diagonal);
                for (var index = 0; index < curves.Count; index++)
                {
                    Curve(page, $"s{index}", curves[index].Points, points);
                }
            }

            using (page.Open("ul", ("class", "legend")))
            {
                for (var index = 0; index < curves.Count; index++)
                {
                    using (page.Open("li"))
                    {
                        page.Element("span", "", ("class", $"key s{index}"));
                        page.Text(curves[index].Name);
                    }
                }
            }
        }

        page.Line();
    }

    private static void Frame(Markup page, string x, string y, bool diagonal)
    {
        foreach (var tick in (double[])[0, 0.2, 0.4, 0.6, 0.8, 1])
        {
            Svg.Line(page, tick == 0 ? "axis" : "grid", Left, At(1 - tick), Left + Side, At(1 - tick));
            Svg.Line(page, tick == 0 ? "axis" : "grid", Left + (tick * Side), Top, Left + (tick * Side), Top + Side);
            Svg.Text(page, "tick", Left - 7, At(1 - tick) + 4, "end", Markup.Number(tick));
            Svg.Text(page, "tick", Left + (tick * Side), Top + Side + 16, "middle", Markup.Number(tick));
        }

        if (diagonal)
        {
            Svg.Line(page, "diagonal", Left, Top + Side, Left + Side, Top);
        }

        Svg.Text(page, "name", Left + (Side / 2), Top + Side + 36, "middle", x);
        Svg.Turned(page, "name", 12, Top + (Side / 2), -90, "middle", y);
    }

    private static void Curve(Markup page, string css, IReadOnlyList<(double X, double Y)> points, bool marked)
    {
        Svg.Polyline(page, $"curve {css}", points.Select(point => (Left + (point.X * Side), At(1 - point.Y))));
        foreach (var (x, y) in marked ? points : [])
        {
            using (page.Open("circle", ("class", $"dot {css}"), ("cx", Markup.Number(Left + (x * Side))), ("cy", Markup.Number(At(1 - y))), ("r", "3.5")))
            {
                page.Element("title", $"{MetricTexts.Score(x)} / {MetricTexts.Score(y)}");
            }
        }
    }

    private static double At(double part) => Top + (part * Side);
}
