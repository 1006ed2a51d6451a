using System.Globalization;
using System.Text.RegularExpressions;
using TextOps.Hosting.Http;

namespace TextOps.Operator.Host.Settings;

/// <summary>Reads the texts of settings; what is wrong is a <see cref="FormatException"/> whose message goes on after the value.</summary>
internal static partial class SettingText
{
    /// <summary>In place of prefixes: any image.</summary>
    public const string AnyImage = "*";

    private const int MaxImageLength = 512;

    public static int Whole(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"is not a whole number from {least} to {most}");

    public static double Number(string text, double most) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most
            ? number
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"is not a number above 0 and up to {most}"));

    public static bool Flag(string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ => throw new FormatException("is neither true nor false"),
    };

    public static T OneOf<T>(string text) where T : struct, Enum =>
        Enum.GetValues<T>().Select(value => (T?)value).FirstOrDefault(value => value.ToString()!.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw new FormatException($"is not one of {Names<T>()}");

    public static string Names<T>() where T : struct, Enum => string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()));

    public static ListenAddress? Address(string text) => text == "0"
        ? null
        : ListenAddress.Parse(text) ?? throw new FormatException("is not ADDRESS:PORT; write for example 0.0.0.0:8080 or [::1]:8080, or 0 to serve nothing");

    public static string Namespace(string text) =>
        Label().IsMatch(text) ? text : throw new FormatException("is not the name of a namespace: lower-case letters, digits and -, at most 63");

    public static IReadOnlyList<string> Namespaces(string text) => List(text, Label(), "is not the name of a namespace: lower-case letters, digits and -, at most 63");

    public static IReadOnlyList<string> ServiceAccounts(string text) =>
        List(text, Subdomain(), "is not the name of a service account: lower-case letters, digits, - and .");

    public static string Image(string text) => text.Length <= MaxImageLength && ImageName().IsMatch(text)
        ? text
        : throw new FormatException("is not an image; write for example registry.example.com/textops/runner:0.1.0");

    public static IReadOnlyList<string> ImagePrefixes(string text) => text.Trim() == AnyImage
        ? [AnyImage]
        : List(text, ImageName(), "is not a prefix of images; write for example registry.example.com/team, without scheme, or * alone for any image");

    public static string Store(string text) => text.StartsWith("s3://", StringComparison.Ordinal) || text.StartsWith("file:///", StringComparison.Ordinal)
        ? text
        : throw new FormatException("is not the URI of a store; write for example s3://bucket/prefix or file:///mnt/store");

    public static string Some(string text) => text.Length > 0 ? text : throw new FormatException("is empty; give a value or leave it out");

    private static List<string> List(string text, Regex item, string otherwise)
    {
        var items = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return items.FirstOrDefault(candidate => !item.IsMatch(candidate)) is { } bad
            ? throw new FormatException(items.Length == 1 ? otherwise : $"holds '{bad}', which {otherwise}")
            : [.. items.Distinct(StringComparer.Ordinal)];
    }

    // RFC 1123, as the API server checks names of namespaces and of service accounts.
    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Label();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Subdomain();

    // Host, path, tag and digest of an image, or the beginning of it.
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]+)?(/[A-Za-z0-9._-]+)*(:[A-Za-z0-9._-]+)?(@[a-z0-9]+:[a-f0-9]+)?/?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ImageName();
}
