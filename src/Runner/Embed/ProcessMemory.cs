using System.Globalization;

namespace TextOps.Runner.Embed;

/// <summary>Memory of this process as the kernel counts it.</summary>
internal static class ProcessMemory
{
    /// <summary>The most memory that was ever resident, in bytes (<c>VmHWM</c>, proc_pid_status(5)); what is resident now where the kernel does not tell.</summary>
    public static long PeakBytes()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/self/status"))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                {
                    return long.Parse(line.AsSpan(6).TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024;
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Not Linux, or a hidden /proc.
        }

        return Environment.WorkingSet;
    }
}
