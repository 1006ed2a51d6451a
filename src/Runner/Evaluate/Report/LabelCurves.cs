using TextOps.Learning.Metrics;

namespace TextOps.Runner.Evaluate.Report;

/// <summary>The curves of one label against the rest, thinned for drawing.</summary>
/// <param name="Label">The label.</param>
/// <param name="Rows">Rows that have it.</param>
/// <param name="RocAuc">Area under the ROC curve.</param>
/// <param name="AveragePrecision">Average precision.</param>
/// <param name="Roc">False positive rate and true positive rate.</param>
/// <param name="PrecisionRecall">Recall and precision, by rising recall.</param>
/// <param name="Calibration">Mean probability and part of positives of bins.</param>
internal sealed record LabelCurves(
    string Label,
    long Rows,
    double RocAuc,
    double AveragePrecision,
    IReadOnlyList<(double X, double Y)> Roc,
    IReadOnlyList<(double X, double Y)> PrecisionRecall,
    IReadOnlyList<(double X, double Y)> Calibration)
{
    private const int MostLabels = 8;
    private const int MostPoints = 200;
    private const int Bins = 10;

    /// <summary>Curves of the second of two labels, or of the 8 labels with most rows; labels that no row or every row has are left out.</summary>
    /// <param name="truth">Numbers of the true labels, <c>[rows]</c>.</param>
    /// <param name="probabilities">Probabilities <c>[rows, labels]</c>.</param>
    /// <param name="labels">The labels.</param>
    public static IReadOnlyList<LabelCurves> Of(int[] truth, double[] probabilities, IReadOnlyList<string> labels)
    {
        var rows = Enumerable.Range(0, labels.Count).Select(label => truth.LongCount(one => one == label)).ToArray();
        var shown = labels.Count == 2 ? [1] : Enumerable.Range(0, labels.Count).OrderByDescending(label => rows[label]).Take(MostLabels);
        return [.. shown.Where(label => rows[label] > 0 && rows[label] < truth.Length).Select(label => Of(truth, probabilities, labels, label, rows[label]))];
    }

    /// <summary>At most 200 points of a curve: evenly spaced along it, and both ends.</summary>
    internal static IReadOnlyList<(double X, double Y)> Thin(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count <= MostPoints)
        {
            return points;
        }

        var length = points.Zip(points.Skip(1), Distance).Sum();
        var step = length / (MostPoints - 2);
        var kept = new List<(double X, double Y)> { points[0] };
        var way = 0.0;
        for (var index = 1; index < points.Count - 1; index++)
        {
            way += Distance(points[index - 1], points[index]);
            if (way >= step)
            {
                kept.Add(points[index]);
                way = 0;
            }
        }

        kept.Add(points[^1]);
        return kept;
    }

    private static double Distance((double X, double Y) one, (double X, double Y) other) => Math.Abs(one.X - other.X) + Math.Abs(one.Y - other.Y);

    private static LabelCurves Of(int[] truth, double[] probabilities, IReadOnlyList<string> labels, int label, long rows)
    {
        var positive = Array.ConvertAll(truth, one => one == label);
        var scores = Enumerable.Range(0, truth.Length).Select(row => Math.Clamp(probabilities[(row * labels.Count) + label], 0, 1)).ToArray();
        var areas = ScoreRanking.Of(truth, probabilities, labels.Count, label).Areas();
        var roc = Curves.Roc(positive, scores);
        var precisionRecall = Curves.PrecisionRecall(positive, scores);
        var calibration = Curves.Calibration(positive, scores, Bins);
        return new LabelCurves(
            labels[label],
            rows,
            areas.RocAuc,
            areas.AveragePrecision,
            Thin([.. roc.FalsePositiveRate.Zip(roc.TruePositiveRate)]),
            Thin([.. precisionRecall.Recall.Zip(precisionRecall.Precision).Reverse()]),
            [.. calibration.MeanScore.Zip(calibration.PositivePart)]);
    }
}
