using System.Globalization;
using System.Text.RegularExpressions;

namespace TextOps.Artifacts.Predictions;

/// <summary>
/// Where a stage's log of predictions lies: <c>predictions/&lt;namespace&gt;.&lt;name&gt;/&lt;stage&gt;/&lt;yyyy-MM-dd&gt;/&lt;version&gt;-&lt;writer&gt;-&lt;start&gt;-&lt;sequence&gt;.jsonl</c>, keys from the
/// store's root. docs/serving-log.md describes the lines.
/// </summary>
public sealed partial class PredictionLogLayout
{
    /// <summary>The folder of all logs.</summary>
    public const string Root = "predictions/";

    private const int MaxNameLength = 100;

    /// <summary>Makes the layout of a stage's log. Characters that file names should not have become '-'.</summary>
    /// <param name="owner">The object: <c>&lt;namespace&gt;.&lt;name&gt;</c>.</param>
    public PredictionLogLayout(string owner, string stage) => Folder = $"{Root}{Clean(owner)}/{Clean(stage)}/";

    /// <summary>The stage's folder, with a '/' at its end.</summary>
    public string Folder { get; }

    /// <summary>The folder of a day (UTC), with a '/' at its end.</summary>
    public string Day(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{Folder}{day:yyyy-MM-dd}/");

    /// <summary>Key of a part.</summary>
    /// <param name="day">The day (UTC) on which the part was begun.</param>
    /// <param name="version">The version that predicted.</param>
    /// <param name="writer">Who writes: the pod.</param>
    /// <param name="start">When the writer started: a pod may start more than once.</param>
    /// <param name="sequence">Number of the part, from 0.</param>
    public string Part(DateOnly day, string version, string writer, DateTimeOffset start, int sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{Day(day)}{Clean(version)}-{Clean(writer)}-{start.UtcDateTime:yyyyMMdd'T'HHmmssfff}-{sequence:D6}.jsonl");

    private static string Clean(string name)
    {
        var clean = Others().Replace(name, "-");
        return clean.Length > MaxNameLength ? clean[..MaxNameLength] : clean is "" or "." or ".." ? "-" : clean;
    }

    [GeneratedRegex("[^A-Za-z0-9._-]", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Others();
}
