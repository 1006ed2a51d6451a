using TextOps.Artifacts.Training;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Datasets;

namespace TextOps.Runner.Prepare.Contract;

/// <summary>What a dataset may have but somebody should know of.</summary>
internal static class ContractWarnings
{
    private const int Imbalance = 10;
    private const double OutlierShare = 0.05;

    /// <summary>The warnings of a report.</summary>
    public static IEnumerable<string> Of(ContractReport report, Dataset dataset)
    {
        var labels = report.Classes.Select(one => one.Label).ToHashSet(StringComparer.Ordinal);
        if (dataset.Labels.Allowed?.Where(label => !labels.Contains(label)).ToList() is { Count: > 0 } absent)
        {
            yield return $"no row has the label {LabelNames.List(absent)} of spec.dataset.labels.allowed";
        }

        var (most, fewest) = (report.Classes.MaxBy(one => one.Share), report.Classes.MinBy(one => one.Share));
        if (most is not null && fewest is not null && most.Share > Imbalance * fewest.Share)
        {
            yield return $"class {LabelNames.Of(most.Label)} has {most.Share / fewest.Share:F1} times the rows of class {LabelNames.Of(fewest.Label)}; class weights and macro averages help with that";
        }

        foreach (var split in SplitNames.All.Skip(1).Select(SplitNames.Text))
        {
            if (report.Splits[split] > 0 && report.Classes.Where(one => one.Rows[split] == 0).Select(one => one.Label).ToList() is { Count: > 0 } missing)
            {
                yield return $"the {split} split has no row of class {LabelNames.List(missing)}";
            }
        }

        if (report.Duplicates.Contradicting > 0)
        {
            yield return $"{report.Duplicates.Contradicting} texts occur with more than one label";
        }

        foreach (var number in report.Numbers.Where(number => number.Outliers > OutlierShare * number.Count))
        {
            yield return $"{number.Outliers} of {number.Count} values of '{number.Name}' are outliers";
        }
    }
}
