using System.Text.Json.Nodes;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Metrics;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Metrics;

public sealed class RankingMetricsTests
{
    [Fact]
    public void They_are_those_of_trec_eval_query_by_query()
    {
        var queries = 0;
        foreach (var row in File.ReadLines(Repository.SharedData("reference", "ranking_metrics.jsonl")).Select(line => JsonNode.Parse(line)!))
        {
            foreach (var (query, expected) in row["trec_eval_per_query"]!.AsObject())
            {
                var relevance = row["qrels"]![query]!.AsObject().ToDictionary(text => text.Key, text => text.Value!.GetValue<double>(), StringComparer.Ordinal);
                // trec_eval puts the larger name first where scores are equal.
                var ranked = row["run"]![query]!.AsObject().OrderByDescending(text => text.Value!.GetValue<double>()).ThenByDescending(text => text.Key, StringComparer.Ordinal)
                    .Select(text => relevance.GetValueOrDefault(text.Key)).ToArray();

                foreach (var depth in (int[])[5, 10])
                {
                    Assert.Equal(expected![$"ndcg_cut_{depth}"]!.GetValue<double>(), RankingMetrics.Ndcg(ranked, [.. relevance.Values], depth), 1e-12);
                }

                var reciprocal = expected!["recip_rank"]!.GetValue<double>();
                Assert.Equal(reciprocal, RankingMetrics.ReciprocalRank(ranked, int.MaxValue), 1e-12);
                Assert.Equal(reciprocal >= 0.1 ? reciprocal : 0, RankingMetrics.ReciprocalRank(ranked, 10), 1e-12);
                queries++;
            }
        }

        Assert.True(queries > 20, $"only {queries} queries were compared");
    }

    [Fact]
    public void A_model_that_cannot_tell_texts_apart_gains_nothing_by_their_order()
    {
        var metrics = RankingMetrics.Compute([[new RankedText(1, 1), new RankedText(1, 0), new RankedText(1, 0)]]);

        Assert.Equal(1 / 3.0, metrics[MetricNames.Mrr10], 1e-12);
        Assert.Equal(0.5, metrics[MetricNames.Ndcg10], 1e-12);
    }

    [Fact]
    public void Only_the_first_ten_texts_count_and_a_query_without_a_relevant_one_counts_zero()
    {
        var eleventh = Enumerable.Range(0, 11).Select(i => new RankedText(-i, i == 10 ? 1 : 0)).ToArray();

        Assert.Equal((0.0, 0.0), Of(eleventh));
        Assert.Equal((0.5, 0.5), Of([new RankedText(1, 0)], [new RankedText(2, 3), new RankedText(1, -1)]));
        Assert.Throws<ArgumentException>(() => RankingMetrics.Compute([]));

        static (double, double) Of(params RankedText[][] queries) => RankingMetrics.Compute(queries) is var metrics ? (metrics[MetricNames.Mrr10], metrics[MetricNames.Ndcg10]) : default;
    }
}
