using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Datasets;
using TextOps.Runner.Prepare.Contract;
using TextOps.Runner.Prepare.Splits;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Prepare;

public sealed class SplitterTests
{
    private static LabelledRow Row(int number, string label, string? group = null, RowTime? time = null, string? document = null, string? text = null) => new()
    {
        Input = "file:///in/a.csv",
        Line = number + 2,
        Id = $"{number}",
        Text = text ?? $"text {number}",
        Label = label,
        Numbers = [],
        Group = group,
        Time = time,
        Document = document,
    };

    private static Dictionary<string, SplitName> Split(IReadOnlyList<LabelledRow> rows, DatasetSplit split)
    {
        var splits = Splitter.Split(rows, RowGroups.Of(rows, split.Seed), split);
        return rows.Zip(splits).ToDictionary(pair => pair.First.Id, pair => pair.Second, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("two classes", "60,40", "0.1", "0.2")]
    [InlineData("uneven ones", "997,53,7,3", "0.15", "0.15")]
    [InlineData("no validation", "30,31", "0", "0.33")]
    [InlineData("many small classes", "3,3,3,3,3,3,3,3,3,3", "0.1", "0.2")]
    [InlineData("one row each", "1,1,50", "0.4", "0.4")]
    public void Each_class_has_its_part_in_each_split_within_a_row(string narrative, string sizes, string validation, string test)
    {
        Assert.NotEmpty(narrative);
        var classes = sizes.Split(',').Select(int.Parse).ToArray();
        var rows = classes.SelectMany((size, label) => Enumerable.Range(0, size).Select(row => Row((label * 1000) + row, $"{label}"))).ToList();
        var splits = Split(rows, new DatasetSplit { ValidationFraction = validation, TestFraction = test });
        for (var label = 0; label < classes.Length; label++)
        {
            var counts = rows.Where(row => row.Label == $"{label}").CountBy(row => splits[row.Id]).ToDictionary();
            Assert.True(counts[SplitName.Train] >= 1);
            Assert.InRange(Math.Abs(counts.GetValueOrDefault(SplitName.Test) - (classes[label] * double.Parse(test))), 0, 0.999999);
            Assert.InRange(Math.Abs(counts.GetValueOrDefault(SplitName.Validation) - (classes[label] * double.Parse(validation))), 0, 0.999999);
        }

        if (classes.Min() > 2)
        {
            Assert.Equal((int)Math.Ceiling(rows.Count * decimal.Parse(test)), splits.Values.Count(split => split == SplitName.Test));
            Assert.Equal((int)Math.Ceiling(rows.Count * decimal.Parse(validation)), splits.Values.Count(split => split == SplitName.Validation));
        }
    }

    [Theory]
    [InlineData(SplitMethod.Stratified)]
    [InlineData(SplitMethod.Ratio)]
    [InlineData(SplitMethod.Group)]
    [InlineData(SplitMethod.Time)]
    public void Rows_come_to_the_same_split_in_whatever_order_they_are_read(SplitMethod method)
    {
        var rows = Enumerable.Range(0, 200).Select(row => Row(row, $"{row % 3}", method == SplitMethod.Group ? $"g{row % 40}" : null, method == SplitMethod.Time ? new RowTime(row / 5, IsDate: false) : null)).ToList();
        var split = new DatasetSplit { Method = method, Field = "f" };
        var expected = Split(rows, split);
        Assert.Equal(expected, Split([.. rows.OrderBy(row => row.Id, StringComparer.Ordinal)], split));
        Assert.Equal(40, expected.Values.Count(one => one == SplitName.Test));
        Assert.Equal(20, expected.Values.Count(one => one == SplitName.Validation));
        if (method != SplitMethod.Time)
        {
            Assert.NotEqual(expected, Split(rows, split with { Seed = 1 }));
        }
    }

    [Fact]
    public void Rows_of_a_group_and_chunks_of_a_document_stay_together()
    {
        var rows = Enumerable.Range(0, 300).Select(row => Row(row, $"{row % 2}", group: $"g{row % 50}")).ToList();
        var splits = Split(rows, new DatasetSplit { Method = SplitMethod.Group, Field = "f" });
        Assert.All(rows.GroupBy(row => row.Group, StringComparer.Ordinal), group => Assert.Single(group.Select(row => splits[row.Id]).Distinct()));

        // Text 7 is in two documents, so these stay together too.
        rows = [.. Enumerable.Range(0, 300).Select(row => Row(row, $"{row % 2}", document: $"d{row / 10}", text: row is 7 or 207 ? "both" : null))];
        splits = Split(rows, new DatasetSplit());
        Assert.All(rows.GroupBy(row => row.Document, StringComparer.Ordinal), document => Assert.Single(document.Select(row => splits[row.Id]).Distinct()));
        Assert.Equal(splits["0"], splits["200"]);
        Assert.Equal(3, splits.Values.Distinct().Count());
    }

    [Fact]
    public void The_latest_rows_are_the_test_split_and_equal_texts_go_with_the_latest()
    {
        var rows = Enumerable.Range(0, 100).Select(row => Row(row, $"{row % 2}", time: new RowTime((row * 37) % 100, IsDate: true), text: row is 0 or 27 ? "same" : null)).ToList();
        var splits = Split(rows, new DatasetSplit { Method = SplitMethod.Time, Field = "f" });
        double[] Times(SplitName split) => [.. rows.Where(row => splits[row.Id] == split && row.Text != "same").Select(row => row.Time!.Value.Value)];
        Assert.True(Times(SplitName.Train).Max() < Times(SplitName.Validation).Min());
        Assert.True(Times(SplitName.Validation).Max() < Times(SplitName.Test).Min());
        Assert.Equal((0, 99, SplitName.Test, SplitName.Test), (rows[0].Time!.Value.Value, rows[27].Time!.Value.Value, splits["0"], splits["27"]));
    }

    [Fact]
    public void Dates_and_numbers_have_no_order()
    {
        LabelledRow[] rows = [Row(0, "a", time: new RowTime(1, IsDate: false)), Row(1, "b", time: new RowTime(1, IsDate: true))];
        var refused = Assert.Throws<InputException>(() => Split(rows, new DatasetSplit { Method = SplitMethod.Time, Field = "when" }));
        Assert.Equal("field 'when' (spec.dataset.split.field) holds dates (file:///in/a.csv, line 3) and numbers (file:///in/a.csv, line 2); give one kind in all rows", refused.Message);
    }

    [Theory]
    [InlineData(2, "50,50")]
    [InlineData(5, "97,31,6")]
    [InlineData(10, "10,10,10,10,10,3,2")]
    public void Folds_spread_each_class_evenly(int folds, string sizes)
    {
        var labels = sizes.Split(',').SelectMany((size, label) => Enumerable.Repeat(label, int.Parse(size))).ToArray();
        var fold = Folds.Of(labels, [.. Enumerable.Range(0, labels.Length)], folds);
        foreach (var rows in fold.Zip(labels).GroupBy(pair => pair.Second))
        {
            var counts = Enumerable.Range(0, folds).Select(number => rows.Count(pair => pair.First == number)).ToList();
            Assert.InRange(counts.Max() - counts.Min(), 0, 1);
        }

        var all = fold.CountBy(number => number).Select(pair => pair.Value).ToList();
        Assert.Equal(folds, all.Count);
        Assert.InRange(all.Max() - all.Min(), 0, sizes.Split(',').Length - 1);
    }

    [Fact]
    public void Folds_keep_groups_together()
    {
        int[] groups = [.. Enumerable.Range(0, 60).Select(row => row / 3)];
        var fold = Folds.Of([.. groups.Select(group => group % 2)], groups, 4);
        Assert.All(fold.Zip(groups).GroupBy(pair => pair.Second), group => Assert.Single(group.Select(pair => pair.First).Distinct()));
        Assert.Equal([15, 15, 15, 15], Enumerable.Range(0, 4).Select(number => fold.Count(one => one == number)));
    }
}
