using System.Text.RegularExpressions;
using TextOps.Crds.Yaml;

namespace TextOps.Crds.Schedules;

/// <summary>Time zones by their IANA names, from the machine's time zone data.</summary>
public static partial class TimeZones
{
    /// <summary>The zone of this name; UTC where it is null. Null where there is none, see <see cref="ProblemOf(string?)"/>.</summary>
    public static TimeZoneInfo? Find(string? name)
    {
        if (name is null)
        {
            return TimeZoneInfo.Utc;
        }

        // A name becomes a path below the zone data: nothing else may be read by it, nor a zone that only this machine knows (localtime, posixrules).
        return IanaName().IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;
    }

    /// <summary>Why there is no zone of this name; null where there is one.</summary>
    public static string? ProblemOf(string? name) => Find(name) is null ? Explain(name!, [.. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id)]) : null;

    internal static string Explain(string name, IReadOnlyCollection<string> known)
    {
        if (known.Count <= 1)
        {
            return "this machine has no time zone data, only UTC; install the package tzdata";
        }

        var nearest = NearestName.Of(name, known);
        return $"there is no such time zone; {(nearest is null ? "write an IANA name such as Europe/Berlin" : $"did you mean {nearest}?")}";
    }

    [GeneratedRegex("^[A-Z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex IanaName();
}
