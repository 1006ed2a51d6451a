using System.Runtime.InteropServices;

namespace TextOps.Learning.Metrics;

/// <summary>Curves of one label against the rest, as scikit-learn's <c>roc_curve</c>, <c>precision_recall_curve</c> and <c>calibration_curve</c>; O(rows * log rows).</summary>
public static class Curves
{
    /// <summary>The ROC curve: by falling threshold, first a point (0, 0) with threshold infinity. Rates are NaN without positives or without negatives.</summary>
    /// <param name="positive">Whether a row has the label.</param>
    /// <param name="scores">The label's probability.</param>
    /// <param name="dropCollinear">Whether points that the curve passes anyway are left out.</param>
    /// <param name="weights">Weights of the rows; 1 each where empty.</param>
    public static RocCurve Roc(ReadOnlySpan<bool> positive, ReadOnlySpan<double> scores, bool dropCollinear = true, ReadOnlySpan<double> weights = default)
    {
        var steps = Steps(positive, scores, weights);
        var kept = new List<Step>(steps.Count + 1) { new(double.PositiveInfinity, 0, 0) };
        for (var index = 0; index < steps.Count; index++)
        {
            if (!dropCollinear || index == 0 || index == steps.Count - 1 || Bends(steps[index - 1], steps[index], steps[index + 1]))
            {
                kept.Add(steps[index]);
            }
        }

        var (positives, negatives) = (steps[^1].TruePositives, steps[^1].FalsePositives);
        return new RocCurve(
            [.. kept.Select(step => negatives > 0 ? step.FalsePositives / negatives : double.NaN)],
            [.. kept.Select(step => positives > 0 ? step.TruePositives / positives : double.NaN)],
            [.. kept.Select(step => step.Threshold)]);
    }

    /// <summary>The precision-recall curve: by rising threshold, last a point (precision 1, recall 0) without one. Recall is 1 without positives.</summary>
    /// <inheritdoc cref="Roc" path="/param"/>
    public static PrecisionRecallCurve PrecisionRecall(ReadOnlySpan<bool> positive, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        var steps = Steps(positive, scores, weights);
        var positives = steps[^1].TruePositives;
        steps.Reverse();
        return new PrecisionRecallCurve(
            [.. steps.Select(step => step.TruePositives > 0 ? step.TruePositives / (step.TruePositives + step.FalsePositives) : 0), 1],
            [.. steps.Select(step => positives > 0 ? step.TruePositives / positives : 1), 0],
            [.. steps.Select(step => step.Threshold)]);
    }

    /// <summary>The calibration curve: the mean score and the part of positives of each bin that holds rows; bins have equal width, or equally many rows.</summary>
    /// <param name="positive">Whether a row has the label.</param>
    /// <param name="scores">The label's probability, from 0 to 1.</param>
    /// <param name="bins">Number of bins.</param>
    /// <param name="quantile">True: the edges are percentiles of the scores; false: they are evenly spaced from 0 to 1.</param>
    public static CalibrationCurve Calibration(ReadOnlySpan<bool> positive, ReadOnlySpan<double> scores, int bins, bool quantile = false)
    {
        Check(positive, scores, default);
        var edges = InnerEdges(scores, bins, quantile);
        var (total, hits, sum) = (new long[bins], new long[bins], new double[bins]);
        for (var row = 0; row < scores.Length; row++)
        {
            var bin = Bin(edges, scores[row]);
            total[bin]++;
            hits[bin] += positive[row] ? 1 : 0;
            sum[bin] += scores[row];
        }

        var filled = Enumerable.Range(0, bins).Where(bin => total[bin] > 0).ToArray();
        return new CalibrationCurve(
            [.. filled.Select(bin => sum[bin] / total[bin])], [.. filled.Select(bin => (double)hits[bin] / total[bin])], [.. filled.Select(bin => total[bin])]);
    }

    private static double[] InnerEdges(ReadOnlySpan<double> scores, int bins, bool quantile)
    {
        var edges = Enumerable.Range(1, bins - 1).Select(edge => edge * (1.0 / bins)).ToArray();
        if (quantile)
        {
            var ascending = scores.ToArray();
            Array.Sort(ascending);

            // Through per cent and back, which is how numpy rounds them.
            edges = [.. edges.Select(edge => Percentiles.Linear(ascending, edge * 100 / 100))];
        }

        return edges;
    }

    private static int Bin(double[] edges, double score)
    {
        var (low, high) = (0, edges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = edges[middle] < score ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static bool Bends(Step before, Step at, Step after) =>
        after.TruePositives - at.TruePositives != at.TruePositives - before.TruePositives || after.FalsePositives - at.FalsePositives != at.FalsePositives - before.FalsePositives;

    private static List<Step> Steps(ReadOnlySpan<bool> positive, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights)
    {
        Check(positive, scores, weights);
        var (keys, rows) = (scores.ToArray(), Enumerable.Range(0, scores.Length).ToArray());
        Array.Sort(keys, rows);
        var steps = new List<Step>();
        var (truePositives, falsePositives) = (0.0, 0.0);
        for (var rank = keys.Length - 1; rank >= 0; rank--)
        {
            var weight = weights.IsEmpty ? 1 : weights[rows[rank]];
            truePositives += positive[rows[rank]] ? weight : 0;
            falsePositives += positive[rows[rank]] ? 0 : weight;
            if (rank == 0 || keys[rank - 1] != keys[rank])
            {
                steps.Add(new Step(keys[rank], truePositives, falsePositives));
            }
        }

        return steps;
    }

    private static void Check(ReadOnlySpan<bool> positive, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights)
    {
        if (scores.IsEmpty || positive.Length != scores.Length || (!weights.IsEmpty && weights.Length != scores.Length))
        {
            throw new ArgumentException($"a curve needs rows; there are {positive.Length} labels, {scores.Length} scores and {weights.Length} weights", nameof(scores));
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Step(double Threshold, double TruePositives, double FalsePositives);
}

/// <summary>Points of a ROC curve, by falling threshold.</summary>
public sealed record RocCurve(IReadOnlyList<double> FalsePositiveRate, IReadOnlyList<double> TruePositiveRate, IReadOnlyList<double> Thresholds);

/// <summary>Points of a precision-recall curve, by rising threshold; the last point has none.</summary>
public sealed record PrecisionRecallCurve(IReadOnlyList<double> Precision, IReadOnlyList<double> Recall, IReadOnlyList<double> Thresholds);

/// <summary>Filled bins of a calibration curve: mean score, part of positives, rows.</summary>
public sealed record CalibrationCurve(IReadOnlyList<double> MeanScore, IReadOnlyList<double> PositivePart, IReadOnlyList<long> Rows);
