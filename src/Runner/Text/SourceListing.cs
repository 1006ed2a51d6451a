namespace TextOps.Runner.Text;

/// <summary>Finds the files that a source consists of.</summary>
internal sealed class SourceListing(ISourceFiles files)
{
    private const int NamesInMessage = 3;

    /// <summary>
    /// The files of a source in ordinal order of URIs. A URI that names a file is that file, one that names a folder all files below it whose
    /// names end as files of the format do, and one with wildcards (<see cref="GlobPattern"/>) all files that match. Passed over are hidden
    /// files and folders, those of unfinished writes among them, and files of no bytes: there is nothing to read in them, and pipes and
    /// devices look like that too.
    /// </summary>
    /// <exception cref="InputException">There is no such file, no byte to read, or a file whose format is not known.</exception>
    public async Task<IReadOnlyList<SourceFile>> ListAsync(SourcePattern source, CancellationToken cancellationToken)
    {
        var found = await FindAsync(source, cancellationToken);
        found.Sort((one, other) => string.CompareOrdinal(one.Uri, other.Uri));
        foreach (var file in found)
        {
            source.Check(file.Uri);
        }

        if (found.TrueForAll(file => file.Bytes == 0))
        {
            throw new InputException($"{source.Field} {source.Uri} is empty ({Files(found.Count)}, 0 bytes); put texts there, or correct the URI");
        }

        found.RemoveAll(file => file.Bytes == 0);
        return found;
    }

    private static string Files(int count) => count == 1 ? "1 file" : $"{count} files";

    private static bool IsHidden(string path) => path.StartsWith('.') || path.Contains("/.", StringComparison.Ordinal);

    private async Task<List<SourceFile>> FindAsync(SourcePattern source, CancellationToken cancellationToken)
    {
        var uri = source.Uri;
        if (!uri.EndsWith('/') && await files.FileBytesAsync(uri, cancellationToken) is { } bytes)
        {
            return [new(uri, bytes)];
        }

        if (await files.FolderExistsAsync(uri, cancellationToken))
        {
            return await ListFolderAsync(
                uri,
                path => !IsHidden(path) && source.Takes(path),
                seen => $"{source.Field} {uri} holds no file whose name ends with {source.Endings} ({seen}); "
                    + $"for other names set {source.FormatField} and give a pattern such as {uri.TrimEnd('/')}/*",
                cancellationToken);
        }

        var wildcard = GlobPattern.FirstWildcard(uri);
        if (wildcard < 0)
        {
            throw new InputException($"{source.Field} {uri} does not exist; correct the path, or mount the volume that holds it into the runner");
        }

        var folder = uri[..(uri.LastIndexOf('/', wildcard) + 1)];
        var pattern = new GlobPattern(uri[folder.Length..]);
        if (!await files.FolderExistsAsync(folder, cancellationToken))
        {
            throw new InputException($"{source.Field} {uri} matches nothing: {folder} does not exist; "
                + "correct the path, or mount the volume that holds it into the runner");
        }

        return await ListFolderAsync(
            folder,
            pattern.Matches,
            seen => $"{source.Field} {uri} matches no file ({seen}); correct the pattern, ** stands for any number of folders",
            cancellationToken);
    }

    private async Task<List<SourceFile>> ListFolderAsync(string folder, Predicate<string> takes, Func<string, string> nothing, CancellationToken cancellationToken)
    {
        var prefix = folder.EndsWith('/') ? folder : folder + "/";
        var found = new List<SourceFile>();
        var others = new SortedSet<string>(StringComparer.Ordinal);
        var otherCount = 0;
        await foreach (var file in files.ListAsync(folder, cancellationToken))
        {
            var path = file.Uri[prefix.Length..];
            if (takes(path))
            {
                found.Add(file);
                continue;
            }

            otherCount++;
            others.Add(path);
            if (others.Count > NamesInMessage)
            {
                others.Remove(others.Max!);
            }
        }

        if (found.Count > 0)
        {
            return found;
        }

        var more = otherCount > others.Count ? $" and {otherCount - others.Count} more" : "";
        throw new InputException(nothing(otherCount == 0 ? $"no file is in {folder}" : $"seen in {folder}: {string.Join(", ", others)}{more}"));
    }
}
