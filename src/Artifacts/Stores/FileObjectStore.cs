using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace TextOps.Artifacts.Stores;

/// <summary>
/// A folder as an object store. Objects are files; a key's segments are its folders, made when needed and removed with their last object.
/// <list type="bullet">
/// <item>An object is written to a file named <c>.tmp-…</c> beside its place, flushed to the disk, and published by one call: rename, or
/// link where it
/// must not exist. A killed process leaves at most that file, which is never listed and goes with its folder once it is a day old.</item>
/// <item>Replacing by tag is exact among writers that do so: they hold a lock in the folder (<see cref="FolderLock"/>). Writes without a
/// condition and
/// deletions do not wait for it, so an object that is replaced by tag should be written in no other way.</item>
/// <item>The tag is the SHA-256 of the content; <see cref="HeadAsync"/> reads the object to know it.</item>
/// <item>Symbolic links below the root are refused, and left out of listings; the root and what is above it may be links. This guards against links
/// that somebody planted, not against a process that swaps them in at that moment.</item>
/// </list>
/// </summary>
public sealed class FileObjectStore : IObjectStore
{
    private static readonly TimeSpan TemporaryFileAge = TimeSpan.FromDays(1);

    private readonly FileTree tree;
    private readonly TimeProvider time;

    /// <summary>Makes a store of a folder, which need not exist yet.</summary>
    public FileObjectStore(string root, TimeProvider? time = null)
    {
        Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        Uri = FileUri.FromPath(Root).TrimEnd('/');
        tree = new FileTree(Root);
        this.time = time ?? TimeProvider.System;
        Posix.SurviveFileSizeLimit();
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Root { get; }

    /// <inheritdoc/>
    public string Uri { get; }

    /// <inheritdoc/>
    public string UriOf(string key) => $"{Uri}/{FileUri.Escape(key)}";

    /// <inheritdoc/>
    public async Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        await using var content = OpenIfExists(key);
        return content is null
            ? null
            : new ObjectInfo
            {
                Key = key,
                Bytes = content.Length,
                ETag = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)),
                LastModified = new DateTimeOffset(File.GetLastWriteTimeUtc(content.SafeFileHandle)),
            };
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string key, long offset, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var content = OpenIfExists(key) ?? throw new ObjectNotFoundException(UriOf(key));
        content.Position = offset;
        return Task.FromResult<Stream>(content);
    }

    /// <inheritdoc/>
    public async Task<ObjectInfo> PutAsync(
        string key, Func<Stream, CancellationToken, Task> write, PutCondition condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        var path = tree.PathOf(key);
        var changed = new List<string>();
        var published = false;
        using var file = FileFaults.Guard(path, () => CreateTemporary(key, condition, changed));
        try
        {
            FileFaults.Guard(path, () => changed.ForEach(Posix.SyncFolder));
            var (bytes, sha256) = await FillAsync(file, path, write, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            await PublishAsync(file.Name, key, path, condition, cancellationToken);
            published = true;
            return new ObjectInfo { Key = key, Bytes = bytes, ETag = sha256, LastModified = new DateTimeOffset(File.GetLastWriteTimeUtc(file.SafeFileHandle)) };
        }
        finally
        {
            // Gone already where it was renamed.
            RemoveTemporary(file.Name);
            if (!published)
            {
                tree.RemoveEmptyFolders(path, before: DateTimeOffset.MinValue);
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectKey.CheckPrefix(prefix);
        var folders = new Stack<(string Folder, IEnumerator<string> Names)>();
        var start = prefix[..(prefix.LastIndexOf('/') + 1)];
        folders.Push((start, (await NamesAsync(start, cancellationToken)).GetEnumerator()));
        while (folders.TryPeek(out var level))
        {
            if (!level.Names.MoveNext())
            {
                folders.Pop().Names.Dispose();
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            var key = level.Folder + level.Names.Current;
            if (key.EndsWith('/'))
            {
                if (key.StartsWith(prefix, StringComparison.Ordinal) && ObjectKey.IsKey(key[..^1]))
                {
                    folders.Push((key, (await NamesAsync(key, cancellationToken)).GetEnumerator()));
                }
            }
            else if (key.StartsWith(prefix, StringComparison.Ordinal) && ObjectKey.IsKey(key) && new FileInfo(tree.PathOf(key)) is { Exists: true } file)
            {
                yield return new ObjectInfo { Key = key, Bytes = file.Length, LastModified = new DateTimeOffset(file.LastWriteTimeUtc) };
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectKey.CheckFolder(folder);
        foreach (var name in await NamesAsync(folder, cancellationToken))
        {
            if (name.EndsWith('/'))
            {
                yield return name[..^1];
            }
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var path = tree.PathOf(key);
        FileFaults.Guard(path, () =>
        {
            try
            {
                if (tree.FindFile(key) is not null)
                {
                    File.Delete(path);
                    Posix.SyncFolder(Path.GetDirectoryName(path)!);
                    tree.RemoveEmptyFolders(path, before: time.GetUtcNow() - TemporaryFileAge);
                }
            }
            catch (DirectoryNotFoundException)
            {
                // Somebody else deleted the folder's last object, and the folder with it.
            }
        });
        return Task.CompletedTask;
    }

    private static async Task<(long Bytes, string Sha256)> FillAsync(
        FileStream file, string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var content = new DigestStream(file, fault => FileFaults.Refusal(fault, path));
        try
        {
            await write(content, cancellationToken);
            var written = await content.CompleteAsync(cancellationToken);
            FileFaults.Guard(path, () => file.Flush(flushToDisk: true));
            return written;
        }
        finally
        {
            content.Release();
        }
    }

    private static void RemoveTemporary(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It stays as one that a killed process left would; what went wrong before matters more.
        }
    }

    private async Task<IReadOnlyList<string>> NamesAsync(string folder, CancellationToken cancellationToken) =>
        await Task.Run(() => FileFaults.Guard(Path.Combine(Root, folder), () => tree.Names(folder)), cancellationToken);

    private FileStream? OpenIfExists(string key) => FileFaults.Guard(tree.PathOf(key), () =>
    {
        try
        {
            return tree.FindFile(key) is { } path
                ? new FileStream(path, new FileStreamOptions
                {
                    Share = FileShare.ReadWrite | FileShare.Delete,
                    Options = FileOptions.SequentialScan,
                    BufferSize = 64 * 1024,
                })
                : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    });

    private FileStream CreateTemporary(string key, PutCondition condition, List<string> changed)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var path = tree.PrepareFile(key, changed);
                if (condition.MustNotExist && File.Exists(path))
                {
                    throw new PreconditionFailedException(UriOf(key));
                }

                return new FileStream(
                    Path.Combine(Path.GetDirectoryName(path)!, $"{FileTree.TemporaryPrefix}{Guid.NewGuid():N}"),
                    new FileStreamOptions
                    {
                        Mode = FileMode.CreateNew,
                        Access = FileAccess.Write,
                        Share = FileShare.Read | FileShare.Delete,
                        BufferSize = 0,
                    });
            }
            catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException && attempt < 100)
            {
                // Somebody deleted the folder's last object in between, and the folder with it.
            }
        }
    }

    private Task PublishAsync(string temporary, string key, string path, PutCondition condition, CancellationToken cancellationToken) =>
        FileFaults.GuardAsync(path, async () =>
        {
            var folder = Path.GetDirectoryName(path)!;
            if (condition.MustNotExist)
            {
                Link(temporary, key, path);
            }
            else if (condition.ETag is { } tag)
            {
                using var swap = await FolderLock.AcquireAsync(folder, time, cancellationToken);
                if ((await HeadAsync(key, cancellationToken))?.ETag != tag)
                {
                    throw new PreconditionFailedException(UriOf(key));
                }

                File.Move(temporary, path, overwrite: true);
            }
            else
            {
                File.Move(temporary, path, overwrite: true);
            }

            Posix.SyncFolder(folder);
        });

    private void Link(string temporary, string key, string path)
    {
        switch (Posix.TryLink(temporary, path))
        {
            case 0:
                break;
            case Posix.Exists:
                throw new PreconditionFailedException(UriOf(key));
            case Posix.PermissionDenied:
                throw new StoreRefusedException(
                    $"cannot create {path}: its file system has no hard links, which conditional writes need; choose a store on another one");
            case var error:
                throw Posix.Fault("create", path, error);
        }
    }
}
