using System.Globalization;
using TextOps.Crds;

namespace TextOps.Runner.Evaluate.Report;

/// <summary>What the model is, what it reached, and whether it was registered.</summary>
internal static class HeadlineSection
{
    /// <summary>Writes the section.</summary>
    public static void Write(Markup page, ReportData report)
    {
        using (page.Open("header"))
        {
            using (page.Open("div"))
            {
                page.Element("h1", report.Model);
                page.Element("span", VersionText(report.Version), ("class", report.Version is null ? "pill bad" : "pill good"));
                var failed = report.Gates.Count(gate => !gate.Passed);
                page.Element("span", GatesText(report.Gates.Count, failed), ("class", report.Gates.Count == 0 ? "pill" : failed > 0 ? "pill bad" : "pill good"));
                Facts(page, report);
            }

            using (page.Open("div", ("class", "objective")))
            {
                Objective(page, report);
            }
        }

        page.Line();
    }

    /// <summary>The version in words.</summary>
    public static string VersionText(int? version) => version is { } number ? VersionNumber.Name(number) : "not registered";

    private static string GatesText(int gates, int failed) => (gates, failed) switch
    {
        (0, _) => "no gates",
        (_, 0) => gates == 1 ? "its gate holds" : $"all {gates} gates hold",
        _ => $"{failed} of {gates} gates failed",
    };

    private static void Facts(Markup page, ReportData report)
    {
        using (page.Open("dl", ("class", "facts")))
        {
            Fact(page, "TrainingRun", $"{report.Owner.Namespace}/{report.Owner.Name}");
            Fact(page, "run", report.RunId);
            Fact(page, "evaluated", report.Created.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
            Fact(page, "candidate", report.Candidate.Name);
            Fact(page, "labels", MetricTexts.Count(report.Signature.Labels.Count));
        }
    }

    private static void Fact(Markup page, string name, string value)
    {
        page.Element("dt", name);
        page.Element("dd", value);
    }

    private static void Objective(Markup page, ReportData report)
    {
        var (metric, evaluation) = (report.Evaluation.Objective, report.Evaluation);
        page.Element("div", metric, ("class", "of"));
        page.Element("div", evaluation.Metrics.TryGetValue(metric, out var value) ? MetricTexts.Value(metric, value) : "undefined", ("class", "value"));
        if (evaluation.Intervals.TryGetValue(metric, out var interval) && interval is [var low, var high])
        {
            page.Element("div", $"{MetricTexts.Value(metric, low)} to {MetricTexts.Value(metric, high)} ({IntervalText(report.Confidence)})", ("class", "muted"));
        }

        var rows = evaluation.ConfusionMatrix.Sum(line => line.Sum());
        page.Element("div", $"on {MetricTexts.Count(rows)} test rows", ("class", "muted"));
    }

    /// <summary>The confidence in words.</summary>
    internal static string IntervalText(string confidence) =>
        double.TryParse(confidence, NumberStyles.Float, CultureInfo.InvariantCulture, out var part) ? $"{Markup.Number(part * 100)} % interval" : "interval";
}
