using TextOps.Artifacts.Training;
using TextOps.Learning.Families;
using TextOps.Learning.Matrices;
using TextOps.Runner.Datasets;
using TextOps.Runner.Workspaces;

namespace TextOps.Runner.Train;

/// <summary>What candidates see of splits: matrices and labels of a workspace, copied and compared with their digests when they are first needed.</summary>
/// <param name="folder">Local folder for the copies.</param>
internal sealed class TrialData(TrainingWorkspace workspace, PreparedDataset prepared, string folder)
{
    private readonly HashSet<string> copied = new(StringComparer.Ordinal);
    private readonly Dictionary<SplitName, (string Blocks, FeatureMatrix Features)> last = [];

    /// <summary>The blocks that a candidate sees: those it names, else all that its family takes; in the order of the pipeline.</summary>
    /// <exception cref="TrainingException">There is none, or one that its family does not take.</exception>
    public static IReadOnlyList<PreparedBlock> BlocksOf(Crds.TrainingRuns.Candidate candidate, IClassifierTrainer trainer, IReadOnlyList<PreparedBlock> blocks)
    {
        var seen = candidate.Features is { } names
            ? blocks.Where(block => names.Contains(block.Name, StringComparer.Ordinal)).ToList()
            : [.. blocks.Where(block => trainer.TakesSparse || !block.Sparse)];
        return seen.Count == 0 ? throw new TrainingException($"candidate '{candidate.Name}' sees no block of features; name some in features")
            : !trainer.TakesSparse && seen.Find(block => block.Sparse) is { } sparse
                ? throw new TrainingException($"candidate '{candidate.Name}' takes dense blocks only, and '{sparse.Name}' is sparse; leave it out of its features")
            : seen;
    }

    /// <summary>A split's rows as blocks see them.</summary>
    public async Task<FeatureMatrix> FeaturesAsync(SplitName split, IReadOnlyList<PreparedBlock> blocks, CancellationToken cancellationToken)
    {
        // Trials of one candidate follow each other, and see the same.
        var key = string.Join(',', blocks.Select(block => block.Name));
        if (last.TryGetValue(split, out var found) && found.Blocks == key)
        {
            return found.Features;
        }

        var name = SplitNames.Text(split);
        await CopyAsync([.. blocks.SelectMany(block => WorkspaceLayout.FeatureFiles(block.Name, name, block.Sparse))], cancellationToken);
        var features = await SplitFiles.ReadAsync(folder, blocks, name, cancellationToken);
        last[split] = (key, features);
        return features;
    }

    /// <summary>Numbers of a split's labels.</summary>
    public Task<int[]> LabelsAsync(SplitName split, CancellationToken cancellationToken) => NumbersAsync(WorkspaceLayout.LabelsFile(SplitNames.Text(split)), cancellationToken);

    /// <summary>Numbers of the groups of the training split's rows.</summary>
    public Task<int[]> GroupsAsync(CancellationToken cancellationToken) => NumbersAsync(WorkspaceLayout.GroupsFile, cancellationToken);

    private async Task<int[]> NumbersAsync(string path, CancellationToken cancellationToken)
    {
        await CopyAsync([path], cancellationToken);
        return await SplitFiles.ReadNumbersAsync(folder, path, cancellationToken);
    }

    private async Task CopyAsync(string[] paths, CancellationToken cancellationToken)
    {
        var files = prepared.Files.Where(file => paths.Contains(file.Path, StringComparer.Ordinal) && copied.Add(file.Path)).ToList();
        await workspace.DownloadAsync(files, below: "", folder, cancellationToken);
    }
}
