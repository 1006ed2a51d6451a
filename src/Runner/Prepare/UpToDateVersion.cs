using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Training;
using TextOps.Crds.Tasks;
using TextOps.Runner.Datasets;
using TextOps.Runner.Logging;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Prepare;

/// <summary>Finds that there is nothing to do: the owner's newest version was made of the same data and settings.</summary>
internal sealed class UpToDateVersion(IObjectStore store, TaskContext context)
{
    private const string Repair = "remove the version, or restore it from a copy of the store";

    private readonly ModelRegistry registry = new(store);

    /// <summary>The answer, where that is so; the alias is set to it where it names no version.</summary>
    public async Task<PrepareResult?> FindAsync(PrepareTask task, string fingerprint, CancellationToken cancellationToken)
    {
        if (await registry.ReadNewestAsync(task.Output.Name, task.Owner, cancellationToken) is not { Card.Lineage: { } lineage } newest || newest.Card.Fingerprint != fingerprint)
        {
            return null;
        }

        if (task.Alias is { } alias)
        {
            await registry.Aliases.TrySetAsync(newest, alias, AliasExpectation.None, context.Time.GetUtcNow(), cancellationToken);
        }

        context.Properties.Set(task, newest.Card.Version);
        context.Log.UpToDate(newest.Uri);
        var (card, folder) = (newest.Card, new ModelLayout(task.Output.Name).VersionFolder(newest.Card.Version));
        var contract = await JsonDocuments.ReadAsync<ContractReport>(store, folder + WorkspaceLayout.ContractFile, Repair, cancellationToken);
        return new PrepareResult
        {
            UpToDate = true,
            Workspace = folder[..^1],
            Report = store.UriOf(folder + WorkspaceLayout.ContractFile),
            Rows = lineage.Rows.Values.Sum(),
            Rejected = contract?.Rejected.Values.Sum() ?? 0,
            Train = lineage.Rows.GetValueOrDefault(SplitNames.Text(SplitName.Train)),
            Validation = lineage.Rows.GetValueOrDefault(SplitNames.Text(SplitName.Validation)),
            Test = lineage.Rows.GetValueOrDefault(SplitNames.Text(SplitName.Test)),
            Labels = card.Signature.Labels.Count,
            Columns = 0,
            Version = RegisteredVersions.Of(newest),
        };
    }
}
