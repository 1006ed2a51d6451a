using TextOps.Artifacts.Training;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Datasets;
using TextOps.Runner.Prepare.Contract;

namespace TextOps.Runner.Prepare.Splits;

/// <summary>What splits must be like for a model to be learned and judged.</summary>
internal sealed class SplitRules(Dataset dataset, SplitNeeds needs)
{
    private const string Train = "train";

    /// <summary>Why nothing can be learned from the splits; null where it can.</summary>
    public string? Refusal(ContractReport report, IReadOnlyList<SplitName> splits, IReadOnlyList<int> labels, RowGroups groups) =>
        OneClass(report)
        ?? Empty(report, SplitName.Train)
        ?? Empty(report, SplitName.Test)
        ?? (needs.Validation ? Empty(report, SplitName.Validation) : null)
        ?? FewRows(report)
        ?? (needs.Folds is { } folds ? FewGroups(report, folds, splits, labels, groups) : null);

    private string? OneClass(ContractReport report) => report.Classes.Count > 1
        ? null
        : $"all {report.Kept} rows have the label {LabelNames.Of(report.Classes[0].Label)} ({dataset.LabelField}), and a classifier needs two classes; "
            + "correct spec.dataset.labelField or spec.dataset.labels.map, or add rows of another class";

    private string? Empty(ContractReport report, SplitName split)
    {
        var name = SplitNames.Text(split);
        if (report.Splits[name] > 0)
        {
            return null;
        }

        var otherwise = split == SplitName.Validation ? ", or judge trials by spec.search.objective.folds" : "";
        return dataset.Split switch
        {
            { Method: SplitMethod.Given, Field: { } field } => $"the {name} split is empty: no row that is kept has '{name}' in field '{field}' (spec.dataset.split.field); mark rows with it{otherwise}",
            { Method: SplitMethod.Given, ValidationUri: null } when split == SplitName.Validation => $"the {name} split is empty: spec.dataset.split.validationUri is not set; set it{otherwise}",
            { Method: SplitMethod.Given } => $"the {name} split is empty: no row of {UriOf(split)} is kept; add rows to it{otherwise}",
            _ when split == SplitName.Train => $"the {name} split is empty: there are only {report.Kept} rows; add rows, or lower spec.dataset.split.testFraction and validationFraction",
            _ => $"the {name} split is empty: spec.dataset.split.{name}Fraction is {(split == SplitName.Test ? dataset.Split.TestFraction : dataset.Split.ValidationFraction)} "
                + $"of {report.Kept} rows; raise it, or add rows{otherwise}",
        };
    }

    private string UriOf(SplitName split) => split switch
    {
        SplitName.Train => $"spec.dataset.source.uri {dataset.Source!.Uri}",
        SplitName.Validation => $"spec.dataset.split.validationUri {dataset.Split.ValidationUri}",
        _ => $"spec.dataset.split.testUri {dataset.Split.TestUri}",
    };

    private string? FewRows(ContractReport report)
    {
        var least = dataset.Validation.MinRowsPerClass;
        var few = report.Classes.Where(one => one.Rows[Train] < least).Select(one => $"{LabelNames.Of(one.Label)} has {one.Rows[Train]}").ToList();
        return few.Count == 0
            ? null
            : $"the training split has too few rows of {few.Count} of {report.Classes.Count} classes ({LabelNames.Join(few)}; spec.dataset.validation.minRowsPerClass is {least}); "
                + "add rows, merge classes by spec.dataset.labels.map, or leave them out by spec.dataset.labels.allowed";
    }

    /// <summary>A class whose rows all stay together cannot be both learned and judged.</summary>
    private static string? FewGroups(ContractReport report, int folds, IReadOnlyList<SplitName> splits, IReadOnlyList<int> labels, RowGroups groups)
    {
        var seen = new HashSet<int>[report.Classes.Count];
        for (var row = 0; row < splits.Count; row++)
        {
            if (splits[row] == SplitName.Train)
            {
                (seen[labels[row]] ??= []).Add(groups.Numbers[row]);
            }
        }

        var few = report.Classes.Where((_, label) => seen[label].Count < 2).Select(one => one.Label).ToList();
        return few.Count == 0
            ? null
            : $"{folds} folds (spec.search.objective.folds) need at least two texts or groups of each class in the training split, and there is one of {LabelNames.List(few)}; "
                + "add rows, or leave spec.search.objective.folds out and use a validation split";
    }
}
