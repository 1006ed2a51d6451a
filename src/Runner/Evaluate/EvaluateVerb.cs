using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Training;
using TextOps.Crds.Schema;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Metrics;
using TextOps.Learning.Models;
using TextOps.Runner.Evaluate.Report;
using TextOps.Runner.Logging;
using TextOps.Runner.Tasks;
using TextOps.Runner.Workspaces;

namespace TextOps.Runner.Evaluate;

/// <summary>
/// Judges the fitted model on the test split, as it will be served: metrics, intervals, latency, gates. Where all gates hold it is registered, gets its alias, and versions
/// that are no longer kept go. Asked again, it answers with the version that the run registered.
/// </summary>
internal sealed class EvaluateVerb(TaskContext context)
{
    /// <summary>Does the task.</summary>
    /// <exception cref="TaskRefusedException">No model was fitted, or another one than the task says.</exception>
    /// <exception cref="StoreRefusedException">A file of the workspace is damaged, or the store cannot take the version.</exception>
    public async Task<EvaluateResult> RunAsync(EvaluateTask task, CancellationToken cancellationToken)
    {
        context.Progress.Begin("Loading");
        var (workspace, prepared) = await TrainingWorkspace.OpenAsync(task, task.Workspace, context, cancellationToken);
        var registry = new ModelRegistry(workspace.Store);
        if (await registry.ReadNewestAsync(prepared.Model, task.Owner, cancellationToken) is { } newest && newest.Card.RunId == task.RunId && newest.Card.Fingerprint == prepared.Fingerprint)
        {
            return await FinishAsync(task, registry, newest, cancellationToken);
        }

        var fitted = await ReadFittedAsync(task, workspace, cancellationToken);
        using var scratch = new ScratchFolder();
        await workspace.DownloadAsync(fitted.Files, WorkspaceLayout.ModelFolder, scratch.File("model"), cancellationToken);
        var rows = await TestRows.ReadAsync(workspace, prepared, scratch.File("test"), cancellationToken);
        using var model = ClassifierModel.Load(scratch.File("model"), context.Threads);

        context.Progress.Begin("Predicting");
        var probabilities = model.PredictProbabilities(rows.Texts, cancellationToken);
        var report = ClassificationMetrics.Compute(rows.Labels, probabilities, prepared.Labels);
        var metrics = new Dictionary<string, double>(report.Metrics, StringComparer.Ordinal) { [MetricNames.ModelBytes] = fitted.Files.Sum(file => file.Bytes) };
        foreach (var (name, value) in LatencyProbe.Measure(scratch.File("model"), rows.Texts, context, cancellationToken))
        {
            metrics[name] = value;
        }

        context.Progress.Begin("Bootstrapping");
        var intervals = Bootstrap.Intervals(
            rows.Labels, probabilities, prepared.Labels.Count, task.Evaluation.BootstrapSamples, Decimals.Value(task.Evaluation.Confidence), prepared.Seed, cancellationToken);
        context.Progress.Begin("Judging");
        var others = new OtherVersions(registry, prepared, rows, scratch, context);
        var gates = await others.JudgeAsync(task, metrics, cancellationToken);

        var trials = await ReadTrialsAsync(workspace, cancellationToken);
        var data = new ReportData
        {
            Model = prepared.Model,
            Created = context.Time.GetUtcNow(),
            Owner = task.Owner,
            RunId = task.RunId,
            Signature = ModelDescription.SignatureOf(prepared, fitted, model.TextField),
            Candidate = fitted.Trial.Candidate,
            Features = ModelDescription.FeaturesOf(prepared, fitted),
            Lineage = ModelDescription.LineageOf(prepared, trials),
            Evaluation = new ModelEvaluation { Objective = task.Objective.Metric, Metrics = metrics, Intervals = intervals, ConfusionMatrix = report.ConfusionMatrix },
            Confidence = task.Evaluation.Confidence,
            Gates = gates,
            Trials = trials,
            BestTrial = trials.Count > 0 ? fitted.Trial.Number : null,
            Curves = LabelCurves.Of(rows.Labels, probabilities, prepared.Labels),
            Contract = ModelDescription.ContractOf(await workspace.ReadAsync<ContractReport>(WorkspaceLayout.ContractFile, cancellationToken)),
        };
        return gates.All(gate => gate.Passed)
            ? await RegisterAsync(task, workspace, prepared, fitted, registry, data, cancellationToken)
            : await RefuseAsync(workspace, data, cancellationToken);
    }

    private static async Task<FittedModel> ReadFittedAsync(EvaluateTask task, TrainingWorkspace workspace, CancellationToken cancellationToken)
    {
        var fitted = await workspace.ReadAsync<FittedModel>(WorkspaceLayout.FittedFile, cancellationToken)
            ?? throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, $"{workspace.UriOf(WorkspaceLayout.FittedFile)} does not exist; run the train task with fit first");
        return fitted.Trial.Number == task.Best
            ? fitted
            : throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec, $"best ({task.Best}) is not the trial that was fitted ({fitted.Trial.Number}); run the train task with fit on trial {task.Best} first");
    }

    private static async Task<IReadOnlyList<TrialRecord>> ReadTrialsAsync(TrainingWorkspace workspace, CancellationToken cancellationToken)
    {
        var trials = new List<TrialRecord>();
        await foreach (var found in workspace.Store.ListAsync(workspace.Layout.File("trials/"), cancellationToken))
        {
            if (await workspace.ReadAsync<TrialRecord>(found.Key[workspace.Layout.Folder.Length..], cancellationToken) is { } trial)
            {
                trials.Add(trial);
            }
        }

        return [.. trials.OrderBy(trial => trial.Number)];
    }

    private async Task<EvaluateResult> RefuseAsync(TrainingWorkspace workspace, ReportData data, CancellationToken cancellationToken)
    {
        await workspace.PutAsync(WorkspaceLayout.ReportFile, (stream, cancel) => WriteReportAsync(stream, data, cancel), cancellationToken);
        foreach (var gate in data.Gates.Where(gate => !gate.Passed))
        {
            context.Log.GateFailed(gate.Name, gate.Metric, gate.Value ?? "unknown", gate.Bound);
        }

        return ResultOf(data.Evaluation, data.Gates, version: null, workspace.UriOf(WorkspaceLayout.ReportFile));
    }

    private async Task<EvaluateResult> RegisterAsync(
        EvaluateTask task, TrainingWorkspace workspace, PreparedDataset prepared, FittedModel fitted, ModelRegistry registry, ReportData data, CancellationToken cancellationToken)
    {
        context.Progress.Begin("Registering", fitted.Files.Count);
        var registration = await registry.RegisterAsync(prepared.Model, task.Owner, task.RunId, prepared.Fingerprint, data.Created, cancellationToken);
        if (registration.Registered is { } before)
        {
            return await FinishAsync(task, registry, before, cancellationToken);
        }

        var files = new List<ModelFile>();
        foreach (var file in fitted.Files)
        {
            var copied = await registration.CopyFileAsync(file.Path, workspace.Layout.File(WorkspaceLayout.ModelFolder + file.Path), cancellationToken);
            files.Add(copied == file ? copied : throw new StoreRefusedException($"{workspace.UriOf(WorkspaceLayout.ModelFolder + file.Path)} has changed since it was fitted; run the job again with annotation textops.dev/rerun"));
            context.Progress.Advance(1);
        }

        data = data with { Version = registration.Version };
        files.Add(await registration.PutFileAsync(WorkspaceLayout.ReportFile, (stream, cancel) => WriteReportAsync(stream, data, cancel), cancellationToken));
        files.Add(await registration.CopyFileAsync(WorkspaceLayout.ContractFile, workspace.Layout.File(WorkspaceLayout.ContractFile), cancellationToken));
        var registered = await registration.CommitAsync(ModelDescription.CardOf(data, registration.Version, prepared.Fingerprint, files), cancellationToken);
        context.Properties.Set(task, registered.Card.Version);
        context.Log.Registered(registered.Uri, registered.Digest);
        return await FinishAsync(task, registry, registered, cancellationToken);
    }

    /// <summary>What follows a registration, which may have been broken off there.</summary>
    private async Task<EvaluateResult> FinishAsync(EvaluateTask task, ModelRegistry registry, RegisteredModel registered, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        if (task.Alias is { } alias)
        {
            await registry.Aliases.TrySetAsync(registered, alias, AliasExpectation.Any, now, cancellationToken);
        }

        foreach (var removed in await registry.PruneAsync(registered.Card.Name, task.KeepVersions, now, cancellationToken))
        {
            context.Log.VersionRemoved(removed);
        }

        return ResultOf(registered.Card.Evaluation, registered.Card.Gates, RegisteredVersions.Of(registered), $"{registered.Uri}/{WorkspaceLayout.ReportFile}");
    }

    private static Task WriteReportAsync(Stream stream, ReportData data, CancellationToken cancellationToken) =>
        stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(ReportPage.Render(data)), cancellationToken).AsTask();

    private static EvaluateResult ResultOf(ModelEvaluation evaluation, IReadOnlyList<GateStatus> gates, RegisteredVersion? version, string report) => GateTexts.Fit(new EvaluateResult
    {
        Value = evaluation.Metrics.TryGetValue(evaluation.Objective, out var value) ? value : null,
        Accuracy = evaluation.Metrics[MetricNames.Accuracy],
        Gates = gates,
        Version = version,
        Report = report,
    });
}
