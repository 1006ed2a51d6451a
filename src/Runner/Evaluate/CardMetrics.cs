using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Training;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Evaluate;

/// <summary>What a card says in numbers.</summary>
internal static class CardMetrics
{
    private static readonly string[] NotOfTheModel = [WorkspaceLayout.ReportFile, WorkspaceLayout.ContractFile];

    /// <summary>Metrics by name: what the evaluation gave, and the size of the model where it did not give that.</summary>
    public static IReadOnlyDictionary<string, double> Of(ModelCard card)
    {
        var metrics = new Dictionary<string, double>(card.Evaluation.Metrics, StringComparer.Ordinal);
        metrics.TryAdd(MetricNames.ModelBytes, ModelBytes(card));
        return metrics;
    }

    /// <summary>Size of the model's own files, in bytes: without those that people read about it.</summary>
    public static long ModelBytes(ModelCard card) => card.Files.Where(file => !NotOfTheModel.Contains(file.Path, StringComparer.Ordinal)).Sum(file => file.Bytes);
}
