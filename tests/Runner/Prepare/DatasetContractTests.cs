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
        Assert.Equal([("0", 0.75, 15, 52), ("1", 0.25, 5, 18)], report.Classes.Select(one => (one.Label, one.Share, (int)one.Rows["test"], (int)one.Rows["train"])));
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
        var examined = await data.With("a.tsv", string.Concat(Enumerable.Range(10, 60).Select(row => $"text {row}\t{labels.Split(',')[row % 3]}\n"))).ExamineAsync();
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
        Assert.Equal(
            [
                ("Duplicate", 21L, "text number 3", "a.tsv@48"), ("Duplicate", 22, " text number 4 ", "a.tsv@64"),
                ("ContradictingDuplicate", 23, "text number 5", "a.tsv@80"), ("ContradictingDuplicate", 6, "text number 5", "a.tsv@364"),
            ],
            data.Violations.Listed.Select(one => (one.Reason, one.Line, one.Value!, one.SameAs!)).OrderBy(one => one.Reason == "Duplicate" ? one.Line : 1000 - one.Line));
        Assert.Equal((3, 6, 1), (examined.Report.Duplicates.Texts, examined.Report.Duplicates.Rows, examined.Report.Duplicates.Contradicting));
        Assert.Equal(["text number 3: 1", "text number 4: 0", "text number 5: 0,1"], examined.Report.Duplicates.Most.Select(one => $"{one.Text}: {string.Join(',', one.Labels)}"));
        Assert.Equal(19, examined.Report.Kept);
        Assert.Contains("1 texts occur with more than one label", examined.Report.Warnings);
    }

    [Fact]
    public async Task Equal_texts_may_be_kept_but_stay_in_one_split()
    {
        data.Dataset = data.Dataset with { Validation = new DatasetValidation { Duplicates = DuplicatePolicy.Report } };
        var examined = await data.With("a.tsv", string.Concat(Enumerable.Range(0, 400).Select(row => $"text {row % 90}\t{row % 2}\n"))).ExamineAsync();
        Assert.Equal((400, 90, 400), (examined.Report.Kept, examined.Report.Duplicates.Texts, examined.Report.Duplicates.Rows));
        Assert.All(
            examined.Rows.Zip(examined.Splits).GroupBy(pair => pair.First.Text, StringComparer.Ordinal),
            same => Assert.Single(same.Select(pair => pair.Second).Distinct()));
        Assert.InRange(examined.Report.Splits["test"], 76, 84);
        Assert.InRange(examined.Report.Splits["validation"], 36, 44);
    }

    [Theory]
    [InlineData(DuplicatePolicy.Reject)]
    [InlineData(DuplicatePolicy.Report)]
    public async Task Of_equal_texts_in_given_splits_the_earlier_split_keeps_its_row(DuplicatePolicy policy)
    {
        data.Dataset = data.Dataset with
        {
            Split = new DatasetSplit { Method = SplitMethod.Given, TestUri = "file:///in/test.tsv", ValidationUri = "file:///in/validation.tsv" },
            Validation = new DatasetValidation { MaxRejectedFraction = "0.5", Duplicates = policy },
        };
        var examined = await data
            .With("test.tsv", "in all\t1\nonly test\t0\nin test and validation\t1\n", SplitName.Test)
            .With("train.tsv", "in all\t1\na\t0\nb\t0\nc\t1\n", SplitName.Train)
            .With("validation.tsv", "in test and validation\t1\nin all\t1\n", SplitName.Validation).ExamineAsync();
        Assert.Null(examined.Refusal);
        Assert.Equal(
            [("test.tsv@0", "train.tsv@0"), ("test.tsv@21", "validation.tsv@0"), ("validation.tsv@25", "train.tsv@0")],
            data.Violations.Listed.Where(one => one.Reason == ContractReasons.DuplicateAcrossSplits).Select(one => (one.Id, one.SameAs!)).Order());
        Assert.Equal(3, data.Violations.Listed.Count);
        Assert.Equal((4L, 1L, 1L), (examined.Report.Splits["train"], examined.Report.Splits["validation"], examined.Report.Splits["test"]));
    }

    [Theory]
    [InlineData("a field", "the test split is empty: no row that is kept has 'test' in field 'part' (spec.dataset.split.field); mark rows with it")]
    [InlineData("duplicates only", "the test split is empty: no row of spec.dataset.split.testUri file:///in/test.tsv is kept; add rows to it")]
    [InlineData("a class of the test split only", "the training split has too few rows of 1 of 3 classes ('2' has 0; spec.dataset.validation.minRowsPerClass is 2); add rows, merge classes by spec.dataset.labels.map, or leave them out by spec.dataset.labels.allowed")]
    [InlineData("no validation files", "the validation split is empty: spec.dataset.split.validationUri is not set; set it, or judge trials by spec.search.objective.folds")]
    public async Task A_given_split_that_is_needed_must_not_be_empty(string narrative, string message)
    {
        var (given, needs) = narrative switch
        {
            "a field" => (new DatasetSplit { Method = SplitMethod.Given, Field = "part" }, default),
            "duplicates only" or "a class of the test split only" => (new DatasetSplit { Method = SplitMethod.Given, TestUri = "file:///in/test.tsv" }, default),
            _ => (new DatasetSplit { Method = SplitMethod.Given, TestUri = "file:///in/test.tsv" }, new SplitNeeds(Validation: true, Folds: null)),
        };
        data.Needs = needs;
        data.Dataset = data.Dataset with { Split = given, Validation = new DatasetValidation { MaxRejectedFraction = "0.9" } };
        _ = narrative == "a field"
            ? data.With("a.csv", "text,label,part\na,1,train\nb,0,train\nc,1,train\nd,0,train\n")
            : data.With("a.tsv", "a\t1\nb\t0\nc\t1\nd\t0\n", SplitName.Train).With("test.tsv", narrative switch { "duplicates only" => "a\t1\nb\t0\n", "no validation files" => "x\t1\ny\t0\n", _ => "x\t1\ny\t2\n" }, SplitName.Test);
        Assert.Equal(message, (await data.ExamineAsync()).Refusal);
    }
}
