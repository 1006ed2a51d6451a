namespace TextOps.Runner.Text;

/// <summary>What a source may consist of, by URI: a file system, or a store of objects.</summary>
internal interface ISourceFiles
{
    /// <summary>Size of a file, in bytes; null where there is no such file.</summary>
    /// <exception cref="InputException">The URI can be none of these files'.</exception>
    Task<long?> FileBytesAsync(string uri, CancellationToken cancellationToken);

    /// <summary>Whether there is such a folder.</summary>
    Task<bool> FolderExistsAsync(string uri, CancellationToken cancellationToken);

    /// <summary>Opens a file to read it once, from <paramref name="offset"/> (bytes) on.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InputException">The file may not be read.</exception>
    Task<Stream> OpenAsync(string uri, long offset, CancellationToken cancellationToken);

    /// <summary>All files below a folder, in any order; a file's URI is the folder's, '/' where that does not end with one, and its path.</summary>
    IAsyncEnumerable<SourceFile> ListAsync(string folderUri, CancellationToken cancellationToken);
}

/// <summary>A file that a source consists of.</summary>
/// <param name="Uri">Its URI, spelled as the source is.</param>
/// <param name="Bytes">Its size, in bytes.</param>
internal readonly record struct SourceFile(string Uri, long Bytes);
