using Microsoft.Win32.SafeHandles;

namespace TextOps.Artifacts.Stores;

/// <summary>
/// An exclusive lock on a folder's objects: an advisory lock on the file <c>.tmp-lock</c> in it. The file stays, because removing it would let two
/// processes hold locks on two files of that name. (A lock on the folder itself would need no file, but NFS locks only what is open for writing.)
/// </summary>
internal sealed class FolderLock : IDisposable
{
    /// <summary>Name of the lock file.</summary>
    public const string FileName = FileTree.TemporaryPrefix + "lock";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(16);

    private readonly SafeFileHandle file;

    private FolderLock(SafeFileHandle file) => this.file = file;

    /// <summary>Waits for the lock.</summary>
    public static async Task<FolderLock> AcquireAsync(string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, FileName);
        var opened = Posix.OpenLockFile(path);
        try
        {
            // Polled and not waited for in the kernel, so that a stopped process that holds the lock does not make this one deaf to cancellation.
            for (var wait = TimeSpan.FromMilliseconds(1); !Posix.TryLock(opened, path); wait = wait < LongestWait ? wait * 2 : wait)
            {
                await Task.Delay(wait, time, cancellationToken);
            }

            return new FolderLock(opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public void Dispose() => file.Dispose();
}
