using System.Diagnostics;
using TextOps.Tests;

namespace TextOps.Cluster.Tests.Support;

/// <summary>kubectl while it runs.</summary>
internal sealed class KubectlProcess : ChildProcess
{
    public KubectlProcess(string program, IEnumerable<string> arguments, TimeSpan deadline, string? input)
        : base(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
            deadline)
    {
        Process.StandardInput.Write(input);
        Process.StandardInput.Close();
    }

    /// <summary>Waits for its end.</summary>
    public KubectlResult Wait()
    {
        WaitForExit();
        return new KubectlResult(ExitCode, Output, Error);
    }
}
