using System.Text.Json;
using TextOps.Learning.Metrics;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Metrics;

public sealed class BootstrapTests
{
    private static readonly string[] Labels = ["a", "b", "c"];

    [Theory]
    [InlineData("accuracy", "0.9")]
    [InlineData("accuracy", "0.95")]
    [InlineData("accuracy", "0.99")]
    [InlineData("f1_macro", "0.9")]
    [InlineData("f1_macro", "0.95")]
    [InlineData("f1_macro", "0.99")]
    [InlineData("roc_auc", "0.9")]
    [InlineData("roc_auc", "0.95")]
    [InlineData("roc_auc", "0.99")]
    public void Percentiles_over_given_draws_are_those_of_the_reference(string metric, string confidence)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Repository.SharedData("reference", "stats.json")));
        var one = file.RootElement.GetProperty("bootstrap").EnumerateArray().Single();
        var truth = one.GetProperty("y_true").EnumerateArray().Select(value => value.GetInt32()).ToArray();
        var probabilities = one.GetProperty("y_score").EnumerateArray().SelectMany(value => new[] { 1 - value.GetDouble(), value.GetDouble() }).ToArray();
        var replicates = new BootstrapReplicates(ScoredRows.Of(truth, probabilities, 2), samples: 200);
        foreach (var drawn in one.GetProperty("indices").EnumerateArray())
        {
            replicates.Add([.. drawn.EnumerateArray().Select(row => row.GetInt32())]);
        }

        var interval = replicates.Intervals(double.Parse(confidence, System.Globalization.CultureInfo.InvariantCulture))[metric];
        var expected = one.GetProperty("expected").GetProperty(metric).GetProperty($"percentile_{confidence}");
        Assert.Equal(expected[0].GetDouble(), interval[0], 1e-10);
        Assert.Equal(expected[1].GetDouble(), interval[1], 1e-10);
    }

    [Fact]
    public void A_draw_gives_the_metrics_of_the_drawn_rows()
    {
        var (truth, probabilities) = Rows(40, seed: 3);
        var random = new RandomRows(9);
        var drawn = Enumerable.Range(0, 40).Select(_ => random.Next(40)).ToArray();
        var replicates = new BootstrapReplicates(ScoredRows.Of(truth, probabilities, 3), samples: 1);
        replicates.Add(drawn);

        var again = ClassificationMetrics.Compute(
            [.. drawn.Select(row => truth[row])], [.. drawn.SelectMany(row => probabilities[(row * 3)..((row * 3) + 3)])], Labels).Metrics;
        var intervals = replicates.Intervals(0.95);
        Assert.Equal(13, intervals.Count);
        foreach (var (metric, interval) in intervals)
        {
            Assert.Equal(again[metric], interval[0], 1e-12);
            Assert.Equal(interval[0], interval[1]);
        }
    }

    [Fact]
    public void Intervals_hold_the_metric_are_seeded_and_widen_with_confidence()
    {
        var (truth, probabilities) = Rows(500, seed: 5);
        var metrics = ClassificationMetrics.Compute(truth, probabilities, Labels).Metrics;
        var narrow = Bootstrap.Intervals(truth, probabilities, 3, samples: 300, confidence: 0.8, seed: 1, TestContext.Current.CancellationToken);
        var wide = Bootstrap.Intervals(truth, probabilities, 3, samples: 300, confidence: 0.99, seed: 1, TestContext.Current.CancellationToken);
        var again = Bootstrap.Intervals(truth, probabilities, 3, samples: 300, confidence: 0.8, seed: 1, TestContext.Current.CancellationToken);
        var other = Bootstrap.Intervals(truth, probabilities, 3, samples: 300, confidence: 0.8, seed: 2, TestContext.Current.CancellationToken);

        Assert.Equal(13, narrow.Count);
        foreach (var (metric, interval) in narrow)
        {
            Assert.InRange(metrics[metric], wide[metric][0], wide[metric][1]);
            Assert.True(wide[metric][1] - wide[metric][0] > interval[1] - interval[0]);
            Assert.Equal(interval, again[metric]);
            Assert.NotEqual(interval, other[metric]);
        }
    }

    [Fact]
    public void The_interval_of_accuracy_is_that_of_the_binomial()
    {
        // 900 of 1,000 rows right: the standard error is sqrt(0.9 * 0.1 / 1000) = 0.00949.
        var truth = new int[1000];
        var probabilities = Enumerable.Range(0, 1000).SelectMany(row => row < 900 ? new[] { 0.9, 0.1 } : [0.1, 0.9]).ToArray();
        var interval = Bootstrap.Intervals(truth, probabilities, 2, samples: 2000, confidence: 0.95, seed: 0, TestContext.Current.CancellationToken);

        Assert.InRange(interval["accuracy"][0], 0.9 - (2.15 * 0.00949), 0.9 - (1.75 * 0.00949));
        Assert.InRange(interval["accuracy"][1], 0.9 + (1.75 * 0.00949), 0.9 + (2.15 * 0.00949));
        Assert.DoesNotContain("roc_auc", interval.Keys);
    }

    [Fact]
    public void No_samples_give_no_intervals()
    {
        var (truth, probabilities) = Rows(10, seed: 1);

        Assert.Empty(Bootstrap.Intervals(truth, probabilities, 3, samples: 0, confidence: 0.95, seed: 0, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Draws_are_those_of_xoshiro_seeded_by_SplitMix()
    {
        // Of the public-domain C programs, for seed 0: SplitMix64 gives e220a8397b1dcdaf, 6e789e6aa1b965f4, 06c45d188009454f, f88bb8a8724c81ec as the state.
        Assert.Equal(ulong.RotateLeft(unchecked(0x6e789e6aa1b965f4UL * 5), 7) * 9, new RandomRows(0).Next());

        var counts = new int[7];
        var random = new RandomRows(1);
        for (var draw = 0; draw < 70_000; draw++)
        {
            counts[random.Next(7)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    private static (int[] Truth, double[] Probabilities) Rows(int rows, int seed)
    {
        var random = new RandomRows(seed);
        var truth = new int[rows];
        var probabilities = new double[rows * 3];
        for (var row = 0; row < rows; row++)
        {
            truth[row] = random.Next(3);
            double[] weights = [1 + random.Next(50), 1 + random.Next(50), 1 + random.Next(50)];
            weights[truth[row]] += 25;
            for (var label = 0; label < 3; label++)
            {
                probabilities[(row * 3) + label] = weights[label] / weights.Sum();
            }
        }

        return (truth, probabilities);
    }
}
