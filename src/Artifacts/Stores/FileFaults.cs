namespace TextOps.Artifacts.Stores;

/// <summary>Tells the faults of a file system that trying again does not cure from those that it may, and says how to fix them.</summary>
internal static class FileFaults
{
    // errno of Linux; the class library puts it into HResult.
    private const int OperationNotPermitted = 1;
    private const int AccessDenied = 13;
    private const int NotADirectory = 20;
    private const int IsADirectory = 21;
    private const int FileTooLarge = 27;
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int NameTooLong = 36;
    private const int QuotaExceeded = 122;

    /// <summary>Does what may fault, as a refusal where that is what the fault amounts to.</summary>
    public static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception fault) when (Refusal(fault, path) is not null)
        {
            throw Refusal(fault, path)!;
        }
    }

    /// <inheritdoc cref="Guard{T}(string, Func{T})"/>
    public static void Guard(string path, Action action) => Guard(path, () =>
    {
        action();
        return true;
    });

    /// <inheritdoc cref="Guard{T}(string, Func{T})"/>
    public static async Task GuardAsync(string path, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception fault) when (Refusal(fault, path) is not null)
        {
            throw Refusal(fault, path)!;
        }
    }

    /// <summary>The refusal that <paramref name="fault"/> amounts to; null where it may pass or is not the file system's.</summary>
    public static StoreRefusedException? Refusal(Exception fault, string path) => fault switch
    {
        StoreRefusedException => null,
        UnauthorizedAccessException => Denied(fault, path),
        PathTooLongException => TooLong(fault, path),

        // What the class library makes of EFBIG.
        ArgumentOutOfRangeException => TooLarge(fault, path),
        IOException => fault.HResult switch
        {
            OperationNotPermitted or AccessDenied => Denied(fault, path),
            NotADirectory => Refuse(fault, path, "a file is where a folder should be", "move that file away or choose another folder"),
            IsADirectory => Refuse(fault, path, "a folder is where a file should be", "move that folder away or choose another name"),
            FileTooLarge => TooLarge(fault, path),
            NoSpace => Refuse(fault, path, "no space left on the device", "free space there or choose another store"),
            ReadOnlyFileSystem => Refuse(fault, path, "the file system is read-only", "mount it writable or choose another store"),
            NameTooLong => TooLong(fault, path),
            QuotaExceeded => Refuse(fault, path, "the disk quota is used up", "raise the quota, free space there or choose another store"),
            _ => null,
        },
        _ => null,
    };

    private static StoreRefusedException Denied(Exception fault, string path) =>
        Refuse(fault, path, $"permission denied for user '{Environment.UserName}'", "give that user access to it or choose another store");

    private static StoreRefusedException TooLarge(Exception fault, string path) =>
        Refuse(fault, path, "the file is larger than the process or the file system allows", "raise the limit (ulimit -f) or choose another store");

    private static StoreRefusedException TooLong(Exception fault, string path) =>
        Refuse(fault, path, "the file name is too long for the file system", "choose shorter names");

    private static StoreRefusedException Refuse(Exception fault, string path, string cause, string fix) => new($"cannot use {path}: {cause}; {fix}", fault);
}
