using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Evaluate.Report;

/// <summary>Precision, recall and F1 of each class; many classes come worst first.</summary>
internal static class ClassesSection
{
    private const int Many = 20;

    /// <summary>Writes the section.</summary>
    public static void Write(Markup page, ReportData report)
    {
        var labels = report.Signature.Labels;
        var metrics = report.Evaluation.Metrics;
        var order = Enumerable.Range(0, labels.Count);
        var many = labels.Count > Many;
        if (many)
        {
            order = order.OrderBy(label => metrics.GetValueOrDefault(MetricNames.OfClass("f1", labels[label])));
        }

        using (ReportPage.Section(page, "Classes", isLong: many))
        {
            if (many)
            {
                page.Element("p", $"{labels.Count} classes, lowest F1 first.", ("class", "muted"));
            }

            using (ReportTable.Open(page, many ? "scroll" : "across", "Class", "#Test rows", "#Precision", "#Recall", "#F1", ""))
            {
                foreach (var label in order)
                {
                    Row(page, labels[label], report.Evaluation.ConfusionMatrix[label].Sum(), metrics);
                }
            }
        }

        page.Line();
    }

    private static void Row(Markup page, string label, long rows, IReadOnlyDictionary<string, double> metrics)
    {
        using (page.Open("tr"))
        {
            ReportTable.Cell(page, label);
            ReportTable.Number(page, MetricTexts.Count(rows));
            var f1 = double.NaN;
            foreach (var metric in (string[])["precision", "recall", "f1"])
            {
                f1 = metrics.TryGetValue(MetricNames.OfClass(metric, label), out var value) ? value : double.NaN;
                ReportTable.Number(page, MetricTexts.Score(f1));
            }

            using (page.Open("td"))
            {
                InlineBar.Draw(page, f1);
            }
        }
    }
}
