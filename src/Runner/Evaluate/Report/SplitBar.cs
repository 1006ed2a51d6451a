namespace TextOps.Runner.Evaluate.Report;

/// <summary>Rows of the splits as one bar.</summary>
internal static class SplitBar
{
    private const double Width = 1000;

    /// <summary>Draws the bar with a legend.</summary>
    public static void Draw(Markup page, IReadOnlyList<(string Name, long Rows)> splits)
    {
        var total = Math.Max(1, splits.Sum(split => split.Rows));
        using (page.Open("svg", ("class", "splits"), ("role", "img"), ("aria-label", "Rows of the splits"), ("viewBox", "0 0 1000 20"), ("preserveAspectRatio", "none")))
        {
            var x = 0.0;
            foreach (var (index, split) in splits.Index())
            {
                var width = split.Rows / (double)total * Width;
                page.Empty("rect", ("class", $"area s{index}"), ("x", Markup.Number(x)), ("y", "0"), ("width", Markup.Number(width)), ("height", "20"));
                x += width;
            }
        }

        using (page.Open("ul", ("class", "legend")))
        {
            foreach (var (index, split) in splits.Index())
            {
                using (page.Open("li"))
                {
                    page.Element("span", "", ("class", $"key s{index}"));
                    page.Text($"{split.Name} {MetricTexts.Count(split.Rows)} ({MetricTexts.Percent(split.Rows / (double)total)})");
                }
            }
        }
    }
}
