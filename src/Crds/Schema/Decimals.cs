using System.Globalization;

namespace TextOps.Crds.Schema;

/// <summary>Patterns of decimals, which Kubernetes objects hold as strings.</summary>
public static class Decimals
{
    /// <summary>From 0 to 1.</summary>
    public const string Fraction = @"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$";

    /// <summary>Zero or more, with an exponent where one is needed.</summary>
    public const string NonNegative = @"^[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?$";

    /// <summary>Any.</summary>
    public const string Signed = @"^-?[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?$";

    /// <summary>The value of a decimal that keeps one of the patterns; NaN of anything else.</summary>
    public static double Value(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;
}
