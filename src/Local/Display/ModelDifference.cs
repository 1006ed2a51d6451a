using System.Globalization;
using System.Text;
using TextOps.Artifacts.Registry;
using TextOps.Crds;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Local.Display;

/// <summary>What is different between two versions: parameters, features, data, labels, metrics. Measured times are shown, but make no difference.</summary>
internal sealed class ModelDifference
{
    private const string Absent = "-";

    private readonly string[] heads;
    private readonly List<(string Title, List<string[]> Rows)> sections;
    private readonly List<string[]> metrics;

    /// <summary>Compares <paramref name="before"/> with <paramref name="after"/>.</summary>
    public ModelDifference(ModelCard before, ModelCard after)
    {
        heads = before.Name == after.Name
            ? [VersionNumber.Name(before.Version), VersionNumber.Name(after.Version)]
            : [$"{before.Name} {VersionNumber.Name(before.Version)}", $"{after.Name} {VersionNumber.Name(after.Version)}"];
        sections =
        [
            ("MODEL", Changed(Model(before), Model(after))),
            ("PARAMETERS", Changed(Parameters(before), Parameters(after))),
            ("FEATURES", Changed(ModelCardText.Features(before.Features), ModelCardText.Features(after.Features))),
            ("DATA", Changed(Data(before), Data(after))),
            ("LABELS", Changed(Labels(before), Labels(after))),
        ];
        var names = before.Evaluation.Metrics.Keys.Union(after.Evaluation.Metrics.Keys, StringComparer.Ordinal)
            .OrderBy(name => name != after.Evaluation.Objective).ThenBy(name => name.Contains('[', StringComparison.Ordinal)).ThenBy(name => name, StringComparer.Ordinal).ToList();
        metrics = [.. names.Where(name => Value(before, name) != Value(after, name)).Select(name => Row(name, Value(before, name), Value(after, name)))];
        IsEqual = sections.TrueForAll(section => section.Rows.Count == 0)
            && names.TrueForAll(name => name is MetricNames.LatencyP50 or MetricNames.LatencyP95 || Value(before, name) == Value(after, name));
    }

    /// <summary>Whether the two are equal but for measured times.</summary>
    public bool IsEqual { get; }

    /// <summary>A table for each topic in which the two differ; empty where they are equal.</summary>
    public string Render()
    {
        var text = new StringBuilder();
        foreach (var (title, rows) in sections.Where(section => section.Rows.Count > 0))
        {
            text.Append(TextTable.Align([[title, .. heads], .. rows])).Append('\n');
        }

        if (metrics.Count > 0)
        {
            text.Append(TextTable.Align([["METRICS", .. heads, "DIFFERENCE", ""], .. metrics])).Append('\n');
        }

        return text.Length > 0 ? text.ToString(0, text.Length - 1) : "";
    }

    private static double? Value(ModelCard card, string metric) => card.Evaluation.Metrics.TryGetValue(metric, out var value) ? value : null;

    private static string[] Row(string metric, double? before, double? after) =>
    [
        Printable.OneLine(metric, 80),
        before is { } old ? MetricText.Value(metric, old) : Absent,
        after is { } now ? MetricText.Value(metric, now) : Absent,
        after - before is { } difference ? MetricText.Difference(metric, difference) : "",
        after - before is { } moved ? MetricText.Direction(metric, moved) : "",
    ];

    private static IReadOnlyList<KeyValuePair<string, string>> Parameters(ModelCard card) =>
        card.Candidate is not { } candidate ? []
        : [new("candidate", Printable.OneLine(candidate.Name, 40)), .. ModelCardText.Parameters(candidate), .. card.Lineage is { } lineage ? [new("seed", $"{lineage.Seed}")] : Array.Empty<KeyValuePair<string, string>>()];

    // What is known of a model that was not trained here is its files.
    private static IReadOnlyList<KeyValuePair<string, string>> Model(ModelCard card) =>
    [
        new("task", card.Task.Name()),
        new("dimensions", $"{card.Signature.Dimensions}"),
        new("maxTokens", $"{card.Signature.MaxTokens}"),
        .. card.Lineage is null ? card.Files.Select(file => new KeyValuePair<string, string>(Printable.OneLine(file.Path, 80), Printable.OneLine(file.Sha256, 16))) : [],
    ];

    private static IReadOnlyList<KeyValuePair<string, string>> Data(ModelCard card) =>
        card.Lineage is { } lineage ? Data(lineage)
        : card.Evaluation.Examples is { } examples ? [new("examples", Printable.OneLine(examples.Sha256, 16)), new("rows.examples", $"{examples.Rows}")]
        : [];

    private static IReadOnlyList<KeyValuePair<string, string>> Data(ModelLineage lineage) =>
    [
        new("fingerprint", Printable.OneLine(lineage.DataFingerprint, 16)),
        .. lineage.Rows.Select(split => new KeyValuePair<string, string>($"rows.{Printable.OneLine(split.Key, 40)}", split.Value.ToString(CultureInfo.InvariantCulture))),
    ];

    private static IReadOnlyList<KeyValuePair<string, string>> Labels(ModelCard card) =>
    [
        .. card.Signature.Labels.Select((label, index) =>
            new KeyValuePair<string, string>(Printable.OneLine(label, 60), $"#{index}, {card.Lineage?.Labels.GetValueOrDefault(label) ?? 0} rows")),
    ];

    // In the order of the one, then what only the other has.
    private static List<string[]> Changed(IReadOnlyList<KeyValuePair<string, string>> before, IReadOnlyList<KeyValuePair<string, string>> after)
    {
        var (old, now) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var (name, value) in before)
        {
            old[name] = value;
        }

        foreach (var (name, value) in after)
        {
            now[name] = value;
        }

        return
        [
            .. from name in old.Keys.Union(now.Keys, StringComparer.Ordinal)
               let was = old.GetValueOrDefault(name)
               let @is = now.GetValueOrDefault(name)
               where was != @is
               select (string[])[name, was ?? Absent, @is ?? Absent],
        ];
    }
}
