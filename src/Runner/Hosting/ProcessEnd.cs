using System.Runtime.InteropServices;

namespace TextOps.Runner.Hosting;

/// <summary>Ends the process where an orderly exit would unload a native library that still computes.</summary>
internal static class ProcessEnd
{
    /// <summary>Ends it now, with nothing flushed or disposed.</summary>
    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern void AtOnce(int code);
}
