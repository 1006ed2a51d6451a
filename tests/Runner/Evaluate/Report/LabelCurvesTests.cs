using TextOps.Runner.Evaluate.Report;

namespace TextOps.Runner.Tests.Evaluate.Report;

public sealed class LabelCurvesTests
{
    [Fact]
    public void Two_labels_have_the_curves_of_the_second()
    {
        var curve = Assert.Single(LabelCurves.Of([0, 1, 0, 1], [0.9, 0.1, 0.6, 0.4, 0.65, 0.35, 0.2, 0.8], ["no", "yes"]));

        Assert.Equal("yes", curve.Label);
        Assert.Equal((1.0, 1.0, 2L), (curve.RocAuc, curve.AveragePrecision, curve.Rows));
        Assert.Equal((0, 0), curve.Roc[0]);
        Assert.Equal((1, 1), curve.Roc[^1]);
        Assert.Equal((0, 1), curve.PrecisionRecall[0]);
        Assert.Equal((1, 0.5), curve.PrecisionRecall[^1]);
    }

    [Fact]
    public void Of_many_labels_the_8_with_most_rows_are_drawn()
    {
        // Label 0 has 1 row, label 1 two, and so on; label 12 has none.
        var truth = Enumerable.Range(0, 12).SelectMany(label => Enumerable.Repeat(label, label + 1)).ToArray();
        var probabilities = truth.SelectMany(_ => Enumerable.Repeat(1 / 13.0, 13)).ToArray();
        var curves = LabelCurves.Of(truth, probabilities, [.. Enumerable.Range(0, 13).Select(label => $"{label}")]);

        Assert.Equal(["11", "10", "9", "8", "7", "6", "5", "4"], curves.Select(curve => curve.Label));
        Assert.All(curves, curve => Assert.Equal(0.5, curve.RocAuc, 1e-12));
    }

    [Fact]
    public void A_label_that_no_row_or_every_row_has_gives_no_curve() =>
        Assert.Empty(LabelCurves.Of([1, 1], [0.4, 0.6, 0.3, 0.7], ["no", "yes"]));

    [Fact]
    public void Long_curves_keep_their_ends_and_shape_in_200_points()
    {
        var points = Enumerable.Range(0, 50_001).Select(index => (X: index / 50_000.0, Y: Math.Sqrt(index / 50_000.0))).ToArray();
        var thin = LabelCurves.Thin(points);

        Assert.InRange(thin.Count, 150, 200);
        Assert.Equal(points[0], thin[0]);
        Assert.Equal(points[^1], thin[^1]);
        Assert.All(thin.Zip(thin.Skip(1)), pair => Assert.True(pair.Second.X - pair.First.X + pair.Second.Y - pair.First.Y < 0.03));
    }
}
