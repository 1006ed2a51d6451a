namespace TextOps.Runner.Evaluate.Report;

/// <summary>Which labels are taken for which: a heat map, or for many labels the most frequent confusions.</summary>
internal static class ConfusionSection
{
    private const string MatrixWords =
        "Rows by true label (down) and predicted label (across). Blue is right, orange is wrong; the stronger, the larger its part of the true label's rows.";

    /// <summary>Writes the section.</summary>
    public static void Write(Markup page, ReportData report)
    {
        var (labels, matrix) = (report.Signature.Labels, report.Evaluation.ConfusionMatrix);
        var drawn = labels.Count <= ConfusionChart.MostLabels;
        using (ReportPage.Section(page, drawn ? "Confusion matrix" : "Confusions", isLong: !drawn))
        {
            if (drawn)
            {
                page.Element("p", MatrixWords, ("class", "muted"));
                using (page.Open("div", ("class", "beside")))
                {
                    using (page.Open("div", ("class", "across"), ("tabindex", "0")))
                    {
                        ConfusionChart.Draw(page, labels, matrix);
                    }

                    using (page.Open("div", ("class", "list")))
                    {
                        Table(page, labels, matrix, most: 8);
                    }
                }
            }
            else
            {
                Table(page, labels, matrix, most: 30);
            }
        }

        page.Line();
    }

    private static void Table(Markup page, IReadOnlyList<string> labels, IReadOnlyList<IReadOnlyList<long>> matrix, int most)
    {
        var confusions =
            (from truth in Enumerable.Range(0, labels.Count)
             from predicted in Enumerable.Range(0, labels.Count)
             where truth != predicted && matrix[truth][predicted] > 0
             orderby matrix[truth][predicted] descending
             select (Truth: truth, Predicted: predicted, Rows: matrix[truth][predicted])).ToArray();
        page.Element("p", Words(confusions.Length, most), ("class", "muted"));
        if (confusions.Length == 0)
        {
            return;
        }

        using (ReportTable.Open(page, most > 8 ? "scroll" : "across", "True label", "Predicted", "#Rows", "#Of the true"))
        {
            foreach (var (truth, predicted, rows) in confusions.Take(most))
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

    private static string Words(int confusions, int most) => confusions switch
    {
        0 => "No row was confused.",
        _ when confusions > most => $"The {most} most frequent of {MetricTexts.Count(confusions)} confusions.",
        _ => "All confusions.",
    };
}
