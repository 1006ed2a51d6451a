using System.Globalization;
using TextOps.Artifacts.Training;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Evaluate.Report;

/// <summary>How the search went: trials as a chart, the best as a table, failures with their reasons.</summary>
internal static class TrialsSection
{
    private const int MostRows = 20;
    private const int MostFailures = 10;

    /// <summary>Writes the section.</summary>
    public static void Write(Markup page, ReportData report)
    {
        using (ReportPage.Section(page, "Trials", isLong: report.Trials.Count > MostRows / 2))
        {
            var good = report.Trials.Where(trial => trial.Value is not null).ToArray();
            var metric = report.Evaluation.Objective;
            if (report.Trials.Count == 0)
            {
                page.Element("p", "Nothing was searched: the candidate was fitted as it is given.", ("class", "muted"));
            }
            else
            {
                page.Element("p", Words(report, good.Length), ("class", "muted"));
                if (good.Length > 1)
                {
                    TrialChart.Draw(page, report.Trials, metric, report.BestTrial);
                }

                if (good.Length > 0)
                {
                    Table(page, good, metric, report.BestTrial);
                }

                Failures(page, [.. report.Trials.Where(trial => trial.Value is null)]);
            }
        }

        page.Line();
    }

    private static string Words(ReportData report, int good)
    {
        var folds = report.Trials.FirstOrDefault(trial => trial.Folds is not null)?.Folds?.Count;
        var judge = folds is { } count ? $"the mean over {count} folds of the training split" : "the validation split";
        var seconds = report.Trials.Sum(trial => trial.Seconds);
        var trials = report.Trials.Count == 1 ? "1 trial" : $"{report.Trials.Count} trials";
        var failed = report.Trials.Count - good;
        return $"{trials}{(failed > 0 ? $", {failed} of them failed" : "")}, judged by {report.Evaluation.Objective} on {judge}; {seconds.ToString("N1", CultureInfo.InvariantCulture)} seconds in all.";
    }

    private static void Table(Markup page, TrialRecord[] trials, string metric, int? best)
    {
        var sorted = MetricNames.IsLessBetter(metric) ? trials.OrderBy(trial => trial.Value) : trials.OrderByDescending(trial => trial.Value);
        if (trials.Length > MostRows)
        {
            page.Element("h3", $"The best {MostRows} of {trials.Length}");
        }

        using (ReportTable.Open(page, "across", "#Trial", "Candidate", $"#{Svg.Cut(metric, 32)}", "#Seconds", "Parameters"))
        {
            foreach (var trial in sorted.ThenBy(trial => trial.Number).Take(MostRows))
            {
                using (page.Open("tr", ("class", trial.Number == best ? "fitted" : "plain")))
                {
                    ReportTable.Number(page, trial.Number == best ? $"{trial.Number} ★" : $"{trial.Number}");
                    ReportTable.Cell(page, trial.Candidate.Name);
                    ReportTable.Number(page, Value(trial));
                    ReportTable.Number(page, trial.Seconds.ToString("0.00", CultureInfo.InvariantCulture));
                    using (page.Open("td"))
                    {
                        ReportTable.Chips(page, trial.Parameters.Select(parameter => (parameter.Key, parameter.Value)));
                    }
                }
            }
        }
    }

    private static string Value(TrialRecord trial)
    {
        var value = MetricTexts.Score(trial.Value ?? double.NaN);
        if (trial.Folds is not { Count: > 1 } folds)
        {
            return value;
        }

        var mean = folds.Average();
        return $"{value} ± {MetricTexts.Score(Math.Sqrt(folds.Sum(fold => (fold - mean) * (fold - mean)) / (folds.Count - 1)))}";
    }

    private static void Failures(Markup page, TrialRecord[] failed)
    {
        if (failed.Length == 0)
        {
            return;
        }

        page.Element("h3", failed.Length > MostFailures ? $"The first {MostFailures} of {failed.Length} failures" : "Failures");
        using (ReportTable.Open(page, "across", "#Trial", "Candidate", "Why"))
        {
            foreach (var trial in failed.Take(MostFailures))
            {
                using (page.Open("tr"))
                {
                    ReportTable.Number(page, $"{trial.Number}");
                    ReportTable.Cell(page, trial.Candidate.Name);
                    ReportTable.Cell(page, trial.Error ?? "no reason was given");
                }
            }
        }
    }
}
