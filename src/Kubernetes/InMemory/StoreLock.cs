using System.Globalization;

namespace TextOps.Kubernetes.InMemory;

/// <summary>
/// Exclusive hold of a store's <c>.textops</c> folder: an advisory lock of the operating system on <c>.textops/lock</c>, which ends with the process
/// however it ends. The file stays; <c>lock.pid</c> beside it says who holds it, because a locked file cannot be read.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream file;
    private readonly string pidFile;

    private StoreLock(FileStream file, string pidFile)
    {
        this.file = file;
        this.pidFile = pidFile;
    }

    public static StoreLock Take(string store)
    {
        var folder = Path.Combine(store, ".textops");
        Directory.CreateDirectory(folder);
        var lockFile = Path.Combine(folder, "lock");
        var holder = Path.Combine(folder, "lock.pid");
        FileStream locked;
        try
        {
            locked = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem) when (problem is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new StoreLockedException(store, HolderOf(holder), problem);
        }

        File.WriteAllText(holder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new StoreLock(locked, holder);
    }

    public void Dispose()
    {
        // First the name, then the lock: the other way round the next holder's name could be removed.
        try
        {
            File.Delete(pidFile);
        }
        catch (IOException)
        {
            // A stale pid is only read while somebody holds the lock, who writes it anew.
        }

        file.Dispose();
    }

    private static int? HolderOf(string pidFile)
    {
        try
        {
            return int.TryParse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <summary>Another process works with the store.</summary>
public sealed class StoreLockedException : IOException
{
    internal StoreLockedException(string store, int? processId, Exception inner)
        : base($"the store {store} is in use by {(processId is null ? "another process" : $"process {processId}")}; wait for it to end, or choose another store", inner)
    {
        Store = store;
        ProcessId = processId;
    }

    /// <summary>The store's folder.</summary>
    public string Store { get; }

    /// <summary>Who holds it, where that could be read.</summary>
    public int? ProcessId { get; }
}
