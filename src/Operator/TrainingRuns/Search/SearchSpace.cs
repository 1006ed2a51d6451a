using System.Globalization;
using TextOps.Crds.Schema;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Operator.TrainingRuns.Search;

/// <summary>What parameters of a space can be, as text.</summary>
internal static class SearchSpace
{
    // More digits than any parameter's effect has, and short enough to be read.
    private const string Digits = "G5";

    /// <summary>Whether a parameter is searched beside the values chosen so far.</summary>
    public static bool Applies(SearchParameter parameter, IReadOnlyDictionary<string, string> chosen) =>
        parameter.When is not { } when || (chosen.TryGetValue(when.Parameter, out var value) && when.Values.Contains(value, StringComparer.Ordinal));

    /// <summary>All values of a parameter, in the order of a grid.</summary>
    public static IEnumerable<string> Grid(SearchParameter parameter) => parameter switch
    {
        { Int: { } range } => Steps(range).Select(Text),
        { Float: { Points: 1 } range } => [range.Min],
        { Float: { } range } => Enumerable.Range(0, range.Points).Select(point => At(range, (double)point / (range.Points - 1))).Distinct(StringComparer.Ordinal),
        _ => parameter.Categorical ?? [],
    };

    /// <summary>The value of a parameter at <paramref name="share"/> (from 0 up to 1, without 1) of its range.</summary>
    public static string At(SearchParameter parameter, double share)
    {
        switch (parameter)
        {
            case { Int: { Log: true } range }:
                var (low, high) = (Math.Log(range.Min), Math.Log(range.Max + 1.0));
                var drawn = (long)Math.Floor(Math.Exp(low + (share * (high - low))));
                return Text(Math.Clamp(range.Min + ((drawn - range.Min) / range.Step * range.Step), range.Min, range.Max));
            case { Int: { } range }:
                return Text(range.Min + ((long)(share * (((range.Max - range.Min) / range.Step) + 1)) * range.Step));
            case { Float: { } range }:
                return At(range, share);
            default:
                return parameter.Categorical![(int)(share * parameter.Categorical.Count)];
        }
    }

    private static string At(FloatRange range, double share)
    {
        // The ends as they were written: rounding must not lead out of the range.
        if (share is 0 or 1)
        {
            return share == 0 ? range.Min : range.Max;
        }

        var (min, max) = (Decimals.Value(range.Min), Decimals.Value(range.Max));
        var value = range.Log ? Math.Exp(Math.Log(min) + (share * (Math.Log(max) - Math.Log(min)))) : min + (share * (max - min));
        var text = value.ToString(Digits, CultureInfo.InvariantCulture);
        var rounded = Decimals.Value(text);
        return rounded < min ? range.Min : rounded > max ? range.Max : text;
    }

    // A range may be long; nobody takes more of it than there may be trials.
    private static IEnumerable<long> Steps(IntegerRange range)
    {
        for (var (value, count) = (range.Min, 0); value <= range.Max && count < TrainingRunSpec.MaxTrials; count++)
        {
            yield return value;
            if (value > long.MaxValue - range.Step)
            {
                yield break;
            }

            value += range.Step;
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
