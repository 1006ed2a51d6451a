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

    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const int InvalidArgument = 22;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;

    /// <summary>Gives a file a second name; fails where the name is taken, also by a symbolic link. Returns 0 or errno. link(2).</summary>
    public static int TryLink(string path, string newPath) => link(path, newPath) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Makes the names in a folder durable. fsync(2).</summary>
    public static void SyncFolder(string path)
    {
        // The class library does not open folders.
        var descriptor = open(path, flags: 0);
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

    /// <summary>Takes an advisory lock on an open file, which the kernel releases when the process ends; false where somebody else has it. flock(2).</summary>
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
    public static IOException Fault(string action, string path, int error) =>
        new($"cannot {action} {path}: {new Win32Exception(error).Message}", error);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string path, string newPath);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle file, int operation);
}
