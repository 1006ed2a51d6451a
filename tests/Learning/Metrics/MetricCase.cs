using System.Text.Json;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Metrics;

/// <summary>A case of the reference file: rows, and the values that scikit-learn gave.</summary>
internal sealed class MetricCase
{
    /// <summary>Names of the file's cases: it may be absent, and then tests are skipped, not missing.</summary>
    public static readonly string[] Names =
    [
        "binary_balanced", "binary_imbalanced", "binary_ties", "binary_perfect", "binary_constant_score", "binary_one_class_in_true", "multi_3", "multi_5_imbalanced",
        "multi_class_missing_in_true", "multi_class_never_predicted", "multi_perfect", "multi_constant_ties", "extra_binary_proba_0_and_1", "extra_multi_rows_sum_1.1",
        "extra_multi_string_labels", "extra_binary_weighted", "extra_multi_weighted", "extra_binary_string_labels",
    ];

    private readonly JsonElement expected;

    private MetricCase(JsonElement json)
    {
        expected = json.GetProperty("expected");
        Name = json.GetProperty("name").GetString()!;
        Labels = [.. json.GetProperty("labels").EnumerateArray().Select(label => label.ToString())];
        Truth = Numbers(json, "y_true");
        Predicted = Numbers(json, "y_pred");
        Probabilities = [.. json.GetProperty("y_proba").EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(value => value.GetDouble())];
        Weights = json.TryGetProperty("sample_weight", out var weights) ? [.. weights.EnumerateArray().Select(value => value.GetDouble())] : [];
    }

    public string Name { get; }

    public string[] Labels { get; }

    public int[] Truth { get; }

    public int[] Predicted { get; }

    public double[] Probabilities { get; }

    public double[] Weights { get; }

    public double[] Column(int label) => [.. Truth.Select((_, row) => Probabilities[(row * Labels.Length) + label])];

    public bool[] Positive(int label) => [.. Truth.Select(truth => truth == label)];

    /// <summary>All cases by name.</summary>
    public static Dictionary<string, MetricCase> Read()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Repository.SharedData("reference", "metrics.json")));
        return file.RootElement.GetProperty("cases").EnumerateArray().Select(json => new MetricCase(json.Clone())).ToDictionary(one => one.Name);
    }

    public bool Has(string key) => expected.TryGetProperty(key, out _);

    /// <summary>Whether scikit-learn refuses to compute it.</summary>
    public bool Raises(string key) => expected.GetProperty(key) is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty("raises", out _);

    public double Value(string key) => Number(Element(key));

    public double[] Values(string key) => [.. Element(key).EnumerateArray().Select(Number)];

    public double[] Values(string key, string member) => [.. Element(key).GetProperty(member).EnumerateArray().Select(Number)];

    public double[][] Matrix(string key) => [.. Element(key).EnumerateArray().Select(row => row.EnumerateArray().Select(Number).ToArray())];

    private static double Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        _ => value.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            _ => throw new InvalidOperationException($"{value} is no number"),
        },
    };

    private JsonElement Element(string key) => expected.GetProperty(key) is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty("value", out var inner) ? inner : expected.GetProperty(key);

    private int[] Numbers(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(label => Array.IndexOf(Labels, label.ToString()))];
}
