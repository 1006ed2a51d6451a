namespace TextOps.Artifacts.Stores;

/// <summary>A file of a version, as the version's own document describes it.</summary>
/// <param name="Path">Path in the version's folder.</param>
/// <param name="Bytes">Size, in bytes; null where the document does not say it.</param>
/// <param name="Sha256">SHA-256, as lower-case hex digits; null where the document does not say it.</param>
public readonly record struct ContentFile(string Path, long? Bytes, string? Sha256);

/// <summary>All that a committed version consists of, to be checked or copied as a whole.</summary>
public sealed class VersionContent
{
    private const string Restore = "restore it from a copy of the store, or use another version";

    private readonly IObjectStore store;
    private readonly string folder;

    /// <summary>Describes a version.</summary>
    /// <param name="store">The store.</param>
    /// <param name="folder">The version's folder, with a '/' at its end.</param>
    /// <param name="files">Its files; the one that makes it a version comes last.</param>
    /// <exception cref="StoreRefusedException">A path is none, or is there twice.</exception>
    public VersionContent(IObjectStore store, string folder, IReadOnlyList<ContentFile> files)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(files);
        (this.store, this.folder, Files) = (store, folder, files);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        if (files.FirstOrDefault(file => !ObjectKey.IsKey(file.Path) || !paths.Add(file.Path)) is { Path: { } path })
        {
            throw new StoreRefusedException($"{store.Uri}/{folder} is damaged: it lists '{path}', which is {(ObjectKey.IsKey(path) ? "there twice" : "no path of a file")}; {Restore}");
        }
    }

    /// <summary>The files; the one that makes it a version comes last.</summary>
    public IReadOnlyList<ContentFile> Files { get; }

    /// <summary>Size of all files whose size is known, in bytes.</summary>
    public long Bytes => Files.Sum(file => file.Bytes ?? 0);

    /// <summary>Compares every file with its size and digest.</summary>
    /// <exception cref="StoreRefusedException">One differs or is missing; the message names it.</exception>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        foreach (var file in Files)
        {
            await CopyAsync(file, Stream.Null, cancellationToken);
        }
    }

    /// <summary>Copies all files into a local folder, in order; every file is compared with its size and digest while it is written.</summary>
    /// <param name="target">The folder; made where it is missing. None of the files may be in it.</param>
    /// <exception cref="StoreRefusedException">A file differs or is missing; the message names it. What was copied before stays.</exception>
    public async Task DownloadAsync(string target, CancellationToken cancellationToken)
    {
        foreach (var file in Files)
        {
            var path = Path.Combine(target, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var copy = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            await CopyAsync(file, copy, cancellationToken);
            copy.Flush(flushToDisk: true);
        }
    }

    /// <summary>Whether a local folder holds these files and no others, each with its size and digest.</summary>
    public async Task<bool> IsInAsync(string target, CancellationToken cancellationToken)
    {
        var local = new FileObjectStore(target);
        var expected = Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        await foreach (var found in local.ListAsync("", cancellationToken))
        {
            if (!expected.Remove(found.Key, out var file) || (file.Bytes is { } bytes && bytes != found.Bytes))
            {
                return false;
            }
        }

        if (expected.Count > 0)
        {
            return false;
        }

        try
        {
            await new VersionContent(local, "", Files).VerifyAsync(cancellationToken);
            return true;
        }
        catch (StoreRefusedException)
        {
            return false;
        }
    }

    private async Task CopyAsync(ContentFile file, Stream target, CancellationToken cancellationToken)
    {
        var key = folder + file.Path;
        var content = new DigestStream(target);
        try
        {
            await using (var source = await store.OpenReadAsync(key, offset: 0, cancellationToken))
            {
                await source.CopyToAsync(content, cancellationToken);
            }

            var (bytes, sha256) = await content.CompleteAsync(cancellationToken);
            if (file.Bytes is { } size && size != bytes)
            {
                throw new StoreRefusedException($"{store.UriOf(key)} is damaged: it has {bytes} bytes, and {size} are listed; {Restore}");
            }

            if (file.Sha256 is { } digest && digest != sha256)
            {
                throw new StoreRefusedException($"{store.UriOf(key)} is damaged: its SHA-256 is {sha256}, and {digest} is listed; {Restore}");
            }
        }
        catch (ObjectNotFoundException exception)
        {
            throw new StoreRefusedException($"{store.UriOf(key)} is missing; {Restore}", exception);
        }
        finally
        {
            content.Release();
        }
    }
}
