using TextOps.Learning.Metrics;

namespace TextOps.Learning.Tests.Metrics;

/// <summary>
/// Against <c>reference/metrics.json</c>, to 1e-12. Not covered, because nothing of ours asks for them: balanced_accuracy_adjusted, the <c>micro</c> means (accuracy, where every
/// row has one label), <c>zero_division</c> other than 0, kappas, the normalised confusion matrix, log_loss without labels, Brier halved, ROC-AUC one against one, micro and
/// weighted, average precision micro and weighted, top-2 accuracy; and that scikit-learn refuses ROC-AUC of rows that do not sum to one, which depends on order alone.
/// </summary>
public sealed class ScikitLearnMetricsTests
{
    private const double Tolerance = 1e-12;

    public static TheoryData<string> Names => [.. MetricCase.Names];

    /// <summary>Cases without weights, whose predictions are those of their probabilities.</summary>
    public static TheoryData<string> Plain => [.. MetricCase.Names.Where(name => !name.EndsWith("_weighted", StringComparison.Ordinal) && name != "multi_constant_ties")];

    [Theory]
    [MemberData(nameof(Names))]
    public void Metrics_of_counts_agree(string name)
    {
        var one = MetricCase.Read()[name];
        var counts = ConfusionCounts.Of(one.Truth, one.Predicted, one.Labels.Length, one.Weights);
        var labels = Enumerable.Range(0, one.Labels.Length).ToArray();

        Assert.Equal(one.Value("accuracy"), counts.Accuracy, Tolerance);
        Assert.Equal(one.Value("balanced_accuracy"), counts.BalancedAccuracy, Tolerance);
        Assert.Equal(one.Value("mcc"), counts.Mcc, Tolerance);
        AssertEqual(one.Values("support"), [.. labels.Select(counts.Support)]);
        foreach (var (metric, of) in new (string, Func<int, double>)[] { ("precision", counts.Precision), ("recall", counts.Recall), ("f1", counts.F1) })
        {
            AssertEqual(one.Values($"{metric}_per_class"), [.. labels.Select(of)]);
            Assert.Equal(one.Value($"{metric}_macro"), counts.Macro(of), Tolerance);
            Assert.Equal(one.Value($"{metric}_macro_labels"), counts.Macro(of, allLabels: true), Tolerance);
            Assert.Equal(one.Value($"{metric}_weighted"), counts.Weighted(of), Tolerance);
            if (labels.Length == 2)
            {
                Assert.Equal(one.Value($"{metric}_binary"), of(1), Tolerance);
            }
        }

        var matrix = one.Matrix("confusion_matrix");
        foreach (var truth in labels)
        {
            AssertEqual(matrix[truth], [.. labels.Select(predicted => counts.Count(truth, predicted))]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Metrics_of_probabilities_agree(string name)
    {
        var one = MetricCase.Read()[name];
        var rows = ScoredRows.Of(one.Truth, one.Probabilities, one.Labels.Length);
        var losses = rows.Losses(one.Weights);
        var areas = rows.Areas(one.Weights);
        var binary = one.Labels.Length == 2;

        Assert.Equal(one.Value("log_loss_labels"), losses.Log, Tolerance);
        Assert.Equal(one.Value(binary ? "brier" : "brier_multiclass_half_false"), losses.Brier, Tolerance);
        Assert.Equal(one.Value(binary ? "average_precision" : "average_precision_onehot_macro"), areas.AveragePrecision, Tolerance);
        if (binary || !one.Raises("roc_auc_ovr_macro"))
        {
            Assert.Equal(one.Value(binary ? "roc_auc" : "roc_auc_ovr_macro"), areas.RocAuc, Tolerance);
        }

        var each = Enumerable.Range(0, one.Labels.Length).Select(label => ScoreRanking.Of(one.Truth, one.Probabilities, one.Labels.Length, label).Areas(one.Weights)).ToArray();
        if (!binary)
        {
            AssertEqual(one.Values("average_precision_onehot_per_class"), [.. each.Select(area => area.AveragePrecision)]);
            if (!one.Raises("roc_auc_ovr_per_class"))
            {
                AssertEqual(one.Values("roc_auc_ovr_per_class"), [.. each.Select(area => area.RocAuc)]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Plain))]
    public void The_whole_report_agrees_where_the_prediction_is_the_first_of_the_largest(string name)
    {
        var one = MetricCase.Read()[name];
        var report = ClassificationMetrics.Compute(one.Truth, one.Probabilities, one.Labels);

        Assert.Equal(one.Predicted, report.Predicted);
        foreach (var (metric, key) in new[]
        {
            ("accuracy", "accuracy"), ("balanced_accuracy", "balanced_accuracy"), ("f1_macro", "f1_macro"), ("f1_weighted", "f1_weighted"), ("precision_macro", "precision_macro"),
            ("precision_weighted", "precision_weighted"), ("recall_macro", "recall_macro"), ("recall_weighted", "recall_weighted"), ("mcc", "mcc"), ("log_loss", "log_loss_labels"),
        })
        {
            Assert.Equal(one.Value(key), report.Metrics[metric], Tolerance);
        }

        for (var label = 0; label < one.Labels.Length; label++)
        {
            Assert.Equal(one.Values("precision_per_class")[label], report.Metrics[$"precision[{one.Labels[label]}]"], Tolerance);
            Assert.Equal(one.Values("recall_per_class")[label], report.Metrics[$"recall[{one.Labels[label]}]"], Tolerance);
            Assert.Equal(one.Values("f1_per_class")[label], report.Metrics[$"f1[{one.Labels[label]}]"], Tolerance);
            AssertEqual(one.Matrix("confusion_matrix")[label], [.. report.ConfusionMatrix[label].Select(count => (double)count)]);
        }

        var auc = one.Labels.Length == 2 ? "roc_auc" : "roc_auc_ovr_macro";
        if (!one.Raises(auc))
        {
            Assert.Equal(!double.IsNaN(one.Value(auc)), report.Metrics.ContainsKey("roc_auc"));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Curves_agree(string name)
    {
        var one = MetricCase.Read()[name];
        var (positive, scores) = (one.Positive(1), one.Column(1));
        foreach (var (key, drop) in new[] { ("roc_curve_drop", true), ("roc_curve_all", false) })
        {
            if (one.Has(key))
            {
                var curve = Curves.Roc(positive, scores, drop, one.Weights);
                AssertEqual(one.Values(key, "fpr"), curve.FalsePositiveRate);
                AssertEqual(one.Values(key, "tpr"), curve.TruePositiveRate);
                AssertEqual(one.Values(key, "thresholds"), curve.Thresholds);
            }
        }

        if (one.Has("pr_curve"))
        {
            var curve = Curves.PrecisionRecall(positive, scores, one.Weights);
            AssertEqual(one.Values("pr_curve", "precision"), curve.Precision);
            AssertEqual(one.Values("pr_curve", "recall"), curve.Recall);
            AssertEqual(one.Values("pr_curve", "thresholds"), curve.Thresholds);
        }

        foreach (var (key, quantile) in new[] { ("calibration_curve_5_uniform", false), ("calibration_curve_5_quantile", true) })
        {
            if (one.Has(key))
            {
                var curve = Curves.Calibration(positive, scores, bins: 5, quantile);
                AssertEqual(one.Values(key, "prob_true"), curve.PositivePart);
                AssertEqual(one.Values(key, "prob_pred"), curve.MeanScore);
                Assert.Equal(scores.Length, curve.Rows.Sum());
            }
        }
    }

    [Fact]
    public void The_reference_has_these_cases_and_curves_of_each_kind()
    {
        var cases = MetricCase.Read().Values;
        Assert.Equal(MetricCase.Names, cases.Select(one => one.Name));
        foreach (var key in new[] { "roc_curve_drop", "roc_curve_all", "pr_curve", "calibration_curve_5_uniform", "calibration_curve_5_quantile" })
        {
            Assert.Contains(cases, one => one.Has(key));
        }
    }

    private static void AssertEqual(IReadOnlyList<double> expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var index = 0; index < expected.Count; index++)
        {
            Assert.Equal(expected[index], actual[index], Tolerance);
        }
    }
}
