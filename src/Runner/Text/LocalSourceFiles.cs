using TextOps.Artifacts.Stores;

namespace TextOps.Runner.Text;

/// <summary>
/// Files of this machine. Links to files are followed (mounted ConfigMaps consist of them), links to folders are not: they may lead in circles, or out of the
/// folder that was given.
/// </summary>
internal sealed class LocalSourceFiles : ISourceFiles
{
    public Task<long?> FileBytesAsync(string uri, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(uri));
        return Task.FromResult(file.Exists ? BytesOf(file) : (long?)null);
    }

    public Task<bool> FolderExistsAsync(string uri, CancellationToken cancellationToken) => Task.FromResult(Directory.Exists(PathOf(uri)));

    public IAsyncEnumerable<SourceFile> ListAsync(string folderUri, CancellationToken cancellationToken) => List(folderUri, cancellationToken).ToAsyncEnumerable();

    public Task<Stream> OpenAsync(string uri, long offset, CancellationToken cancellationToken) => Task.FromResult<Stream>(Open(uri, offset));

    /// <summary>When a file was written to last.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InputException">The file may not be read.</exception>
    public static DateTime WrittenAt(string uri)
    {
        // Asked of the open file, because a path may be that of a link.
        using var file = Open(uri, offset: 0);
        return File.GetLastWriteTimeUtc(file.SafeFileHandle);
    }

    private static FileStream Open(string uri, long offset)
    {
        try
        {
            // The reader has a buffer of its own.
            var options = new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan };
            return new FileStream(PathOf(uri), options) { Position = offset };
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new InputException($"{uri} may not be read: {exception.Message} Let the runner's user read the file", exception);
        }
    }

    private static long BytesOf(FileInfo file)
    {
        // A link's own length is that of the path it holds.
        var target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
        return target is { Exists: true } ? target.Length : 0;
    }

    private static IEnumerable<SourceFile> List(string folderUri, CancellationToken cancellationToken)
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
                    yield return new(next.Uri + FileUri.Escape(file.Name), BytesOf(file));
                }
                else if (entry is DirectoryInfo { LinkTarget: null } folder)
                {
                    folders.Push((folder, $"{next.Uri}{FileUri.Escape(folder.Name)}/"));
                }
            }
        }
    }

    private static string PathOf(string uri)
    {
        try
        {
            return FileUri.ToPath(uri);
        }
        catch (StoreRefusedException exception)
        {
            throw new InputException($"spec.source.uri: {exception.Message}", exception);
        }
    }
}
