using TextOps.Learning.Metrics;

namespace TextOps.Learning.Tests.Metrics;

public sealed class ClassificationMetricsTests
{
    [Fact]
    public void Of_equal_probabilities_the_first_label_is_predicted() =>
        Assert.Equal([0, 1], ClassificationMetrics.Compute([0, 1], [0.4, 0.4, 0.2, 0.1, 0.45, 0.45], ["a", "b", "c"]).Predicted);

    [Fact]
    public void An_undefined_metric_is_left_out()
    {
        var metrics = ClassificationMetrics.Compute([1, 1], [0.4, 0.6, 0.7, 0.3], ["a", "b"]).Metrics;

        Assert.False(metrics.ContainsKey("roc_auc"));
        Assert.Equal(0.5, metrics["accuracy"]);
        Assert.All(metrics.Values, value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Every_metric_is_one_that_gates_know()
    {
        var metrics = ClassificationMetrics.Compute([0, 1, 1], [0.4, 0.6, 0.7, 0.3, 0.2, 0.8], ["a", "b"]).Metrics;

        Assert.All(metrics.Keys, metric => Assert.True(Crds.TrainingRuns.MetricNames.IsScore(metric), metric));
        Assert.Equal(13 + 6, metrics.Count);
    }

    [Theory]
    [InlineData(new int[0], new double[0], "metrics need rows and at least two labels; there are 0 rows and 2 labels")]
    [InlineData(new[] { 0 }, new[] { 0.1 }, "1 probabilities are not those of 1 rows and 2 labels")]
    [InlineData(new[] { 2 }, new[] { 0.1, 0.9 }, "the true label of row 0 is 2, but labels go from 0 to 1")]
    [InlineData(new[] { 0 }, new[] { 0.1, double.NaN }, "the probability of row 0, label 1 is NaN")]
    public void Refuses_what_is_no_prediction(int[] truth, double[] probabilities, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => ClassificationMetrics.Compute(truth, probabilities, ["a", "b"])).Message, StringComparison.Ordinal);
}
