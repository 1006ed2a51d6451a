namespace TextOps.Runner.Text;

/// <summary>
/// Files of this machine. Links to files are followed (mounted ConfigMaps consist of them), links to folders are not: they may lead in circles, or out of the
/// folder that was given.
/// </summary>
/// <param name="uriToPath">The path that a <c>file://</c> URI means; <see cref="ArgumentException"/> or <see cref="FormatException"/> where it means none.</param>
internal sealed class LocalSourceFiles(Func<string, string> uriToPath) : ISourceFiles
{
    public Task<long?> FileBytesAsync(string uri, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(uri));
        return Task.FromResult(file.Exists ? BytesOf(file) : (long?)null);
    }

    public Task<bool> FolderExistsAsync(string uri, CancellationToken cancellationToken) => Task.FromResult(Directory.Exists(PathOf(uri)));

    public IAsyncEnumerable<SourceFile> ListAsync(string folderUri, CancellationToken cancellationToken) => List(folderUri, cancellationToken).ToAsyncEnumerable();

    private static long BytesOf(FileInfo file)
    {
        // A link's own length is that of the path it holds.
        var target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
        return target is { Exists: true } ? target.Length : 0;
    }

    private IEnumerable<SourceFile> List(string folderUri, CancellationToken cancellationToken)
    {
        var prefix = folderUri.EndsWith('/') ? folderUri : folderUri + "/";
        var folders = new Stack<(DirectoryInfo Folder, string Uri)>();
        folders.Push((new DirectoryInfo(PathOf(folderUri)), prefix));
        while (folders.TryPop(out var next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            FileSystemInfo[] entries;
            try
            {
                entries = next.Folder.GetFileSystemInfos();
            }
            catch (UnauthorizedAccessException exception)
            {
                throw new InputException($"{next.Uri} may not be read: {exception.Message} Let the runner's user read the folder", exception);
            }

            foreach (var entry in entries)
            {
                if (entry is FileInfo file && file.Exists)
                {
                    yield return new(next.Uri + file.Name, BytesOf(file));
                }
                else if (entry is DirectoryInfo { LinkTarget: null } folder)
                {
                    folders.Push((folder, $"{next.Uri}{folder.Name}/"));
                }
            }
        }
    }

    private string PathOf(string uri)
    {
        if (!uri.StartsWith("file://", StringComparison.Ordinal))
        {
            throw new InputException($"spec.source.uri {uri} cannot be read; give a file:// URI");
        }

        try
        {
            return uriToPath(uri);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new InputException($"spec.source.uri {uri} names no file: {exception.Message}", exception);
        }
    }
}
