using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Training;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Learning.Features;
using TextOps.Runner.Datasets;
using TextOps.Runner.Logging;
using TextOps.Runner.Plan;
using TextOps.Runner.Prepare.Contract;
using TextOps.Runner.Prepare.Splits;
using TextOps.Runner.Tasks;
using TextOps.Runner.Text;
using TextOps.Runner.Workspaces;

namespace TextOps.Runner.Prepare;

/// <summary>
/// Prepares a training run: reads and checks the dataset, splits it, fits the features on the training split and writes all of it to the run's workspace; or finds that
/// the owner's newest version is up to date. A workspace that is whole already is answered.
/// </summary>
internal sealed class PrepareVerb(TaskContext context)
{
    /// <summary>Does the task.</summary>
    /// <exception cref="InputException">Nothing can be learned from the dataset; the report of the contract is written all the same.</exception>
    /// <exception cref="TaskRefusedException">An encoder cannot be used, or a metric names a label that there is not.</exception>
    /// <exception cref="StoreRefusedException">The store cannot take a workspace, or the version of embeddings is not there.</exception>
    public async Task<PrepareResult> RunAsync(PrepareTask task, CancellationToken cancellationToken)
    {
        var store = context.OpenStore(task.Output.Uri, context.Time);
        await StoreProbe.CheckAsync(store, WorkspaceLayout.FolderOf(task.Output.Name), cancellationToken);
        var inputs = await DatasetInputs.PinAsync(task.Dataset, task.Embeddings, context.Progress, context.Time, cancellationToken);
        context.Progress.Begin("LoadingModels");
        using var encoders = await BlockEncoders.LoadAsync(task.Features, inputs.Plan, cancellationToken);
        var fingerprint = TrainingFingerprint.Of(task, inputs, encoders.Digests);
        var workspace = new TrainingWorkspace(store, WorkspaceLayout.FolderOf(task.Output.Name, task.Owner, task.RunId, fingerprint));
        foreach (var removed in await WorkspaceRemoval.RemoveOldAsync(store, task, workspace.Folder, context.Time.GetUtcNow(), cancellationToken))
        {
            context.Log.WorkspaceRemoved(removed);
        }

        if (await new UpToDateVersion(store, context).FindAsync(task, fingerprint, cancellationToken) is { } upToDate)
        {
            return upToDate;
        }

        if (await workspace.ReadPreparedAsync(cancellationToken) is { } before)
        {
            if (before.Fingerprint == fingerprint && await workspace.HasAsync(before.Files, cancellationToken))
            {
                context.Log.PreparedBefore(workspace.Uri);
                return ResultOf(workspace, before);
            }

            // It has lost files, and is made again.
            await store.DeleteAsync(workspace.Layout.File(WorkspaceLayout.PreparedFile), cancellationToken);
        }

        var owner = new WorkspaceOwner { Owner = task.Owner, RunId = task.RunId, Created = context.Time.GetUtcNow() };
        await workspace.TryCreateAsync(WorkspaceLayout.OwnerFile, owner, cancellationToken);
        var examined = await ExamineAsync(task, inputs, workspace, cancellationToken);
        MetricLabels.Check(task, examined.Labels);
        var prepared = await WriteAsync(task, inputs, encoders, fingerprint, workspace, examined, cancellationToken);
        var result = ResultOf(workspace, prepared);
        context.Log.Prepared(workspace.Uri, result.Train, result.Validation, result.Test, result.Rejected, result.Columns);
        return result;
    }

    private async Task<ExaminedDataset> ExamineAsync(PrepareTask task, DatasetInputs inputs, TrainingWorkspace workspace, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var contract = new DatasetContract(task.Dataset, SplitNeeds.Of(task.Candidates, task.Search), violations);
        var rows = inputs.ReadAsync(new DatasetFields(task.Dataset), context.Progress, cancellationToken);
        var examined = await contract.ExamineAsync(rows, rejected => context.Progress.Read(1, rejected ? 1 : 0), cancellationToken);

        await workspace.PutLinesAsync(WorkspaceLayout.ViolationsFile, violations.Listed, cancellationToken);
        await workspace.WriteAsync(WorkspaceLayout.ContractFile, examined.Report, cancellationToken);
        var list = workspace.UriOf(WorkspaceLayout.ViolationsFile);
        foreach (var (reason, count) in examined.Report.Rejected)
        {
            context.Log.RowsRejected(count, examined.Report.Rows, reason, list);
        }

        foreach (var warning in examined.Report.Warnings)
        {
            context.Log.DatasetWarning(warning);
        }

        return examined.Refusal is { } refusal
            ? throw new InputException($"{refusal}. The report is {workspace.UriOf(WorkspaceLayout.ContractFile)}")
            : examined;
    }

    private async Task<PreparedDataset> WriteAsync(
        PrepareTask task, DatasetInputs inputs, BlockEncoders encoders, string fingerprint, TrainingWorkspace workspace, ExaminedDataset examined, CancellationToken cancellationToken)
    {
        var writer = new DatasetWriter(task.Dataset, workspace, examined);
        var splits = SplitNames.All.Where(split => writer.TextsOf(split).Count > 0).ToList();
        context.Progress.Begin("FittingFeatures", splits.Count * task.Features.Count);
        var (pipeline, training) = FeaturePipeline.Fit(task.Features, writer.TextsOf(SplitName.Train), encoders.Encoders, cancellationToken);
        using (pipeline)
        {
            var files = new List<ModelFile>(await writer.WriteRowsAsync(cancellationToken));
            foreach (var split in splits)
            {
                foreach (var block in pipeline.Blocks)
                {
                    var features = split == SplitName.Train ? training[block.Name] : pipeline.Transform(block.Name, writer.TextsOf(split), cancellationToken);
                    files.AddRange(await SplitFiles.WriteAsync(workspace, block.Name, SplitNames.Text(split), features, cancellationToken));
                    context.Progress.Advance(1);
                }
            }

            using (var scratch = new ScratchFolder())
            {
                pipeline.Save(scratch.Path, writer.TextField, examined.Labels);
                files.AddRange(await workspace.PutFolderAsync(scratch.Path, WorkspaceLayout.PipelineFolder, cancellationToken));
            }

            var prepared = new PreparedDataset
            {
                ApiVersion = ApiGroup.GroupVersion,
                Owner = task.Owner,
                RunId = task.RunId,
                Trigger = task.Trigger,
                Model = task.Output.Name,
                Fingerprint = fingerprint,
                DataFingerprint = writer.Fingerprint(),
                Created = context.Time.GetUtcNow(),
                Dataset = task.Dataset,
                Embeddings = task.Embeddings,
                Inputs = inputs.Digests,
                Features = task.Features,
                Blocks = [.. pipeline.Blocks.Select(block => new PreparedBlock { Name = block.Name, Sparse = block.IsSparse, Columns = block.Columns })],
                Labels = examined.Labels,
                Rows = examined.Report.Splits,
                TrainLabels = examined.Report.Classes.ToDictionary(one => one.Label, one => one.Rows[SplitNames.Text(SplitName.Train)], StringComparer.Ordinal),
                Rejected = examined.Report.Rejected.Values.Sum(),
                Seed = task.Search.Seed,
                Files = files,
            };
            // Another attempt of the run may have been faster; it prepared the same.
            return await workspace.TryCreateAsync(WorkspaceLayout.PreparedFile, prepared, cancellationToken)
                ? prepared
                : await workspace.ReadPreparedAsync(cancellationToken) ?? throw new IOException($"{workspace.UriOf(WorkspaceLayout.PreparedFile)} was removed while it was written");
        }
    }

    private static PrepareResult ResultOf(TrainingWorkspace workspace, PreparedDataset prepared) => new()
    {
        UpToDate = false,
        Workspace = workspace.Folder,
        Report = workspace.UriOf(WorkspaceLayout.ContractFile),
        Rows = prepared.Rows.Values.Sum(),
        Rejected = prepared.Rejected,
        Train = prepared.Rows[SplitNames.Text(SplitName.Train)],
        Validation = prepared.Rows[SplitNames.Text(SplitName.Validation)],
        Test = prepared.Rows[SplitNames.Text(SplitName.Test)],
        Labels = prepared.Labels.Count,
        Columns = prepared.Blocks.Sum(block => block.Columns),
    };
}
