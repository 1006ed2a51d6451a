using System.Globalization;
using TextOps.Crds;

namespace TextOps.Operator.Runs;

/// <summary>How messages write versions, counts and sizes.</summary>
internal static class Wording
{
    public static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    public static string Rows(long rows) => rows == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows");

    /// <summary>A score as people read it: four decimals.</summary>
    public static string Score(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => $"{bytes} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:F0} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F2} GB"),
    };

    /// <summary>Why a run began.</summary>
    public static string Trigger(string trigger) => trigger.Split(':', 2) switch
    {
        ["rerun", var value] => $"annotation {ApiGroup.RerunAnnotation} is {value}",
        ["dataset", var version] => $"version {version} of its dataset was committed",
        ["schedule", var time] => $"its time {time} has come",
        _ => "the spec is new or has changed",
    };
}
