using System.Text.Json;
using TextOps.Artifacts.Training;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Runner.Logging;
using TextOps.Runner.Tasks;
using TextOps.Runner.Workspaces;

namespace TextOps.Runner.Train;

/// <summary>
/// Runs trials on a prepared workspace, one after the other, and writes a record of each; a trial that has one is answered from it. Or fits one candidate for good.
/// </summary>
/// <param name="trainers">Makes the trainer of a candidate.</param>
internal sealed class TrainVerb(TaskContext context, Func<Candidate, IClassifierTrainer> trainers)
{
    /// <summary>Does the task. A trial that fails is a result, not a failed task.</summary>
    /// <exception cref="TaskRefusedException">Nothing was prepared, or the fitted model's graph gives other probabilities than the trainer.</exception>
    /// <exception cref="TrainingException">The candidate that is to be fitted cannot be.</exception>
    public async Task<TrainResult> RunAsync(TrainTask task, CancellationToken cancellationToken)
    {
        context.Progress.Begin("Loading");
        var (workspace, prepared) = await TrainingWorkspace.OpenAsync(task, task.Workspace, context, cancellationToken);
        if (task.Fit)
        {
            return await new ModelFitting(context, workspace, prepared, trainers).RunAsync(task, cancellationToken);
        }

        using var scratch = new ScratchFolder();
        var data = new TrialData(workspace, prepared, scratch.Path);
        var scoring = new TrialScoring(data, prepared, task.Objective, task.Seed, trainers, context.Time);
        context.Progress.Begin("Training", task.Trials.Count);
        var results = new List<TrialResult>();
        foreach (var trial in task.Trials)
        {
            results.Add(ResultOf(await RunAsync(workspace, scoring, trial, cancellationToken)));
        }

        return new TrainResult { Trials = results };
    }

    /// <summary>Whether a record is that of a trial: the same number may stand for other parameters where somebody writes tasks by hand.</summary>
    internal static bool IsOf(TrialRecord record, Trial trial) => CanonicalJson.Sha256(NodeOf(record.Candidate)) == CanonicalJson.Sha256(NodeOf(trial.Candidate));

    /// <summary>The result of a record.</summary>
    internal static TrialResult ResultOf(TrialRecord record) => new()
    {
        Number = record.Number,
        Value = record.Value,
        Seconds = Math.Round(record.Seconds, 3),
        Error = record.Error is { } error ? TrialErrors.Short(error) : null,
    };

    private async Task<TrialRecord> RunAsync(TrainingWorkspace workspace, TrialScoring scoring, Trial trial, CancellationToken cancellationToken)
    {
        var file = WorkspaceLayout.TrialFile(trial.Number);
        if (await workspace.ReadAsync<TrialRecord>(file, cancellationToken) is { } before && IsOf(before, trial))
        {
            context.Progress.Skip(1);
            return before;
        }

        var record = await scoring.RunAsync(trial, cancellationToken);
        await workspace.WriteAsync(file, record, cancellationToken);
        context.Progress.Advance(1);
        if (record.Error is { } error)
        {
            context.Log.TrialFailed(trial.Number, trial.Candidate.Name, error);
        }
        else
        {
            context.Log.TrialDone(trial.Number, trial.Candidate.Name, record.Value!.Value, record.Seconds);
        }

        return record;
    }

    private static System.Text.Json.Nodes.JsonNode? NodeOf(Candidate candidate) => JsonSerializer.SerializeToNode(candidate, Json.Strict);
}
