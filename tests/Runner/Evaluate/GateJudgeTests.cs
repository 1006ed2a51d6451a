using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Evaluate;

namespace TextOps.Runner.Tests.Evaluate;

public sealed class GateJudgeTests
{
    [Theory]
    [InlineData("above", "f1_macro", 0.87314159, "0.8", null, true, "0.873142", "at least 0.8")]
    [InlineData("equal", "f1_macro", 0.8, "0.8", null, true, "0.8", "at least 0.8")]
    [InlineData("below", "f1_macro", 0.79, "0.8", null, false, "0.79", "at least 0.8")]
    [InlineData("at most", "latency_ms_p95", 12.5, null, "20", true, "12.5", "at most 20")]
    [InlineData("above the most", "latency_ms_p95", 25, null, "20", false, "25", "at most 20")]
    [InlineData("a large one", "model_bytes", 123456789, null, "2e8", true, "1.23457E+08", "at most 2e8")]
    public void A_bound_holds_or_not(string narrative, string metric, double value, string? atLeast, string? atMost, bool passed, string text, string bound)
    {
        var status = Assert.Single(GateJudge.Judge(
            [new Gate { Name = "gate", Metric = metric, AtLeast = atLeast, AtMost = atMost }], new Dictionary<string, double> { [metric] = value }, NoVersion));

        Assert.True(status.Passed == passed, narrative);
        Assert.Equal(new GateStatus { Name = "gate", Metric = metric, Value = text, Bound = bound, Passed = passed }, status);
    }

    [Theory]
    [InlineData("better", "f1_macro", 0.9, 0.8, "0.01", true, "at least 0.79 (production 0.8 less 0.01)")]
    [InlineData("worse by exactly that", "f1_macro", 0.7, 0.8, "0.1", true, "at least 0.7 (production 0.8 less 0.1)")]
    [InlineData("worse by more", "f1_macro", 0.699, 0.8, "0.1", false, "at least 0.7 (production 0.8 less 0.1)")]
    [InlineData("no drop allowed", "accuracy", 0.7999, 0.8, "0", false, "at least 0.8 (production 0.8 less 0)")]
    [InlineData("a loss that fell", "log_loss", 0.3, 0.5, "0", true, "at most 0.5 (production 0.5 plus 0)")]
    [InlineData("a loss that rose", "log_loss", 0.52, 0.5, "0.01", false, "at most 0.51 (production 0.5 plus 0.01)")]
    [InlineData("a loss that rose by less", "log_loss", 0.505, 0.5, "0.01", true, "at most 0.51 (production 0.5 plus 0.01)")]
    public void Another_version_sets_the_bound_in_the_direction_of_the_metric(
        string narrative, string metric, double value, double other, string maxDrop, bool passed, string bound)
    {
        var status = Assert.Single(GateJudge.Judge(
            [new Gate { Name = "gate", Metric = metric, RelativeTo = new GateReference { Alias = "production", MaxDrop = maxDrop } }],
            new Dictionary<string, double> { [metric] = value },
            alias => new ComparedVersion(alias == "production" ? new Dictionary<string, double> { [metric] = other } : null)));

        Assert.True(status.Passed == passed, narrative);
        Assert.Equal(bound, status.Bound);
    }

    [Fact]
    public void An_alias_that_names_no_version_passes_and_says_so()
    {
        var status = Assert.Single(GateJudge.Judge([Relative("accuracy")], new Dictionary<string, double> { ["accuracy"] = 0.1 }, NoVersion));

        Assert.True(status.Passed);
        Assert.Equal("alias production names no version", status.Bound);
        Assert.Equal("0.1", status.Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_metric_that_is_not_given_fails_and_says_so(bool undefined)
    {
        var metrics = undefined ? new Dictionary<string, double> { ["recall[ghost]"] = double.NaN } : [];
        var statuses = GateJudge.Judge(
            [new Gate { Name = "ghosts", Metric = "recall[ghost]", AtLeast = "0" }, Relative("recall[ghost]")], metrics, NoVersion);

        Assert.All(statuses, status => Assert.False(status.Passed));
        Assert.All(statuses, status => Assert.Null(status.Value));
        Assert.Equal("at least 0; the evaluation does not give this metric", statuses[0].Bound);
        Assert.Equal("alias production names no version; the evaluation does not give this metric", statuses[1].Bound);
    }

    [Fact]
    public void A_metric_that_the_other_version_does_not_give_fails_and_says_so()
    {
        var status = Assert.Single(GateJudge.Judge([Relative("recall[new]")], new Dictionary<string, double> { ["recall[new]"] = 1 }, _ => new ComparedVersion(new Dictionary<string, double>())));

        Assert.False(status.Passed);
        Assert.Equal("comparable with production: it does not give this metric", status.Bound);
    }

    [Fact]
    public void A_version_that_cannot_be_compared_with_fails_its_gate_in_the_words_that_a_status_takes()
    {
        var status = Assert.Single(GateJudge.Judge(
            [Relative("accuracy")], new Dictionary<string, double> { ["accuracy"] = 1 }, _ => new ComparedVersion(null, $"its card\nis damaged{new string('!', 200)}")));

        Assert.False(status.Passed);
        Assert.StartsWith(@"comparable with production: its card\nis damaged!!", status.Bound, StringComparison.Ordinal);
        Assert.InRange(status.Bound.Length, 100, 128);
    }

    [Fact]
    public void Numbers_and_words_fit_the_status_in_any_culture()
    {
        var most = typeof(GateStatus).GetProperty(nameof(GateStatus.Bound))!.GetCustomAttribute<MaxLengthAttribute>()!.Length;
        var gate = Relative("f1_macro") with { RelativeTo = new GateReference { Alias = new string('a', 63), MaxDrop = "123456789012345.123456789012345e-99" } };
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            commas.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = commas;
            var metrics = new Dictionary<string, double> { ["f1_macro"] = -1.23456789e-101 };
            var status = Assert.Single(GateJudge.Judge([gate], metrics, _ => new ComparedVersion(metrics)));
            Assert.Equal("-1.23457E-101", status.Value);
            Assert.InRange(status.Bound.Length, 1, most);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static Gate Relative(string metric) => new() { Name = "gate", Metric = metric, RelativeTo = new GateReference { Alias = "production" } };

    private static ComparedVersion NoVersion(string alias) => default;
}
