using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;

namespace TextOps.Learning.Features;

/// <summary>How a number becomes a feature: (number, or <see cref="Fill"/> where it is missing, minus <see cref="Offset"/>) / <see cref="Scale"/>.</summary>
/// <param name="Name">Name of the derived number or of the row's field.</param>
/// <param name="Derived">The derived number; null for a field of the row.</param>
/// <param name="Fill">Median of the training split.</param>
/// <param name="Offset">Taken off.</param>
/// <param name="Scale">What is divided by; not 0.</param>
internal sealed record NumericColumn(string Name, DerivedNumber? Derived, double Fill, double Offset, double Scale)
{
    /// <summary>Learns a column from its numbers.</summary>
    /// <param name="numbers">NaN or infinite where missing.</param>
    /// <exception cref="TrainingException">None is there, or they are too large to be scaled.</exception>
    public static NumericColumn Fit(string name, DerivedNumber? derived, NumericScale scale, ReadOnlySpan<double> numbers)
    {
        var present = numbers.ToArray().Where(double.IsFinite).Order().ToArray();
        if (present.Length == 0)
        {
            throw new TrainingException($"numeric: field '{name}' has no number in {numbers.Length} training rows; leave it out of fields");
        }

        // As numpy's median: the mean of the two in the middle, halved first so that large ones do not overflow.
        var fill = (present[(present.Length - 1) / 2] / 2) + (present[present.Length / 2] / 2);
        var unscaled = new NumericColumn(name, derived, fill, 0, 1);
        if (scale == NumericScale.None)
        {
            return unscaled;
        }

        var (least, most) = (present[0], present[^1]);
        if (least == most)
        {
            return unscaled with { Offset = least };
        }

        var fitted = scale == NumericScale.MinMax ? unscaled with { Offset = least, Scale = most - least } : Standard(unscaled, numbers);
        return double.IsFinite(fitted.Offset) && double.IsFinite(fitted.Scale) && fitted.Scale > 0
            ? fitted
            : throw new TrainingException($"numeric: the numbers of '{name}' ({least:R} to {most:R}) cannot be scaled; leave it out, or give numbers of a smaller range");
    }

    /// <summary>The feature.</summary>
    public float Apply(double number) =>
        (float)Math.Clamp(((double.IsFinite(number) ? number : Fill) - Offset) / Scale, float.MinValue, float.MaxValue);

    /// <summary>Missing numbers count as what they are filled with, so that the column as the model sees it has mean 0 and standard deviation 1.</summary>
    private static NumericColumn Standard(NumericColumn unscaled, ReadOnlySpan<double> numbers)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var number in numbers)
        {
            sum += double.IsFinite(number) ? number : unscaled.Fill;
        }

        var mean = sum / numbers.Length;
        foreach (var number in numbers)
        {
            var away = (double.IsFinite(number) ? number : unscaled.Fill) - mean;
            squares += away * away;
        }

        return unscaled with { Offset = mean, Scale = Math.Sqrt(squares / numbers.Length) };
    }
}
