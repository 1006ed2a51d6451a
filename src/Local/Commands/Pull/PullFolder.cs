using TextOps.Artifacts.Stores;

namespace TextOps.Local.Commands.Pull;

/// <summary>The folder that a version is copied into: it appears with the whole version in it, or stays as it was.</summary>
internal sealed class PullFolder
{
    /// <summary>Names the folder.</summary>
    /// <exception cref="UsageException">It is a file, or the current folder.</exception>
    public PullFolder(string path)
    {
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));

        // The folder itself, where it is a link to one.
        Path = Directory.Exists(Path) ? new DirectoryInfo(Path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path : Path;
        if (Path == Directory.GetCurrentDirectory())
        {
            throw new UsageException($"DIR {Path} is the folder that you are in, and a copy takes the place of DIR; name a folder below it");
        }

        if (File.Exists(Path))
        {
            throw new UsageException($"DIR {Path} is a file; name a folder, or move the file away");
        }
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Path { get; }

    /// <summary>Copies a version into a folder beside this one and renames that; false where this one holds the version already.</summary>
    /// <exception cref="UsageException">The folder holds something else.</exception>
    /// <exception cref="StoreRefusedException">The version is damaged, or was removed while it was copied. Nothing is left of it.</exception>
    public async Task<bool> FillAsync(IVersionSource source, CancellationToken cancellationToken)
    {
        if (Directory.Exists(Path) && Directory.EnumerateFileSystemEntries(Path).Any())
        {
            return await source.Content.IsInAsync(Path, cancellationToken)
                ? false
                : throw new UsageException($"DIR {Path} is not empty, and not {source.Title}; name another folder, or empty this one");
        }

        var parent = System.IO.Path.GetDirectoryName(Path) ?? throw new UsageException($"DIR {Path} cannot be replaced; name a folder below it");
        var temporary = System.IO.Path.Combine(parent, $".{System.IO.Path.GetFileName(Path)}.pull-{Guid.NewGuid():N}");
        Directory.CreateDirectory(temporary);
        try
        {
            await CopyAsync(source, temporary, cancellationToken);
            if (Directory.Exists(Path))
            {
                // Refused where somebody put something there in the meantime.
                Directory.Delete(Path);
            }

            Directory.Move(temporary, Path);
            return true;
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private static async Task CopyAsync(IVersionSource source, string folder, CancellationToken cancellationToken)
    {
        try
        {
            await source.Content.DownloadAsync(folder, cancellationToken);
        }
        catch (StoreRefusedException exception)
        {
            if (await source.IsThereAsync(cancellationToken))
            {
                throw;
            }

            throw new StoreRefusedException($"{source.Title} was removed while it was copied: pruned, or deleted by hand; pull a version that is there", exception);
        }
    }
}
