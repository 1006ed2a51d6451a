using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Training;
using TextOps.Crds.Tasks;

namespace TextOps.Runner.Workspaces;

/// <summary>Removes workspaces that nobody works in any more.</summary>
internal static class WorkspaceRemoval
{
    /// <summary>How long nothing was written to a workspace that is removed.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromDays(1);

    /// <summary>Removes the idle workspaces of a task's model and owner, but not <paramref name="kept"/>; answers their URIs.</summary>
    public static async Task<IReadOnlyList<string>> RemoveOldAsync(IObjectStore store, TaskDocument task, string kept, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var folder = WorkspaceLayout.FolderOf(task.Output.Name);
        var removed = new List<string>();
        var names = await store.ListFoldersAsync(folder, cancellationToken).ToListAsync(cancellationToken);
        foreach (var workspace in names.Select(name => new TrainingWorkspace(store, folder + name)))
        {
            if (workspace.Folder != kept
                && await OwnerAsync(workspace, cancellationToken) == task.Owner
                && !await store.WasWrittenSinceAsync(workspace.Layout.Folder, now - Idle, cancellationToken))
            {
                await RemoveAsync(workspace, cancellationToken);
                removed.Add(store.UriOf(workspace.Folder));
            }
        }

        return removed;
    }

    private static async Task<TaskOwner?> OwnerAsync(TrainingWorkspace workspace, CancellationToken cancellationToken)
    {
        try
        {
            return (await workspace.ReadAsync<WorkspaceOwner>(WorkspaceLayout.OwnerFile, cancellationToken))?.Owner;
        }
        catch (StoreRefusedException)
        {
            // Nobody knows whose it is, so it stays; this run need not fail for it.
            return null;
        }
    }

    private static async Task RemoveAsync(TrainingWorkspace workspace, CancellationToken cancellationToken)
    {
        // What makes it whole goes first, what says whose it is last: a broken-off removal is gone on with.
        await workspace.Store.DeleteAsync(workspace.Layout.File(WorkspaceLayout.PreparedFile), cancellationToken);
        var keys = await workspace.Store.ListAsync(workspace.Layout.Folder, cancellationToken).Select(found => found.Key).ToListAsync(cancellationToken);
        foreach (var key in keys.OrderBy(key => key == workspace.Layout.File(WorkspaceLayout.OwnerFile)))
        {
            await workspace.Store.DeleteAsync(key, cancellationToken);
        }
    }
}
