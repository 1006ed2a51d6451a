namespace TextOps.Learning.Metrics;

/// <summary>Percentiles as numpy's default (<c>method="linear"</c>): between the two nearest values, linearly.</summary>
public static class Percentiles
{
    /// <summary>The value that the part <paramref name="quantile"/> (0 to 1) of ascending values lies below; NaN of no values.</summary>
    public static double Linear(ReadOnlySpan<double> ascending, double quantile)
    {
        if (ascending.IsEmpty)
        {
            return double.NaN;
        }

        var position = quantile * (ascending.Length - 1);
        var lower = Math.Clamp((int)Math.Floor(position), 0, ascending.Length - 1);
        var (low, high) = (ascending[lower], ascending[Math.Min(lower + 1, ascending.Length - 1)]);
        var part = position - lower;

        // numpy interpolates from the nearer end, so that both ends are met exactly.
        return part < 0.5 ? low + ((high - low) * part) : high - ((high - low) * (1 - part));
    }
}
