using TextOps.Crds.Tasks;
using TextOps.Runner.Prepare.Contract;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Prepare;

/// <summary>Metrics of one label, which there must be: a misspelled one would fail only when everything else is done.</summary>
internal static class MetricLabels
{
    /// <summary>Checks the objective's and the gates' metrics.</summary>
    /// <exception cref="TaskRefusedException">One names a label that no row has.</exception>
    public static void Check(PrepareTask task, IReadOnlyList<string> labels)
    {
        Check("spec.search.objective.metric", task.Search.Objective.Metric, labels);
        foreach (var gate in task.Evaluation.Gates ?? [])
        {
            Check($"spec.evaluation.gates[{gate.Name}].metric", gate.Metric, labels);
        }
    }

    private static void Check(string field, string metric, IReadOnlyList<string> labels)
    {
        var at = metric.IndexOf('[', StringComparison.Ordinal);
        if (at > 0 && metric.EndsWith(']') && !labels.Contains(metric[(at + 1)..^1], StringComparer.Ordinal))
        {
            throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, $"{field} ({metric}) names a label that no row has; the labels are {LabelNames.List(labels)}");
        }
    }
}
