namespace TextOps.Runner.Evaluate.Report;

/// <summary>The metrics of the test split with their intervals.</summary>
internal static class MetricsSection
{
    /// <summary>Writes the section.</summary>
    public static void Write(Markup page, ReportData report)
    {
        var (objective, metrics) = (report.Evaluation.Objective, report.Evaluation.Metrics);
        var shown = MetricTexts.Order.Where(metrics.ContainsKey).ToList();
        if (metrics.ContainsKey(objective))
        {
            shown.Remove(objective);
            shown.Insert(0, objective);
        }

        using (ReportPage.Section(page, "Metrics of the test split"))
        using (ReportTable.Open(page, "across", "Metric", "#Value", $"#{HeadlineSection.IntervalText(report.Confidence)}", "0 to 1", "What it is"))
        {
            foreach (var metric in shown)
            {
                Row(page, metric, metrics[metric], report.Evaluation.Intervals.GetValueOrDefault(metric), metric == objective);
            }
        }

        page.Line();
    }

    private static void Row(Markup page, string metric, double value, IReadOnlyList<double>? interval, bool objective)
    {
        using (page.Open("tr", ("class", objective ? "fitted" : "plain")))
        {
            ReportTable.Cell(page, metric);
            ReportTable.Number(page, MetricTexts.Value(metric, value));
            ReportTable.Number(page, interval is [var low, var high] ? $"{MetricTexts.Value(metric, low)} – {MetricTexts.Value(metric, high)}" : "");
            using (page.Open("td"))
            {
                if (MetricTexts.IsPart(metric))
                {
                    InlineBar.Draw(page, value, interval);
                }
            }

            page.Element("td", objective ? Joined(MetricTexts.Words(metric)) : MetricTexts.Words(metric), ("class", "muted"));
        }
    }

    private static string Joined(string words) => words.Length > 0 ? $"{words}; the objective" : "the objective";
}
