using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Training;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Metrics;
using TextOps.Learning.Models;
using TextOps.Onnx.Embeddings;
using TextOps.Runner.Prepare.Contract;
using TextOps.Runner.Tasks;
using TextOps.Runner.Workspaces;

namespace TextOps.Runner.Evaluate;

/// <summary>Judges gates; versions that gates compare with are scored again on the same rows, and pinned while that lasts.</summary>
internal sealed class OtherVersions(ModelRegistry registry, PreparedDataset prepared, TestRows rows, ScratchFolder scratch, TaskContext context)
{
    /// <summary>How each gate comes out. One whose other version cannot be scored fails and says why.</summary>
    public async Task<IReadOnlyList<GateStatus>> JudgeAsync(EvaluateTask task, IReadOnlyDictionary<string, double> metrics, CancellationToken cancellationToken)
    {
        var gates = task.Evaluation.Gates ?? [];
        var others = new Dictionary<string, ComparedVersion>(StringComparer.Ordinal);
        foreach (var alias in gates.Select(gate => gate.RelativeTo?.Alias).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            others.Add(alias, await ScoreAsync(task, alias, cancellationToken));
        }

        return GateJudge.Judge(gates, metrics, alias => others[alias]);
    }

    private async Task<ComparedVersion> ScoreAsync(EvaluateTask task, string alias, CancellationToken cancellationToken)
    {
        if (await registry.Aliases.ReadAsync(prepared.Model, alias, cancellationToken) is null)
        {
            return default;
        }

        // One pin of a run for each alias, because a holder has one pin of a model. Runs of two objects may have one id; their workspaces differ.
        var holder = $"{task.Workspace[(task.Workspace.LastIndexOf('/') + 1)..]}.{alias}";
        try
        {
            var other = await registry.ResolveAsync(prepared.Model, alias, cancellationToken);
            await registry.Pins.PutAsync(prepared.Model, other.Card.Version, holder, context.Time.GetUtcNow(), cancellationToken);
            return await ScoreAsync(other, alias, cancellationToken);
        }
        catch (Exception error) when (error is StoreRefusedException or ModelFormatException)
        {
            return new ComparedVersion(null, error.Message);
        }
        finally
        {
            await registry.Pins.RemoveAsync(prepared.Model, holder, CancellationToken.None);
        }
    }

    private async Task<ComparedVersion> ScoreAsync(RegisteredModel other, string alias, CancellationToken cancellationToken)
    {
        if (other.Card.Task != ModelTask.TextClassification)
        {
            return new ComparedVersion(null, $"version {other.Card.Version} is no classifier, but a model for {other.Card.Task.Name()}");
        }

        context.Progress.Begin("ScoringOther");
        var folder = scratch.File($"other-{alias}");
        await registry.DownloadAsync(other, folder, cancellationToken);
        using var model = ClassifierModel.Load(folder, context.Threads);
        if (!model.Labels.ToHashSet(StringComparer.Ordinal).SetEquals(prepared.Labels))
        {
            return new ComparedVersion(null, $"version {other.Card.Version} has other labels: {LabelNames.List(model.Labels)}");
        }

        // Without them it would be judged by what it fills in for missing numbers.
        if (other.Card.Signature.Fields.FirstOrDefault(field => !(prepared.Dataset.Fields ?? []).Any(known => known.Name == field.Name)) is { } missing)
        {
            return new ComparedVersion(null, $"version {other.Card.Version} needs '{missing.Name}', which spec.dataset.fields does not name");
        }

        var probabilities = model.PredictProbabilities(rows.Texts, cancellationToken);
        if (!Array.TrueForAll(probabilities, double.IsFinite))
        {
            return new ComparedVersion(null, $"version {other.Card.Version} gives probabilities that are not finite");
        }

        int[] columns = [.. prepared.Labels.Select(label => model.Labels.ToList().IndexOf(label))];
        var ordered = new double[probabilities.Length];
        for (var at = 0; at < ordered.Length; at++)
        {
            ordered[at] = probabilities[(at / columns.Length * columns.Length) + columns[at % columns.Length]];
        }

        var metrics = new Dictionary<string, double>(ClassificationMetrics.Compute(rows.Labels, ordered, prepared.Labels).Metrics, StringComparer.Ordinal)
        {
            [MetricNames.ModelBytes] = CardMetrics.ModelBytes(other.Card),
        };
        foreach (var (name, value) in LatencyProbe.Measure(folder, rows.Texts, context, cancellationToken))
        {
            metrics[name] = value;
        }

        return new ComparedVersion(metrics);
    }
}
