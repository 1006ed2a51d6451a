namespace TextOps.Runner.Evaluate.Report;

/// <summary>ROC, precision-recall and calibration curves.</summary>
internal static class CurvesSection
{
    /// <summary>Writes the section; nothing where there are no curves.</summary>
    public static void Write(Markup page, IReadOnlyList<LabelCurves> curves, int labels)
    {
        if (curves.Count == 0)
        {
            return;
        }

        using (ReportPage.Section(page, "Curves"))
        {
            page.Element("p", Words(curves, labels), ("class", "muted"));
            using (page.Open("div", ("class", "charts")))
            {
                UnitChart.Draw(
                    page, "ROC", "false positive rate", "true positive rate", [.. curves.Select(curve => (Name(curve, "AUC", curve.RocAuc), curve.Roc))], diagonal: true, points: false);
                UnitChart.Draw(
                    page, "Precision and recall", "recall", "precision", [.. curves.Select(curve => (Name(curve, "AP", curve.AveragePrecision), curve.PrecisionRecall))], diagonal: false, points: false);
                UnitChart.Draw(
                    page, "Calibration", "mean predicted probability", "part that has the label", [.. curves.Select(curve => (Svg.Cut(curve.Label, 40), curve.Calibration))], diagonal: true, points: true);
            }
        }

        page.Line();
    }

    private static string Name(LabelCurves curve, string area, double value) => $"{Svg.Cut(curve.Label, 40)} ({area} {value.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture)})";

    private static string Words(IReadOnlyList<LabelCurves> curves, int labels) => labels switch
    {
        2 => $"Of label {curves[0].Label}, by its probability.",
        _ when curves.Count < labels => $"Each label against the rest; the {curves.Count} labels with most test rows.",
        _ => "Each label against the rest.",
    };
}
