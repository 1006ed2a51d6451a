using System.Globalization;
using TextOps.Artifacts.Training;
using TextOps.Crds;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Datasets;
using TextOps.Runner.Prepare.Splits;
using TextOps.Runner.Text;

namespace TextOps.Runner.Prepare.Contract;

/// <summary>The data contract: what rows, and all rows together, must be like.</summary>
/// <param name="dataset">The contract.</param>
/// <param name="needs">What the run does with the splits.</param>
internal sealed class DatasetContract(Dataset dataset, SplitNeeds needs, Violations violations)
{
    private readonly DatasetFields fields = new(dataset);

    /// <summary>Checks and splits rows.</summary>
    /// <param name="read">Told of each row whether it was left out.</param>
    public async Task<ExaminedDataset> ExamineAsync(IAsyncEnumerable<RawRow> rows, Action<bool> read, CancellationToken cancellationToken)
    {
        var contract = new RowContract(dataset, fields, violations);
        var good = new List<LabelledRow>();
        var count = 0L;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            var labelled = contract.Check(row);
            read(labelled is null);
            count++;
            if (labelled is not null)
            {
                good.Add(labelled);
            }
        }

        var (kept, duplicates) = new DuplicateRule(dataset.Validation.Duplicates, fields.Text < 0 ? "text" : dataset.TextField, violations).Apply(good);
        var groups = RowGroups.Of(kept, dataset.Split.Seed);
        var (splits, fault) = Split(kept, groups);
        var labels = LabelsOf(kept);
        var numbers = labels.Select((label, number) => (label, number)).ToDictionary(pair => pair.label, pair => pair.number, StringComparer.Ordinal);
        var labelNumbers = kept.Select(row => numbers[row.Label]).ToList();
        var classes = ClassesOf(labels, labelNumbers, splits);
        var report = new ContractReport
        {
            ApiVersion = ApiGroup.GroupVersion,
            Rows = count,
            Kept = kept.Count,
            Rejected = violations.Rejected,
            Violations = violations.Counts,
            ViolationsNotListed = violations.NotListed,
            Splits = SplitNames.All.ToDictionary(SplitNames.Text, split => splits.LongCount(one => one == split), StringComparer.Ordinal),
            Classes = classes,
            Numbers = NumericSummaries.Of(kept, dataset.Fields ?? []),
            Duplicates = duplicates,
            Warnings = [],
        };
        report = report with { Warnings = [.. ContractWarnings.Of(report, dataset)] };
        return new ExaminedDataset
        {
            Rows = kept,
            Splits = splits,
            Groups = groups,
            Labels = labels,
            LabelNumbers = labelNumbers,
            Report = report,
            Refusal = TooMuchRejected(report) ?? fault ?? new SplitRules(dataset, needs).Refusal(report, splits, labelNumbers, groups),
        };
    }

    private (IReadOnlyList<SplitName> Splits, string? Fault) Split(IReadOnlyList<LabelledRow> rows, RowGroups groups)
    {
        try
        {
            return (Splitter.Split(rows, groups, dataset.Split), null);
        }
        catch (InputException error)
        {
            return (new SplitName[rows.Count], error.Message);
        }
    }

    /// <summary>The labels that occur: in the order of <c>allowed</c> where that is given, else by value where all are integers, else by code units.</summary>
    private List<string> LabelsOf(IReadOnlyList<LabelledRow> rows)
    {
        var found = rows.Select(row => row.Label).ToHashSet(StringComparer.Ordinal);
        return dataset.Labels.Allowed is { } allowed ? [.. allowed.Where(found.Contains)]
            : found.All(label => IntegerOf(label) is not null) ? [.. found.OrderBy(label => IntegerOf(label)!.Value).ThenBy(label => label, StringComparer.Ordinal)]
            : [.. found.Order(StringComparer.Ordinal)];
    }

    private static long? IntegerOf(string label) =>
        long.TryParse(label, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static IReadOnlyList<ClassCounts> ClassesOf(IReadOnlyList<string> labels, IReadOnlyList<int> labelNumbers, IReadOnlyList<SplitName> splits)
    {
        var counts = new long[labels.Count, SplitNames.All.Count];
        for (var row = 0; row < labelNumbers.Count; row++)
        {
            counts[labelNumbers[row], (int)splits[row]]++;
        }

        return
        [
            .. labels.Select((label, number) => new ClassCounts
            {
                Label = label,
                Rows = SplitNames.All.ToDictionary(SplitNames.Text, split => counts[number, (int)split], StringComparer.Ordinal),
                Share = Math.Round(SplitNames.All.Sum(split => counts[number, (int)split]) / (double)labelNumbers.Count, 6),
            }),
        ];
    }

    private string? TooMuchRejected(ContractReport report)
    {
        if (report.Rows == 0)
        {
            return "the dataset has no rows; put rows there, or correct spec.dataset";
        }

        var left = report.Rejected.Values.Sum();
        var allowed = dataset.Validation.MaxRejectedFraction;
        if (report.Kept > 0 && left <= report.Rows * decimal.Parse(allowed, NumberStyles.Float, CultureInfo.InvariantCulture))
        {
            return null;
        }

        var reasons = string.Join(", ", report.Rejected.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"));
        var first = violations.Listed[0];
        var shown = $"{first.File}, line {first.Line}: {first.Reason}" + (first.Field is null ? "" : $" in '{first.Field}'") + (first.Value is null ? "" : $", '{Ellipsis.Cut(first.Value, 80)}'");
        return $"{left} of {report.Rows} rows are left out ({reasons}), "
            + (report.Kept == 0 ? "and none is left" : $"more than spec.dataset.validation.maxRejectedFraction ({allowed}) allows")
            + $"; the first is {shown}; mend the rows, or change spec.dataset";
    }
}
