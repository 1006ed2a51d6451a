using TextOps.Artifacts.Stores;

namespace TextOps.Local.Commands;

/// <summary>What <c>--store DIR|URI</c> names.</summary>
/// <param name="Folder">The folder, which may hold objects as well; null where the store is none.</param>
/// <param name="Uri">The store's URI.</param>
internal sealed record StoreLocation(string? Folder, string Uri)
{
    /// <summary>What <paramref name="option"/> names.</summary>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public static StoreLocation Of(string option)
    {
        if (option.Contains("://", StringComparison.Ordinal) && !FileUri.Is(option))
        {
            return new StoreLocation(Folder: null, option);
        }

        var folder = FileUri.Is(option) ? FileUri.ToPath(option) : option;
        return new StoreLocation(GetCommand.ExistingStore(folder), FileUri.FromPath(Path.GetFullPath(folder)));
    }

    /// <summary>What <paramref name="option"/> names, which is made where it is a folder that is not there.</summary>
    /// <exception cref="UsageException">It is a file.</exception>
    public static StoreLocation Make(string option)
    {
        if (!option.Contains("://", StringComparison.Ordinal) || FileUri.Is(option))
        {
            var folder = FileUri.Is(option) ? FileUri.ToPath(option) : option;
            _ = File.Exists(folder) ? throw new UsageException($"--store {folder} is a file; name a folder, or move the file away") : Directory.CreateDirectory(folder);
        }

        return Of(option);
    }

    /// <summary>Opens it.</summary>
    public IObjectStore Open() => ObjectStores.Open(Uri);
}
