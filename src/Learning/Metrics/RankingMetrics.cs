using System.Runtime.InteropServices;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Learning.Metrics;

/// <summary>How well texts are ranked for queries, as trec_eval defines it.</summary>
public static class RankingMetrics
{
    private const int Depth = 10;

    /// <summary>
    /// Means over queries of nDCG and of the reciprocal rank, both of the first ten texts. A query without a relevant text counts 0. Of texts with equal scores the less relevant one
    /// comes first: a model that cannot tell them apart gains nothing by it.
    /// </summary>
    /// <param name="queries">The texts of each query.</param>
    /// <exception cref="ArgumentException">There are no queries.</exception>
    public static IReadOnlyDictionary<string, double> Compute(IReadOnlyCollection<IReadOnlyList<RankedText>> queries)
    {
        if (queries.Count == 0)
        {
            throw new ArgumentException("there are no queries", nameof(queries));
        }

        var (gain, rank) = (0.0, 0.0);
        foreach (var texts in queries)
        {
            double[] ranked = [.. texts.OrderByDescending(text => text.Score).ThenBy(text => text.Relevance).Select(text => text.Relevance)];
            gain += Ndcg(ranked, ranked, Depth);
            rank += ReciprocalRank(ranked, Depth);
        }

        return new Dictionary<string, double>(StringComparer.Ordinal) { [MetricNames.Ndcg10] = gain / queries.Count, [MetricNames.Mrr10] = rank / queries.Count };
    }

    /// <summary>Normalised discounted cumulative gain, linear in the relevance (trec_eval's <c>ndcg_cut</c>); 0 where nothing is relevant.</summary>
    /// <param name="ranked">Relevance of the texts that were found, best first.</param>
    /// <param name="judged">Relevance of all texts of the query, found or not, in any order.</param>
    /// <param name="depth">How many texts count.</param>
    internal static double Ndcg(ReadOnlySpan<double> ranked, ReadOnlySpan<double> judged, int depth)
    {
        double[] ideal = judged.ToArray();
        Array.Sort(ideal);
        Array.Reverse(ideal);
        var best = Gain(ideal, depth);
        return best == 0 ? 0 : Gain(ranked, depth) / best;
    }

    /// <summary>1 / rank of the first text whose relevance is above 0; 0 where none of the first <paramref name="depth"/> is.</summary>
    internal static double ReciprocalRank(ReadOnlySpan<double> ranked, int depth)
    {
        for (var i = 0; i < Math.Min(ranked.Length, depth); i++)
        {
            if (ranked[i] > 0)
            {
                return 1.0 / (i + 1);
            }
        }

        return 0;
    }

    private static double Gain(ReadOnlySpan<double> ranked, int depth)
    {
        var gain = 0.0;
        for (var i = 0; i < Math.Min(ranked.Length, depth); i++)
        {
            gain += Math.Max(ranked[i], 0) / Math.Log2(i + 2);
        }

        return gain;
    }
}

/// <summary>A text of a query.</summary>
/// <param name="Score">What the model gives it: more is better.</param>
/// <param name="Relevance">How relevant it is; 0 or less is not.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RankedText(double Score, double Relevance);
