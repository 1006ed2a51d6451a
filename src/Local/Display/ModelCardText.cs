using System.Globalization;
using System.Text;
using TextOps.Artifacts.Registry;
using TextOps.Crds;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Local.Display;

/// <summary>A model's card for people.</summary>
internal static class ModelCardText
{
    private const string Indent = "  ";
    private const int MostLabels = 20;

    /// <summary>The card, a section a topic.</summary>
    /// <param name="aliases">Aliases that name this version.</param>
    public static string Render(RegisteredModel model, IReadOnlyList<string> aliases)
    {
        var (card, text) = (model.Card, new StringBuilder());
        text.Append(card.Name).Append(' ').Append(VersionNumber.Name(card.Version));
        if (Objective(card.Evaluation) is { } objective)
        {
            text.Append("  ").Append(objective);
        }

        text.Append(aliases.Count > 0 ? $"  ({string.Join(", ", aliases)})" : "").Append('\n');
        text.Append(TextTable.Align(
            [
                ["digest", model.Digest],
                ["lies in", Printable.OneLine(model.Uri, 4096)],
                ["registered", card.Created.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)],
                ["made by", card.Owner == ModelImport.Owner ? $"{card.Owner.Namespace} {card.Owner.Name}" : Printable.OneLine($"{card.Owner.Namespace}/{card.Owner.Name}, run {card.RunId}")],
                ["task", card.Task.Name()],
                ["takes", Printable.OneLine(string.Join(", ", Inputs(card.Signature)), 400)],
                ["gives", Printable.OneLine(Output(card), 400)],
            ],
            Indent));

        Section(text, $"Metrics of {Judged(card)}", Metrics(card.Evaluation));
        Section(text, Classes(card, out var classes), classes);
        if (card.Candidate is { } candidate)
        {
            Section(text, $"Parameters of {Printable.OneLine(candidate.Name, 40)}", Pairs(Parameters(candidate)));
        }

        Section(text, "Features", Pairs(Features(card.Features)));
        Section(text, "Gates", card.Gates.Select(gate => (string[])
            [Printable.OneLine(gate.Name, 63), Printable.OneLine(gate.Metric, 80), Printable.OneLine(gate.Value ?? "unknown", 32), Printable.OneLine(gate.Bound, 128), gate.Passed ? "passed" : "failed"]));
        Section(text, "Lineage", card.Lineage is { } lineage ? Lineage(lineage) : []);
        Section(text, "Files", card.Files.Select(file => (string[])[Printable.OneLine(file.Path, 200), MetricText.Bytes(file.Bytes), file.Sha256]));
        return text.ToString();
    }

    /// <summary>A candidate's parameters: those of its family, by name.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Parameters(Candidate candidate) =>
        FlatJson.Of(candidate with { Name = "", Features = null, Search = null }) is var values ? [.. values.Where(value => value.Key != "name")] : [];

    /// <summary>The settings of the blocks, with the block's name before each.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Features(IEnumerable<FeatureBlock> blocks) =>
    [
        .. from block in blocks
           from value in FlatJson.Of(block)
           where value.Key != "name"
           select new KeyValuePair<string, string>($"{Printable.OneLine(block.Name, 40)}.{value.Key}", value.Value),
    ];

    private static string? Objective(ModelEvaluation evaluation) => evaluation.Metrics.TryGetValue(evaluation.Objective, out var value)
        ? $"{Printable.OneLine(evaluation.Objective, 80)}={MetricText.Value(evaluation.Objective, value)}"
        : null;

    private static IEnumerable<string> Inputs(ModelSignature signature) =>
    [
        $"{signature.TextField} (text)",
        .. signature.Fields.Select(field => $"{field.Name} (number)"),
        .. signature.Derived.Count > 0 ? [$"{signature.Derived.Count} numbers derived from the text"] : Array.Empty<string>(),
        .. signature.MaxTokens is { } tokens ? [$"at most {tokens} tokens"] : Array.Empty<string>(),
    ];

    private static string Output(ModelCard card) => card.Task switch
    {
        ModelTask.SentenceSimilarity => $"a vector of {card.Signature.Dimensions} numbers",
        ModelTask.TextRanking => "a score for each pair of query and text",
        _ => $"{card.Signature.Labels.Count} labels: {Some(card.Signature.Labels)}",
    };

    private static string Judged(ModelCard card) => card.Evaluation.Examples is { } examples
        ? $"{Printable.OneLine(examples.File, 100)} ({examples.Rows} examples)"
        : $"the test split ({card.Lineage?.Rows.GetValueOrDefault("test") ?? 0} rows)";

    private static IEnumerable<string[]> Metrics(ModelEvaluation evaluation) =>
        from metric in evaluation.Metrics
        where !metric.Key.Contains('[', StringComparison.Ordinal)
        orderby metric.Key != evaluation.Objective, metric.Key
        let interval = evaluation.Intervals.GetValueOrDefault(metric.Key)
        select (string[])
        [
            Printable.OneLine(metric.Key, 80),
            MetricText.Value(metric.Key, metric.Value),
            interval is null ? "" : $"[{MetricText.Value(metric.Key, interval[0])}, {MetricText.Value(metric.Key, interval[1])}]",
            metric.Key == evaluation.Objective ? "objective" : "",
        ];

    private static string Classes(ModelCard card, out IReadOnlyList<string[]> rows)
    {
        string[] names = ["precision", "recall", "f1"];
        var classes = card.Signature.Labels
            .Select((label, index) => (Label: label, Rows: index < card.Evaluation.ConfusionMatrix.Count ? card.Evaluation.ConfusionMatrix[index].Sum() : 0,
                Values: names.Select(name => card.Evaluation.Metrics.TryGetValue(Crds.TrainingRuns.MetricNames.OfClass(name, label), out var value) ? value : (double?)null).ToArray()))
            .Where(item => Array.Exists(item.Values, value => value is not null))
            .ToList();
        var all = classes.Count;
        if (all > MostLabels)
        {
            classes = [.. classes.OrderBy(item => item.Values[^1] ?? 0).Take(MostLabels)];
        }

        rows = classes.Count == 0 ? [] :
        [
            ["label", .. names, "rows"],
            .. classes.Select(item => (string[])[Printable.OneLine(item.Label, 60), .. item.Values.Select(value => value is { } known ? MetricText.Value("", known) : ""), $"{item.Rows}"]),
        ];
        return all > MostLabels ? $"Classes (the {MostLabels} with the lowest f1 of {all}; all with -o json)" : "Classes";
    }

    private static IEnumerable<string[]> Lineage(ModelLineage lineage)
    {
        yield return ["dataset", Printable.OneLine(lineage.Embeddings is { } version
            ? $"{version.Uri}/embeddings/{version.Name}/{VersionNumber.Name(version.Version)}"
            : lineage.Dataset.Source?.Uri ?? "", 4096)];
        yield return ["data", Printable.OneLine(lineage.DataFingerprint, 100)];
        yield return ["rows", Printable.OneLine(string.Join(", ", Splits(lineage)), 200)];
        yield return ["labels", Printable.OneLine(Some([.. lineage.Labels.OrderByDescending(label => label.Value).Select(label => $"{label.Key} {label.Value}")]), 400)];
        yield return ["trials", lineage.FailedTrials > 0 ? $"{lineage.Trials}, {lineage.FailedTrials} of them failed" : $"{lineage.Trials}"];
        yield return ["seed", $"{lineage.Seed}"];
        yield return ["code", Printable.OneLine(lineage.CodeVersion, 100)];
    }

    private static IEnumerable<string> Splits(ModelLineage lineage) =>
        lineage.Rows.OrderBy(split => Array.IndexOf(["train", "validation", "test"], split.Key)).Select(split => $"{split.Key} {split.Value}");

    private static string Some(IReadOnlyList<string> items) =>
        string.Join(", ", items.Take(MostLabels)) + (items.Count > MostLabels ? $", … ({items.Count - MostLabels} more)" : "");

    private static IEnumerable<string[]> Pairs(IEnumerable<KeyValuePair<string, string>> values) => values.Select(value => (string[])[value.Key, value.Value]);

    private static void Section(StringBuilder text, string title, IEnumerable<string[]> rows)
    {
        var lines = rows.ToList();
        if (lines.Count > 0)
        {
            text.Append('\n').Append(title).Append('\n').Append(TextTable.Align(lines, Indent));
        }
    }
}
