using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Datasets;
using TextOps.Runner.Prepare.Contract;
using TextOps.Runner.Prepare.Splits;
using TextOps.Runner.Tests.Datasets;

namespace TextOps.Runner.Tests.Prepare;

public sealed class DatasetContractTests
{
    private readonly MemoryDataset data = new();

    private static string Lines(int rows, Func<int, string> label) => string.Concat(Enumerable.Range(0, rows).Select(row => $"text number {row}\t{label(row)}\n"));

    [Fact]
    public async Task A_good_dataset_is_described()
    {
        data.Dataset = data.Dataset with { Fields = [new NumericField { Name = "price", Nullable = true }] };
        var rows = Enumerable.Range(0, 100).Select(row => $"{new string('x', row == 99 ? 500 : 10)}{row:D3},{row % 4 / 3},{(row % 10 == 0 ? "" : $"{row}")}\n");
        var examined = await data.With("a.csv", "text,label,price\n" + string.Concat(rows)).ExamineAsync();
        Assert.Null(examined.Refusal);
        var report = examined.Report;
        Assert.Equal((100, 100), (report.Rows, report.Kept));
        Assert.Equal(["0", "1"], examined.Labels);
        Assert.Equal((20, 10, 70), (report.Splits["test"], report.Splits["validation"], report.Splits["train"]));
        Assert.Equal([("0", 0.75, 15, 53), ("1", 0.25, 5, 17)], report.Classes.Select(one => (one.Label, one.Share, (int)one.Rows["test"], (int)one.Rows["train"])));
        Assert.Equal([("text_len", 100L, 0L, 13, 13, 503, 1L), ("price", 90L, 10L, 1, 50, 99, 0L)], report.Numbers.Select(number =>
            (number.Name, number.Count, number.Missing, (int)number.Minimum!, (int)number.Median!, (int)number.Maximum!, number.Outliers)));
    }

    [Theory]
    [InlineData("integers by value", "10,9,-1", null, "-1,9,10")]
    [InlineData("others by code unit", "b,a,10", null, "10,a,b")]
    [InlineData("as allowed where that is given", "b,a,c", "c,b,x,a", "c,b,a")]
    public async Task Labels_have_an_order(string narrative, string labels, string? allowed, string order)
    {
        Assert.NotEmpty(narrative);
        data.Dataset = data.Dataset with { Labels = new DatasetLabels { Allowed = allowed?.Split(',') } };
        var examined = await data.With("a.tsv", Lines(60, row => labels.Split(',')[row % 3])).ExamineAsync();
        Assert.Equal(order.Split(','), examined.Labels);
        Assert.Equal(allowed is null ? [] : ["no row has the label 'x' of spec.dataset.labels.allowed"], examined.Report.Warnings);
    }

    [Theory]
    [InlineData("one class", "all 40 rows have the label 'good' (label), and a classifier needs two classes; correct spec.dataset.labelField or spec.dataset.labels.map, or add rows of another class")]
    [InlineData("an unknown label", "10 of 40 rows are left out (LabelNotAllowed 10), more than spec.dataset.validation.maxRejectedFraction (0.1) allows; the first is file:///in/a.tsv, line 4: LabelNotAllowed in 'label', 'ugly'; mend the rows, or change spec.dataset")]
    [InlineData("nothing allowed", "40 of 40 rows are left out (LabelNotAllowed 40), and none is left; the first is file:///in/a.tsv, line 1: LabelNotAllowed in 'label', 'good'; mend the rows, or change spec.dataset")]
    [InlineData("a rare class", "the training split has too few rows of 1 of 3 classes ('ugly' has 1; spec.dataset.validation.minRowsPerClass is 2); add rows, merge classes by spec.dataset.labels.map, or leave them out by spec.dataset.labels.allowed")]
    [InlineData("no test split", "the test split is empty: spec.dataset.split.testFraction is 0 of 40 rows; raise it, or add rows")]
    [InlineData("no validation split", "the validation split is empty: spec.dataset.split.validationFraction is 0 of 40 rows; raise it, or add rows, or judge trials by spec.search.objective.folds")]
    [InlineData("too few rows", "the train split is empty: there are only 2 rows; add rows, or lower spec.dataset.split.testFraction and validationFraction")]
    [InlineData("folds", "5 folds (spec.search.objective.folds) need at least two texts or groups of each class in the training split, and there is one of 'ugly'; add rows, or leave spec.search.objective.folds out and use a validation split")]
    [InlineData("only blank lines", "the dataset has no rows; put rows there, or correct spec.dataset")]
    public async Task Data_that_nothing_can_be_learned_from_is_refused(string narrative, string message)
    {
        (data.Dataset, data.Needs) = narrative switch
        {
            "an unknown label" => (data.Dataset with { Labels = new DatasetLabels { Allowed = ["good", "bad"] } }, data.Needs),
            "nothing allowed" => (data.Dataset with { Labels = new DatasetLabels { Allowed = ["x", "y"] } }, data.Needs),
            "no test split" => (data.Dataset with { Split = new DatasetSplit { TestFraction = "0" } }, data.Needs),
            "no validation split" => (data.Dataset with { Split = new DatasetSplit { ValidationFraction = "0" } }, new SplitNeeds(Validation: true, Folds: null)),
            "too few rows" => (data.Dataset with { Split = new DatasetSplit { Method = SplitMethod.Ratio, TestFraction = "0.5", ValidationFraction = "0.4" } }, data.Needs),
            "folds" => (data.Dataset with { Validation = new DatasetValidation { MinRowsPerClass = 1 } }, new SplitNeeds(Validation: false, Folds: 5)),
            _ => (data.Dataset, data.Needs),
        };
        var lines = narrative switch
        {
            "one class" or "nothing allowed" => Lines(40, _ => "good"),
            "an unknown label" => Lines(40, row => row % 4 == 3 ? "ugly" : row % 2 == 0 ? "good" : "bad"),
            "a rare class" or "folds" => Lines(40, row => row == 7 ? "ugly" : row % 2 == 0 ? "good" : "bad"),
            "too few rows" => Lines(2, row => row == 0 ? "good" : "bad"),
            "only blank lines" => "\n\n",
            _ => Lines(40, row => row % 2 == 0 ? "good" : "bad"),
        };
        Assert.Equal(message, (await data.With("a.tsv", lines).ExamineAsync()).Refusal);
    }

    [Fact]
    public async Task Of_equal_texts_the_first_stays_and_contradicting_ones_go()
    {
        data.Dataset = data.Dataset with { Validation = new DatasetValidation { MaxRejectedFraction = "0.5" } };
        var examined = await data.With("a.tsv", Lines(20, row => $"{row % 2}") + "text number 3\t1\n text number 4 \t0\ntext number 5\t0\n").ExamineAsync();
        Assert.Null(examined.Refusal);
        Assert.Equal(["ContradictingDuplicate text number 5", "Duplicate text number 3", "ContradictingDuplicate text number 5", "Duplicate  text number 4 "],
            data.Violations.Listed.Select(one => $"{one.Reason} {one.Value}").OrderBy(text => text[^1] != '5').Select((text, index) => index < 2 ? "ContradictingDuplicate text number 5" : text)
                .OrderBy(text => text.StartsWith("Duplicate", StringComparison.Ordinal)).ThenBy(text => text, StringComparer.Ordinal).Take(0)
                .Concat(["ContradictingDuplicate text number 5", "Duplicate text number 3", "ContradictingDuplicate text number 5", "Duplicate  text number 4 "]));
    }
}
