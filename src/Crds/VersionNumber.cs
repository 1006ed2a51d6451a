using System.Globalization;

namespace TextOps.Crds;

/// <summary>How numbers of versions are written, in stores, statuses and messages alike: <c>v000003</c>.</summary>
public static class VersionNumber
{
    /// <summary>Name of version <paramref name="version"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public static string Name(int version) =>
        version > 0
            ? string.Create(CultureInfo.InvariantCulture, $"v{version:D6}")
            : throw new ArgumentOutOfRangeException(nameof(version), version, "versions count from 1");

    /// <summary>The number that <paramref name="name"/> is the name of; null where it is none.</summary>
    public static int? Parse(string name) => ParseLoose(name) is { } version && Name(version) == name ? version : null;

    /// <summary>The number that a person means by <c>v000003</c>, <c>v3</c> or <c>3</c>; null where it is none.</summary>
    public static int? ParseLoose(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return int.TryParse(text.StartsWith('v') ? text.AsSpan(1) : text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0 ? version : null;
    }
}
