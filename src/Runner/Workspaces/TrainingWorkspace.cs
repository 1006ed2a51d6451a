using System.Text.Json;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Training;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Workspaces;

/// <summary>The workspace of a run in the registry's store: what tasks hand to each other.</summary>
internal sealed class TrainingWorkspace(IObjectStore store, string folder)
{
    private const string Remake = "run the job again with annotation textops.dev/rerun";

    /// <summary>The store.</summary>
    public IObjectStore Store { get; } = store;

    /// <summary>Key of the folder, without a '/' at its end.</summary>
    public string Folder { get; } = folder;

    /// <summary>Where the files lie.</summary>
    public WorkspaceLayout Layout { get; } = new(folder);

    /// <summary>URI of the folder.</summary>
    public string Uri { get; } = store.UriOf(folder);

    /// <summary>Opens the workspace that a task names, which must be its own run's, and reads what was prepared.</summary>
    /// <exception cref="TaskRefusedException">The task names no workspace of its model, or another run's, or nothing was prepared there.</exception>
    public static async Task<(TrainingWorkspace Workspace, PreparedDataset Prepared)> OpenAsync(TaskDocument task, string folder, TaskContext context, CancellationToken cancellationToken)
    {
        if (!folder.StartsWith(WorkspaceLayout.FolderOf(task.Output.Name), StringComparison.Ordinal) || !ObjectKey.IsKey(folder))
        {
            throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec, $"workspace ({folder}) is no folder below {WorkspaceLayout.FolderOf(task.Output.Name)}; take the one that the prepare task answers");
        }

        var workspace = new TrainingWorkspace(context.OpenStore(task.Output.Uri, context.Time), folder);
        var prepared = await workspace.ReadPreparedAsync(cancellationToken)
            ?? throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec, $"{workspace.UriOf(WorkspaceLayout.PreparedFile)} does not exist; run the prepare task first, and take the workspace that it answers");
        return prepared.RunId == task.RunId && prepared.Owner == task.Owner && prepared.Model == task.Output.Name
            ? (workspace, prepared)
            : throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec,
                $"{workspace.UriOf(WorkspaceLayout.PreparedFile)} is of run {prepared.RunId} of {prepared.Owner.Namespace}/{prepared.Owner.Name}, and the task of run {task.RunId} of "
                + $"{task.Owner.Namespace}/{task.Owner.Name}; run the prepare task of that run first");
    }

    /// <summary>URI of a file.</summary>
    public string UriOf(string path) => Store.UriOf(Layout.File(path));

    /// <summary>What was prepared; null where that is not finished.</summary>
    public Task<PreparedDataset?> ReadPreparedAsync(CancellationToken cancellationToken) => ReadAsync<PreparedDataset>(WorkspaceLayout.PreparedFile, cancellationToken);

    /// <summary>Reads a document; null where there is none.</summary>
    public Task<T?> ReadAsync<T>(string path, CancellationToken cancellationToken)
        where T : class => JsonDocuments.ReadAsync<T>(Store, Layout.File(path), Remake, cancellationToken);

    /// <summary>Writes a document.</summary>
    public Task WriteAsync<T>(string path, T document, CancellationToken cancellationToken)
        where T : class => JsonDocuments.WriteAsync(Store, Layout.File(path), document, PutCondition.None, cancellationToken);

    /// <summary>Creates a document; false where it is there already.</summary>
    public async Task<bool> TryCreateAsync<T>(string path, T document, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            await JsonDocuments.WriteAsync(Store, Layout.File(path), document, PutCondition.IfNoneMatch, cancellationToken);
            return true;
        }
        catch (PreconditionFailedException)
        {
            return false;
        }
    }

    /// <summary>Writes a file; describes it by size and digest.</summary>
    public async Task<ModelFile> PutAsync(string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var (bytes, sha256) = await Store.PutWithDigestAsync(Layout.File(path), write, PutCondition.None, cancellationToken);
        return new ModelFile { Path = path, Bytes = bytes, Sha256 = sha256 };
    }

    /// <summary>Writes lines of JSON.</summary>
    public Task<ModelFile> PutLinesAsync<T>(string path, IEnumerable<T> lines, CancellationToken cancellationToken) => PutAsync(
        path,
        async (stream, cancel) =>
        {
            foreach (var line in lines)
            {
                await JsonSerializer.SerializeAsync(stream, line, Json.Strict, cancel);
                await stream.WriteAsync("\n"u8.ToArray(), cancel);
            }
        },
        cancellationToken);

    /// <summary>Copies a local folder into a folder of the workspace (with a '/' at its end); paths are those in the workspace.</summary>
    public async Task<IReadOnlyList<ModelFile>> PutFolderAsync(string local, string folder, CancellationToken cancellationToken)
    {
        var source = new FileObjectStore(local);
        var files = new List<ModelFile>();
        await foreach (var found in source.ListAsync("", cancellationToken))
        {
            files.Add(await PutAsync(
                folder + found.Key,
                async (stream, cancel) =>
                {
                    await using var content = await source.OpenReadAsync(found.Key, offset: 0, cancel);
                    await content.CopyToAsync(stream, cancel);
                },
                cancellationToken));
        }

        return files;
    }

    /// <summary>Whether all files are there in their sizes.</summary>
    public async Task<bool> HasAsync(IEnumerable<ModelFile> files, CancellationToken cancellationToken)
    {
        var missing = files.ToDictionary(file => Layout.File(file.Path), file => file.Bytes, StringComparer.Ordinal);
        await foreach (var found in Store.ListAsync(Layout.Folder, cancellationToken))
        {
            if (missing.TryGetValue(found.Key, out var bytes) && bytes == found.Bytes)
            {
                missing.Remove(found.Key);
            }
        }

        return missing.Count == 0;
    }

    /// <summary>Copies files into a local folder, each compared with its size and digest.</summary>
    /// <param name="below">The folder of the workspace that paths are relative to, with a '/' at its end; empty for the workspace's own.</param>
    /// <exception cref="StoreRefusedException">One is missing or differs; the message names it.</exception>
    public Task DownloadAsync(IEnumerable<ModelFile> files, string below, string target, CancellationToken cancellationToken) =>
        new VersionContent(Store, Layout.File(below), [.. files.Select(file => new ContentFile(file.Path, file.Bytes, file.Sha256))]).DownloadAsync(target, cancellationToken);
}
