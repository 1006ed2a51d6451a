using TextOps.Artifacts.Training;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Evaluate.Report;

/// <summary>The objective of each trial by its number, a colour a candidate, with the best so far as a line; failed trials are crosses at the bottom.</summary>
internal static class TrialChart
{
    private const double Left = 64;
    private const double Top = 14;
    private const double PlotWidth = 940;
    private const double PlotHeight = 240;
    private const int Colours = 8;

    /// <summary>Draws the trials; there must be at least one with a value.</summary>
    public static void Draw(Markup page, IReadOnlyList<TrialRecord> trials, string metric, int? best)
    {
        var candidates = trials.Select(trial => trial.Candidate.Name).Distinct(StringComparer.Ordinal).ToList();
        var ordered = trials.OrderBy(trial => trial.Number).ToArray();
        var (low, high) = Range(ordered, metric);
        var ticks = AxisTicks.Enclose(low, high, 5);
        var (first, last) = (ordered[0].Number, ordered[^1].Number);
        double X(int number) => Left + (last > first ? (10 + ((number - first) / (double)(last - first) * (PlotWidth - 20))) : PlotWidth / 2);
        double Y(double value) => Top + ((1 - ((Math.Clamp(value, ticks.Low, ticks.High) - ticks.Low) / (ticks.High - ticks.Low))) * PlotHeight);

        using (page.Open("figure", ("class", "wide")))
        {
            using (Svg.Open(page, Left + PlotWidth + 10, Top + PlotHeight + 44, $"{metric} of each trial"))
            {
                Frame(page, ticks, Y, AxisTicks.Enclose(first, Math.Max(last, first + 1), 10, whole: true).Values.Where(tick => tick >= first && tick <= last), X, metric);
                Svg.Polyline(page, "bestsofar", BestSoFar(ordered, MetricNames.IsLessBetter(metric), X, Y));
                foreach (var trial in ordered)
                {
                    Mark(page, trial, candidates.IndexOf(trial.Candidate.Name) % Colours, trial.Number == best, X, Y);
                }
            }

            Legend(page, candidates, ordered.Any(trial => trial.Value is null));
            var outside = ordered.Count(trial => trial.Value < ticks.Low || trial.Value > ticks.High);
            if (outside > 0)
            {
                page.Element("p", $"{(outside == 1 ? "1 trial is" : $"{outside} trials are")} far worse and drawn at the edge.", ("class", "muted"));
            }
        }

        page.Line();
    }

    /// <summary>The range that is shown. A few trials far on the bad side would press all others into a line: they are drawn at the edge.</summary>
    private static (double Low, double High) Range(TrialRecord[] trials, string metric)
    {
        var values = trials.Where(trial => trial.Value is not null).Select(trial => trial.Value!.Value).Order().ToArray();
        var spread = 4 * (Learning.Metrics.Percentiles.Linear(values, 0.75) - Learning.Metrics.Percentiles.Linear(values, 0.25));
        if (spread <= 0)
        {
            return (values[0], values[^1]);
        }

        return MetricNames.IsLessBetter(metric)
            ? (values[0], values.Last(value => value <= Learning.Metrics.Percentiles.Linear(values, 0.75) + spread))
            : (values.First(value => value >= Learning.Metrics.Percentiles.Linear(values, 0.25) - spread), values[^1]);
    }

    private static void Frame(Markup page, AxisTicks ticks, Func<double, double> y, IEnumerable<double> numbers, Func<int, double> x, string metric)
    {
        foreach (var tick in ticks.Values)
        {
            Svg.Line(page, tick == ticks.Low ? "axis" : "grid", Left, y(tick), Left + PlotWidth, y(tick));
            Svg.Text(page, "tick", Left - 8, y(tick) + 4, "end", ticks.Text(tick));
        }

        foreach (var number in numbers)
        {
            Svg.Text(page, "tick", x((int)number), Top + PlotHeight + 18, "middle", Markup.Number(number));
        }

        Svg.Text(page, "name", Left + (PlotWidth / 2), Top + PlotHeight + 38, "middle", "trial");
        Svg.Turned(page, "name", 12, Top + (PlotHeight / 2), -90, "middle", Svg.Cut(metric, 32), metric);
    }

    private static List<(double X, double Y)> BestSoFar(TrialRecord[] trials, bool less, Func<int, double> x, Func<double, double> y)
    {
        var points = new List<(double X, double Y)>();
        double? best = null;
        foreach (var trial in trials)
        {
            if (trial.Value is { } value && (best is null || (less ? value < best : value > best)))
            {
                if (best is { } before)
                {
                    points.Add((x(trial.Number), y(before)));
                }

                best = value;
                points.Add((x(trial.Number), y(value)));
            }
        }

        if (best is { } final)
        {
            points.Add((x(trials[^1].Number), y(final)));
        }

        return points;
    }

    private static void Mark(Markup page, TrialRecord trial, int colour, bool best, Func<int, double> x, Func<double, double> y)
    {
        var at = Markup.Number(x(trial.Number));
        using (page.Open("g"))
        {
            page.Element("title", $"trial {trial.Number}, {trial.Candidate.Name}: {(trial.Value is { } shown ? MetricTexts.Score(shown) : "failed")}");
            if (trial.Value is { } value)
            {
                if (best)
                {
                    page.Empty("circle", ("class", "ring"), ("cx", at), ("cy", Markup.Number(y(value))), ("r", "9"));
                }

                page.Empty("circle", ("class", $"dot s{colour}"), ("cx", at), ("cy", Markup.Number(y(value))), ("r", "4.5"));
            }
            else
            {
                page.Empty("path", ("class", "cross"), ("d", $"M{Markup.Number(x(trial.Number) - 4)} {Markup.Number(Top + PlotHeight - 4)}l8 8m0 -8l-8 8"));
            }
        }
    }

    private static void Legend(Markup page, List<string> candidates, bool failures)
    {
        using (page.Open("ul", ("class", "legend")))
        {
            foreach (var (index, name) in candidates.Index())
            {
                Key(page, $"key s{index % Colours}", name);
            }

            Key(page, "key best", "best so far");
            Key(page, "key ringed", "fitted");
            if (failures)
            {
                Key(page, "key crossed", "failed");
            }
        }
    }

    private static void Key(Markup page, string css, string name)
    {
        using (page.Open("li"))
        {
            page.Element("span", "", ("class", css));
            page.Text(name);
        }
    }
}
