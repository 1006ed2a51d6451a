using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Datasets;
using TextOps.Runner.Prepare.Contract;
using TextOps.Runner.Tests.Datasets;

namespace TextOps.Runner.Tests.Prepare;

public sealed class RowContractTests
{
    private readonly MemoryDataset data = new();

    public RowContractTests() => data.Dataset = data.Dataset with
    {
        Fields = [new NumericField { Name = "price", Minimum = "0", Maximum = "100" }, new NumericField { Name = "stars", Type = NumericType.Integer, Nullable = true }],
        Validation = new DatasetValidation { MinLength = 3, MaxLength = 20, MaxRejectedFraction = "1" },
        Labels = new DatasetLabels { Allowed = ["negative", "positive"], Map = new Dictionary<string, string> { ["1"] = "negative", ["5"] = "positive", ["0"] = "" } },
    };

    [Theory]
    [InlineData("good", "fine words,5,9.5,4", "")]
    [InlineData("a label that is named already", "fine words,positive,0,", "")]
    [InlineData("blank", "\"   \",5,1,1", "Empty text '   '")]
    [InlineData("no text", ",5,1,1", "MissingText text ''")]
    [InlineData("too short", " ab ,5,1,1", "TooShort text ' ab '")]
    [InlineData("too long", "abcdefghij klmnopqrst,5,1,1", "TooLong text 'abcdefghij klmnopqrst'")]
    [InlineData("no label", "fine words,,1,1", "MissingLabel label -")]
    [InlineData("an unknown label", "fine words,3,1,1", "LabelNotAllowed label '3'")]
    [InlineData("a label that is mapped to nothing", "fine words,0,1,1", "InvalidLabel label '0 (mapped to )'")]
    [InlineData("no number", "fine words,5,,1", "MissingNumber price -")]
    [InlineData("a word", "fine words,5,cheap,1", "NotANumber price 'cheap'")]
    [InlineData("NaN", "fine words,5,NaN,1", "NotFinite price 'NaN'")]
    [InlineData("infinity", "fine words,5,1e999,1", "NotFinite price '1e999'")]
    [InlineData("too small", "fine words,5,-0.1,1", "OutOfRange price '-0.1'")]
    [InlineData("too large", "fine words,5,100.5,1", "OutOfRange price '100.5'")]
    [InlineData("not whole", "fine words,5,1,4.5", "NotAnInteger stars '4.5'")]
    [InlineData("all at once", ",7,cheap,x", "MissingText text ''; LabelNotAllowed label '7'; NotANumber price 'cheap'; NotANumber stars 'x'")]
    [InlineData("control characters", "fine words,\"a\tb\",1,1", @"LabelNotAllowed label 'a\tb'")]
    public async Task A_row_keeps_the_contract_or_every_violation_is_listed(string narrative, string row, string violations)
    {
        Assert.NotEmpty(narrative);
        var examined = await data.With("a.csv", $"text,label,price,stars\n{row}\n").ExamineAsync();
        Assert.Equal(violations, string.Join("; ", data.Violations.Listed.Select(one => $"{one.Reason} {one.Field} {(one.Value is null ? "-" : $"'{one.Value}'")}")));
        Assert.Equal(violations.Length == 0 ? 1 : 0, examined.Report.Kept);
        Assert.Equal(1 - examined.Report.Kept, examined.Report.Rejected.Values.Sum());
        Assert.All(data.Violations.Listed, one => Assert.Equal(("file:///in/a.csv", 2L, "a.csv@23"), (one.File, one.Line, one.Id)));
    }

    [Theory]
    [InlineData("5", true)]
    [InlineData("\"5\"", true)]
    [InlineData("5.0", false)]
    [InlineData("true", false)]
    [InlineData("[5]", false)]
    public async Task Labels_are_strings_or_integers(string label, bool good)
    {
        data.Dataset = data.Dataset with { Fields = null };
        var examined = await data.With("a.jsonl", $$"""{"text": "fine words", "label": {{label}}}""").ExamineAsync();
        Assert.Equal(good ? ["positive"] : [], examined.Labels);
        Assert.Equal(good ? [] : [ContractReasons.InvalidLabel], examined.Report.Rejected.Keys);
    }

    [Fact]
    public async Task A_line_that_is_no_UTF_8_is_listed()
    {
        data.Dataset = data.Dataset with { Fields = null };
        await data.With("a.tsv", [.. "good words\t5\n"u8, 0xFF, 0xFE, .. "bad\t1\n"u8]).ExamineAsync();
        var violation = Assert.Single(data.Violations.Listed);
        Assert.Equal(("InvalidUtf8", 2L, "\uFFFD\uFFFDbad\\t1"), (violation.Reason, violation.Line, violation.Value));
    }

    [Fact]
    public async Task Only_so_many_violations_are_listed_and_values_are_cut()
    {
        data.Violations = new Violations(listed: 2);
        var examined = await data.With("a.csv", "text,label,price,stars\n" + string.Concat(Enumerable.Repeat($"fine words,{new string('é', 250)},1,1\n", 5))).ExamineAsync();
        Assert.Equal((2, 3L, 5L), (data.Violations.Listed.Count, examined.Report.ViolationsNotListed, examined.Report.Violations["LabelNotAllowed"]));
        Assert.All(data.Violations.Listed, one => Assert.Equal(new string('é', 200) + "…", one.Value));
    }

    [Theory]
    [InlineData(SplitMethod.Time, "2026-02-30", "InvalidSplitField")]
    [InlineData(SplitMethod.Time, "soon", "InvalidSplitField")]
    [InlineData(SplitMethod.Time, "NaN", "InvalidSplitField")]
    [InlineData(SplitMethod.Time, "2026-02-28T10:00:00Z", null)]
    [InlineData(SplitMethod.Time, "2026-02-28T10:00:00.25+01:00", null)]
    [InlineData(SplitMethod.Time, "1772100000", null)]
    [InlineData(SplitMethod.Given, "dev", "InvalidSplitField")]
    [InlineData(SplitMethod.Given, "validation", null)]
    [InlineData(SplitMethod.Group, "", "MissingSplitField")]
    [InlineData(SplitMethod.Group, "anything", null)]
    public async Task The_field_that_rows_are_split_by_is_checked(SplitMethod method, string value, string? reason)
    {
        data.Dataset = data.Dataset with { Fields = null, Split = new DatasetSplit { Method = method, Field = "part" } };
        var examined = await data.With("a.csv", $"text,label,part\nfine words,5,{value}\n").ExamineAsync();
        Assert.Equal(reason is null ? [] : [reason], examined.Report.Rejected.Keys);
    }

    [Fact]
    public void Times_of_all_forms_have_one_order()
    {
        var times = new[] { "2025-12-31", "2026-01-01T00:30:00+01:00", "2026-01-01T00:00:00Z", "2026-01-01t00:00:00.5z", "2026-01-01 12:00:00" };
        var values = times.Select(time => RowTime.Of(FieldValue.Of(time))!.Value).ToList();
        Assert.All(values, value => Assert.True(value.IsDate));
        Assert.Equal(values.OrderBy(value => value.Value), values);
    }
}
