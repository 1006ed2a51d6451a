namespace TextOps.Learning.Families.Logistic;

/// <summary>
/// Finds a step along a direction of a convex function that holds the strong Wolfe conditions, or near the minimum, where values differ by rounding only, the approximate ones (Hager and Zhang,
/// A new conjugate gradient method with guaranteed descent and an efficient line search, 2005). The slope rises along the line, so its zero is bracketed and approached by secants.
/// </summary>
internal static class LineSearch
{
    private const int MostTrials = 40;
    private const double Decrease = 1e-4;
    private const double Curvature = 0.4;
    private const double Rounding = 1e-14;

    /// <summary>Searches from step 1 on.</summary>
    /// <param name="at">Value and slope at a step; the last one asked for is the one that is made.</param>
    /// <returns>The step with its value; null where no step goes down.</returns>
    public static (double Step, double Value)? Find(Func<double, (double Value, double Slope)> at, double value, double slope)
    {
        var (low, lowSlope) = (0.0, slope);
        var (high, highSlope) = (double.PositiveInfinity, double.NaN);
        var step = 1.0;
        for (var trial = 0; trial < MostTrials; trial++)
        {
            var (here, hereSlope) = at(step);
            if (Holds(step, here, hereSlope, value, slope))
            {
                return (step, here);
            }

            if (hereSlope < 0 && here <= value + (Rounding * Math.Abs(value)))
            {
                (low, lowSlope) = (step, hereSlope);
            }
            else
            {
                // Infinite or not a number where the step is far too long.
                (high, highSlope) = (step, hereSlope);
            }

            step = Next(low, lowSlope, high, highSlope);
        }

        // The best known step down is taken where rounding hides the rest.
        return low > 0 ? (low, at(low).Value) : null;
    }

    private static bool Holds(double step, double here, double hereSlope, double value, double slope) =>
        Math.Abs(hereSlope) <= -Curvature * slope
        && (here <= value + (Decrease * step * slope) || (here <= value + (Rounding * Math.Abs(value)) && hereSlope <= ((2 * Decrease) - 1) * slope));

    private static double Next(double low, double lowSlope, double high, double highSlope)
    {
        if (double.IsPositiveInfinity(high))
        {
            return low * 4;
        }

        var width = high - low;
        var secant = low - (lowSlope * width / (highSlope - lowSlope));
        return double.IsFinite(secant) && highSlope > 0 ? Math.Clamp(secant, low + (0.05 * width), high - (0.05 * width)) : low + (0.1 * width);
    }
}
