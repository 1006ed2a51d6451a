using TextOps.Artifacts.Training;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Text;

namespace TextOps.Runner.Prepare.Contract;

/// <summary>How numbers of rows are distributed.</summary>
internal static class NumericSummaries
{
    /// <summary>Name under which the length of texts stands in reports: that of the derived number.</summary>
    public const string TextLength = "text_len";

    /// <summary>Of the length of texts and of each numeric field.</summary>
    public static IReadOnlyList<NumericSummary> Of(IReadOnlyList<LabelledRow> rows, IReadOnlyList<NumericField> fields) =>
    [
        Of(TextLength, rows.Select(row => (double)ScalarOffsets.Count(row.Text))),
        .. fields.Select((field, index) => Of(field.Name, rows.Select(row => row.Numbers[index]))),
    ];

    /// <summary>Of some values; NaN is a missing one.</summary>
    public static NumericSummary Of(string name, IEnumerable<double> values)
    {
        var all = values.ToArray();
        var found = Array.FindAll(all, value => !double.IsNaN(value));
        Array.Sort(found);
        var summary = new NumericSummary { Name = name, Count = found.Length, Missing = all.Length - found.Length };
        if (found.Length == 0)
        {
            return summary;
        }

        var (first, third) = (Quantile(found, 0.25), Quantile(found, 0.75));
        var reach = 1.5 * (third - first);
        return summary with
        {
            Minimum = found[0],
            FirstQuartile = first,
            Median = Quantile(found, 0.5),
            ThirdQuartile = third,
            Maximum = found[^1],
            Mean = Mean(found),
            Outliers = found.LongCount(value => value < first - reach || value > third + reach),
        };
    }

    private static double Quantile(double[] sorted, double part)
    {
        var at = part * (sorted.Length - 1);
        var below = (int)at;
        if (below == sorted.Length - 1)
        {
            return sorted[below];
        }

        var (low, high, share) = (sorted[below], sorted[below + 1], at - below);
        return double.IsFinite(high - low) ? low + ((high - low) * share) : (low * (1 - share)) + (high * share);
    }

    // Numbers may be as large as numbers get, and their sum larger.
    private static double Mean(double[] values) => values.Average() is var mean && double.IsFinite(mean) ? mean : values.Sum(value => value / values.Length);
}
