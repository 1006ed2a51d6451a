using System.IO.Enumeration;

namespace TextOps.Artifacts.Stores;

/// <summary>The folders and files below a root, reached without following a symbolic link.</summary>
internal sealed class FileTree(string root)
{
    /// <summary>What names of files start with that are not objects: unfinished ones and locks.</summary>
    public const string TemporaryPrefix = ".tmp-";

    private enum Kind
    {
        Missing,
        File,
        Folder,
    }

    /// <summary>Absolute path of an object's file, whether or not it is there.</summary>
    /// <exception cref="ArgumentException"><paramref name="key"/> is no key, or one that a temporary file could have.</exception>
    public string PathOf(string key) => Path.Combine([root, .. Segments(key)]);

    /// <summary>The file of an object; null where there is none.</summary>
    /// <exception cref="StoreRefusedException">There is a symbolic link on the way, or a folder cannot be read.</exception>
    public string? FindFile(string key)
    {
        var path = root;
        foreach (var segment in Segments(key))
        {
            path = Path.Combine(path, segment);
            if (KindOf(path) is Kind.Missing)
            {
                return null;
            }
        }

        // Where a file stands in the place of a folder, what is below it is missing.
        return KindOf(path) is Kind.File ? path : null;
    }

    /// <summary>Makes the folders that an object's file needs and returns the file's path.</summary>
    /// <param name="changed">Receives the folders that folders were made in, for <see cref="Posix.SyncFolder"/>; not here, because until
    /// there is a file in them others may remove them.</param>
    /// <exception cref="StoreRefusedException">Something else is in the way.</exception>
    public string PrepareFile(string key, ICollection<string> changed)
    {
        var segments = Segments(key);
        PrepareRoot(changed);
        var path = root;
        foreach (var segment in segments.AsSpan(..^1))
        {
            path = Path.Combine(path, segment);
            switch (KindOf(path))
            {
                case Kind.Missing:
                    Directory.CreateDirectory(path);
                    changed.Add(Path.GetDirectoryName(path)!);
                    break;
                case Kind.File:
                    throw FileInTheWay(path);
            }
        }

        path = Path.Combine(path, segments[^1]);
        return KindOf(path) is not Kind.Folder
            ? path
            : throw new StoreRefusedException($"cannot write {path}: a folder is where the file should be; move that folder away or choose another name");
    }

    /// <summary>
    /// Names in a folder (a key's segments, each followed by '/'), those of folders with a '/' at their end, in the order of keys. Links
    /// and temporary files are left out.
    /// </summary>
    public IReadOnlyList<string> Names(string folder)
    {
        var path = root;
        foreach (var segment in folder.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = Path.Combine(path, segment);
            if (KindOf(path) is not Kind.Folder)
            {
                return [];
            }
        }

        try
        {
            var names = new FileSystemEnumerable<string>(
                path,
                static (ref entry) => entry.IsDirectory ? $"{entry.FileName}/" : entry.FileName.ToString(),
                new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
            {
                ShouldIncludePredicate = static (ref entry) =>
                    !entry.FileName.StartsWith(TemporaryPrefix, StringComparison.Ordinal) && (entry.Attributes & FileAttributes.ReparsePoint) == FileAttributes.None,
            };

            // With their '/', folders sort where the keys below them do: "a-b" < "a/b" < "a0".
            return [.. names.Order(ObjectKey.Order)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>
    /// Removes the folders of <paramref name="file"/> that have nothing left in them but temporary files of before <paramref
    /// name="before"/>.
    /// </summary>
    public void RemoveEmptyFolders(string file, DateTimeOffset before)
    {
        try
        {
            for (var folder = Path.GetDirectoryName(file)!; folder.Length > root.Length; folder = Path.GetDirectoryName(folder)!)
            {
                // Looked at once: what comes later is somebody's, and keeps the folder from being removed.
                var stale = new List<string>();
                foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
                {
                    if (!IsStale(entry, before))
                    {
                        return;
                    }

                    stale.Add(entry);
                }

                stale.ForEach(File.Delete);
                Directory.Delete(folder);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Somebody writes there or removes it as well; an empty folder is no object.
        }
    }

    private static bool IsStale(string entry, DateTimeOffset before) =>
        Path.GetFileName(entry) is var name
        && name.StartsWith(TemporaryPrefix, StringComparison.Ordinal)
        && name != FolderLock.FileName
        && File.GetLastWriteTimeUtc(entry) < before.UtcDateTime;

    private static string[] Segments(string key)
    {
        var segments = ObjectKey.Check(key).Split('/');
        return Array.Find(segments, segment => segment.StartsWith(TemporaryPrefix, StringComparison.Ordinal)) is { } reserved
            ? throw new ArgumentException(
                $"object key '{key}' has the segment '{reserved}', and names that start with {TemporaryPrefix} are kept for temporary files", nameof(key))
            : segments;
    }

    private static Kind KindOf(string path)
    {
        // The attributes of the link itself, where there is one; -1 where there is nothing or a file stands in the place of a folder.
        var attributes = new FileInfo(path).Attributes;
        return attributes switch
        {
            (FileAttributes)(-1) => Kind.Missing,
            _ when attributes.HasFlag(FileAttributes.ReparsePoint) => throw new StoreRefusedException(
                $"{path} is a symbolic link, and a store follows none; put the file or folder itself there"),
            _ when attributes.HasFlag(FileAttributes.Directory) => Kind.Folder,
            _ => Kind.File,
        };
    }

    private static StoreRefusedException FileInTheWay(string path) =>
        new($"cannot write below {path}: a file is where a folder should be; move that file away or choose another store");

    private void PrepareRoot(ICollection<string> changed)
    {
        if (Directory.Exists(root))
        {
            return;
        }

        for (var path = root; path is not null; path = Path.GetDirectoryName(path))
        {
            if (File.Exists(path))
            {
                throw FileInTheWay(path);
            }
        }

        Directory.CreateDirectory(root);
        if (Path.GetDirectoryName(root) is { } parent)
        {
            changed.Add(parent);
        }
    }
}
