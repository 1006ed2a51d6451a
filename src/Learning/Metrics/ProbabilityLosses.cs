namespace TextOps.Learning.Metrics;

/// <summary>Losses of a row's probabilities <c>[labels]</c>; a metric is their (weighted) mean over rows.</summary>
public static class ProbabilityLosses
{
    // numpy.finfo(float64).eps, by which scikit-learn clips before it takes logarithms.
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>Negative log probability of the true label; probabilities are clipped to [2^-52, 1 - 2^-52] and not rescaled.</summary>
    public static double Log(int truth, ReadOnlySpan<double> probabilities) => -Math.Log(Math.Clamp(probabilities[truth], Epsilon, 1 - Epsilon));

    /// <summary>Squared error: of the second label for two labels, else summed over labels (scikit-learn's <c>scale_by_half=False</c>).</summary>
    public static double Brier(int truth, ReadOnlySpan<double> probabilities)
    {
        if (probabilities.Length == 2)
        {
            var error = probabilities[1] - truth;
            return error * error;
        }

        var sum = 0.0;
        for (var label = 0; label < probabilities.Length; label++)
        {
            var error = probabilities[label] - (label == truth ? 1 : 0);
            sum += error * error;
        }

        return sum;
    }
}
