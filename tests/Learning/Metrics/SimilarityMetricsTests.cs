using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Metrics;

namespace TextOps.Learning.Tests.Metrics;

public sealed class SimilarityMetricsTests
{
    [Fact]
    public void Equal_scores_share_their_mean_rank()
    {
        // The ranks are 0, 2.5, 2.5, 4, 1 and 1, 2, 3.5, 3.5, 0; less their mean, 2, their product is 7.75 and the squares of each side are 9.5.
        var metrics = SimilarityMetrics.Compute([0.1, 0.4, 0.4, 0.9, 0.2], [1, 2, 3, 3, 0]);

        Assert.Equal(7.75 / 9.5, metrics[MetricNames.CosineSpearman], 1e-12);
        Assert.Equal(0.7465089026901592, metrics[MetricNames.CosinePearson], 1e-12);
    }

    [Fact]
    public void Order_is_all_that_spearman_s_correlation_sees()
    {
        var metrics = SimilarityMetrics.Compute([1, 2, 3, 1000], [0.1, 0.2, 0.3, 0.4]);

        Assert.Equal(1, metrics[MetricNames.CosineSpearman], 1e-12);
        Assert.True(metrics[MetricNames.CosinePearson] < 0.9);
        Assert.Equal(-1, SimilarityMetrics.Compute([3, 2, 1], [1, 2, 3])[MetricNames.CosineSpearman], 1e-12);
    }

    [Fact]
    public void What_is_undefined_is_left_out()
    {
        Assert.Empty(SimilarityMetrics.Compute([1, 1], [1, 2]));
        Assert.Empty(SimilarityMetrics.Compute([1], [1]));
        Assert.Throws<ArgumentException>(() => SimilarityMetrics.Compute([1, 2], [1]));
    }
}
