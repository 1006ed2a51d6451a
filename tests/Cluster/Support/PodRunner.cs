using System.Globalization;
using TextOps.Kubernetes.Core;
using TextOps.Tests;

namespace TextOps.Cluster.Tests.Support;

/// <summary>The process that a pod is on the shared node.</summary>
internal static class PodRunner
{
    /// <summary>Ends it as a machine without memory would; answers whether there was one.</summary>
    public static bool Kill(V1Pod pod)
    {
        // A runner's arguments name its pod's folder, which has the pod's uid. A process may be gone before it is read.
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(process, "cmdline")).Contains($"/{pod.Metadata.Uid}/", StringComparison.Ordinal))
                {
                    ChildProcess.Signal(int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture), "KILL");
                    return true;
                }
            }
            catch (IOException)
            {
                continue;
            }
        }

        return false;
    }
}
