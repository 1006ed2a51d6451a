using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TextOps.Artifacts.Stores;

/// <summary>The calls that durable, conditional publication needs and that the class library does not have.</summary>
internal static partial class Posix
{
    /// <summary>Operation not permitted: what <c>link</c> answers where the file system has no hard links.</summary>
    public const int PermissionDenied = 1;

    /// <summary>File exists.</summary>
    public const int Exists = 17;

    private const int NotFound = 2;
    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const int InvalidArgument = 22;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int FileSizeSignal = 25;

    // Flags of open(2) as Linux has them on x86-64 and arm64.
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int CloseOnExec = 0x80000;

    // Cancel: the signal's default is to end the process.
    private static readonly PosixSignalRegistration FileSizeHandler =
        PosixSignalRegistration.Create((PosixSignal)FileSizeSignal, static context => context.Cancel = true);

    /// <summary>Lets a write past the process's limit of file sizes fail (EFBIG), instead of ending the process by SIGXFSZ. setrlimit(2).</summary>
    public static void SurviveFileSizeLimit() => GC.KeepAlive(FileSizeHandler);

    /// <summary>Gives a file a second name; fails where the name is taken, also by a symbolic link. Returns 0 or errno. link(2).</summary>
    public static int TryLink(string path, string newPath) => link(path, newPath) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Makes the names in a folder durable. fsync(2).</summary>
    /// <exception cref="DirectoryNotFoundException">Somebody removed it.</exception>
    public static void SyncFolder(string path)
    {
        // The class library does not open folders.
        var descriptor = open(path, ReadOnly | CloseOnExec, mode: 0);
        if (descriptor < 0)
        {
            throw Fault("open", path, Marshal.GetLastPInvokeError());
        }

        var error = fsync(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = close(descriptor);

        // File systems that cannot flush a folder say so; there is nothing more to do there.
        if (error is not 0 and not InvalidArgument)
        {
            throw Fault("flush", path, error);
        }
    }

    /// <summary>
    /// Opens a file for locks, creating it where it is missing. (The class library takes a shared lock on each file that it opens, which
    /// would meet ours.)
    /// </summary>
    public static SafeFileHandle OpenLockFile(string path)
    {
        var descriptor = open(path, ReadWrite | Create | CloseOnExec, mode: 0b110_110_110);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Fault("open", path, Marshal.GetLastPInvokeError());
    }

    /// <summary>
    /// Takes an advisory lock on an open file, which the kernel releases when the process ends; false where somebody else has it. flock(2).
    /// </summary>
    public static bool TryLock(SafeFileHandle file, string path)
    {
        while (flock(file, LockExclusive | LockNonBlocking) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    continue;
                case WouldBlock:
                    return false;
                case var error:
                    throw Fault("lock", path, error);
            }
        }

        return true;
    }

    /// <summary>An errno as the class library reports them: the number in <see cref="Exception.HResult"/>.</summary>
    public static IOException Fault(string action, string path, int error)
    {
        var message = $"cannot {action} {path}: {new Win32Exception(error).Message}";
        return error == NotFound ? new DirectoryNotFoundException(message) : new IOException(message, error);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string path, string newPath);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle file, int operation);
}
