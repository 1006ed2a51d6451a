namespace TextOps.Runner.Evaluate.Report;

/// <summary>The confusion matrix as a heat map: true labels down, predicted ones across; a cell is as strong as its part of the true label's rows.</summary>
internal static class ConfusionChart
{
    /// <summary>More labels than this are a table of confusions.</summary>
    public const int MostLabels = 20;

    private const double Room = 480;
    private const int MostCharacters = 18;

    /// <summary>Draws the matrix.</summary>
    public static void Draw(Markup page, IReadOnlyList<string> labels, IReadOnlyList<IReadOnlyList<long>> matrix)
    {
        var cell = Math.Clamp(Room / labels.Count, 32, 96);
        var names = labels.Select(label => Svg.Cut(label, MostCharacters)).ToArray();
        var longest = names.Max(Svg.WidthOf);

        // Names of columns lie flat where they fit, else they are turned.
        var flat = longest < cell - 6;
        var left = 26 + longest + 10;
        var top = 26 + (flat ? 18 : (longest * 0.72) + 14);
        var turnedEnd = flat ? 0 : longest * 0.72;
        using (Svg.Open(page, left + (cell * labels.Count) + 2 + turnedEnd, top + (cell * labels.Count) + 2, "Confusion matrix: rows by true and predicted label"))
        {
            Svg.Text(page, "name", left + (cell * labels.Count / 2), 14, "middle", "predicted");
            Svg.Turned(page, "name", 12, top + (cell * labels.Count / 2), -90, "middle", "true");
            for (var label = 0; label < labels.Count; label++)
            {
                var middle = (label + 0.5) * cell;
                Svg.Turned(page, "tick", left - 8, top + middle + 4, 0, "end", names[label], labels[label]);
                Svg.Turned(page, "tick", left + middle + (flat ? 0 : 3), top - 8, flat ? 0 : -45, flat ? "middle" : "start", names[label], labels[label]);
            }

            for (var truth = 0; truth < labels.Count; truth++)
            {
                var rows = matrix[truth].Sum();
                for (var predicted = 0; predicted < labels.Count; predicted++)
                {
                    var tooltip = $"true {labels[truth]}, predicted {labels[predicted]}: {MetricTexts.Count(matrix[truth][predicted])} of {MetricTexts.Count(rows)} rows";
                    Cell(page, left + (predicted * cell), top + (truth * cell), cell, matrix[truth][predicted], rows, truth == predicted, tooltip);
                }
            }
        }
    }

    private static void Cell(Markup page, double x, double y, double side, long count, long rows, bool right, string tooltip)
    {
        var part = rows > 0 ? (double)count / rows : 0;
        using (page.Open("g"))
        {
            page.Element("title", tooltip);
            page.Empty("rect", ("class", "cell"), ("x", Markup.Number(x)), ("y", Markup.Number(y)), ("width", Markup.Number(side - 2)), ("height", Markup.Number(side - 2)), ("rx", "3"));
            if (count > 0)
            {
                // The root makes few errors visible beside many right rows.
                page.Empty(
                    "rect",
                    ("class", right ? "right" : "wrong"),
                    ("x", Markup.Number(x)),
                    ("y", Markup.Number(y)),
                    ("width", Markup.Number(side - 2)),
                    ("height", Markup.Number(side - 2)),
                    ("rx", "3"),
                    ("fill-opacity", Markup.Number(Math.Max(0.06, Math.Sqrt(part) * 0.92))));
                var strong = part > 0.3 ? " strong" : "";
                Svg.Text(page, (side >= 44 ? "count" : "count small") + strong, x + (side / 2) - 1, y + (side / 2) + (side >= 64 ? -1 : 4), "middle", Short(count));
                if (side >= 64)
                {
                    Svg.Text(page, "part" + strong, x + (side / 2) - 1, y + (side / 2) + 15, "middle", MetricTexts.Percent(part));
                }
            }
        }
    }

    private static string Short(long count) => count switch
    {
        >= 10_000_000 => $"{count / 1_000_000}M",
        >= 10_000 => $"{count / 1000}k",
        _ => $"{count}",
    };
}
