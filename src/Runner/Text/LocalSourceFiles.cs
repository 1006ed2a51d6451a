using TextOps.Artifacts.Stores;

namespace TextOps.Runner.Text;

/// <summary>
/// Files of this machine. Links to files are followed (mounted ConfigMaps consist of them), links to folders are not: they may lead in circles, or out of the
/// folder that was given.
/// </summary>
/// <param name="field">The field that names the files, for messages.</param>
internal sealed class LocalSourceFiles(string field = "spec.source.uri") : ISourceFiles
{
    public Task<long?> FileBytesAsync(string uri, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(uri, field));
        return Task.FromResult(file.Exists ? BytesOf(file) : (long?)null);
    }

    public Task<bool> FolderExistsAsync(string uri, CancellationToken cancellationToken) => Task.FromResult(Directory.Exists(PathOf(uri, field)));

    public IAsyncEnumerable<SourceFile> ListAsync(string folderUri, CancellationToken cancellationToken) => List(folderUri, field, cancellationToken).ToAsyncEnumerable();

    public Task<Stream> OpenAsync(string uri, long offset, CancellationToken cancellationToken) => Task.FromResult<Stream>(Open(uri, offset, field));

    /// <summary>When a file was written to last.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InputException">The file may not be read.</exception>
    public DateTime WrittenAt(string uri)
    {
        // Asked of the open file, because a path may be that of a link.
        using var file = Open(uri, offset: 0, field);
        return File.GetLastWriteTimeUtc(file.SafeFileHandle);
    }

    private static FileStream Open(string uri, long offset, string field)
    {
        try
        {
            // The reader has a buffer of its own.
            var options = new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan };
            return new FileStream(PathOf(uri, field), options) { Position = offset };
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

    private static IEnumerable<SourceFile> List(string folderUri, string field, CancellationToken cancellationToken)
    {
        var prefix = folderUri.EndsWith('/') ? folderUri : folderUri + "/";
        var folders = new Stack<(DirectoryInfo Folder, string Uri)>();
        folders.Push((new DirectoryInfo(PathOf(folderUri, field)), prefix));
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

    private static string PathOf(string uri, string field)
    {
        try
        {
            return FileUri.ToPath(uri);
        }
        catch (StoreRefusedException exception)
        {
            throw new InputException($"{field}: {exception.Message}", exception);
        }
    }
}
