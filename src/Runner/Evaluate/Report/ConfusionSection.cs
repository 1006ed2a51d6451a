namespace TextOps.Runner.Evaluate.Report;

/// <summary>Which labels are taken for which: a heat map, or for many labels the most frequent confusions.</summary>
internal static class ConfusionSection
{
    private const int MostConfusions = 30;

    /// <summary>Writes the section.</summary>
    public static void Write(Markup page, ReportData report)
    {
        var (labels, matrix) = (report.Signature.Labels, report.Evaluation.ConfusionMatrix);
        var drawn = labels.Count <= ConfusionChart.MostLabels;
        using (ReportPage.Section(page, drawn ? "Confusion matrix" : "Confusions", isLong: !drawn))
        {
            if (drawn)
            {
                page.Element("p", "Rows by true label (down) and predicted label (across). Blue is right, orange is wrong; the stronger, the larger its part of the true label's rows.", ("class", "muted"));
                using (page.Open("div", ("class", "across"), ("tabindex", "0")))
                {
                    ConfusionChart.Draw(page, labels, matrix);
                }
            }
            else
            {
                Table(page, labels, matrix);
            }
        }

        page.Line();
    }

    private static void Table(Markup page, IReadOnlyList<string> labels, IReadOnlyList<IReadOnlyList<long>> matrix)
    {
        var confusions =
            (from truth in Enumerable.Range(0, labels.Count)
             from predicted in Enumerable.Range(0, labels.Count)
             where truth != predicted && matrix[truth][predicted] > 0
             orderby matrix[truth][predicted] descending
             select (Truth: truth, Predicted: predicted, Rows: matrix[truth][predicted])).ToArray();
        page.Element(
            "p",
            confusions.Length > MostConfusions ? $"The {MostConfusions} most frequent of {MetricTexts.Count(confusions.Length)} pairs of labels that were confused." : "All pairs of labels that were confused.",
            ("class", "muted"));
        using (ReportTable.Open(page, "scroll", "True label", "Predicted", "#Rows", "#Of the true label's"))
        {
            foreach (var (truth, predicted, rows) in confusions.Take(MostConfusions))
            {
                using (page.Open("tr"))
                {
                    ReportTable.Cell(page, labels[truth]);
                    ReportTable.Cell(page, labels[predicted]);
                    ReportTable.Number(page, MetricTexts.Count(rows));
                    ReportTable.Number(page, MetricTexts.Percent(rows / (double)matrix[truth].Sum()));
                }
            }
        }
    }
}
