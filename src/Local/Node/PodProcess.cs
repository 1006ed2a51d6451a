using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using TextOps.Crds.Tasks;

namespace TextOps.Local.Node;

/// <summary>A pod's one container as a child process. Its standard input is a leash: it closes with this process, and the runner ends then.</summary>
internal sealed partial class PodProcess : IDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan LogDeadline = TimeSpan.FromSeconds(1);

    private readonly Process process;
    private readonly Task log;

    private PodProcess(Process process, string logFile)
    {
        this.process = process;
        Started = DateTimeOffset.UtcNow;
        log = LogAsync(process, logFile);
    }

    /// <summary>When it started.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>Starts <paramref name="program"/> for the pod whose files lie in <paramref name="folder"/>.</summary>
    public static PodProcess Start(string program, PodFolder folder)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in folder.Arguments())
        {
            start.ArgumentList.Add(argument);
        }

        // The token is for pods that ask for it: one that found it here would ask its clients for it.
        start.Environment.Remove(ServeEnvironment.BearerToken);
        foreach (var (name, value) in folder.Environment())
        {
            start.Environment[name] = value;
        }

        start.Environment["TEXTOPS_EXIT_ON_STDIN_EOF"] = "1";
        return new PodProcess(Process.Start(start)!, folder.LogFile);
    }

    /// <summary>Waits for the end; the exit code is 128 + n where signal n ended it.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);

        // What it leaves behind may hold its output open; in a container that would have ended with it.
        await Task.WhenAny(log, Task.Delay(LogDeadline, cancellationToken));
        return process.ExitCode;
    }

    /// <summary>Asks it to end (SIGTERM) and ends it (SIGKILL) when its grace is over.</summary>
    public async Task StopAsync(CancellationToken graceOver)
    {
        if (process.HasExited)
        {
            return;
        }

        _ = Kill(process.Id, SigTerm);
        try
        {
            await process.WaitForExitAsync(graceOver);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public void Dispose() => process.Dispose();

    /// <inheritdoc/>
    public override string ToString() => process.Id.ToString(CultureInfo.InvariantCulture);

    private static async Task LogAsync(Process process, string logFile)
    {
        await using var file = Open(logFile);
        await Task.WhenAll(CopyAsync(process.StandardOutput.BaseStream, file), CopyAsync(process.StandardError.BaseStream, file));
    }

    // A log that cannot be written (disk full) must not stop the runner: its output is read on and dropped.
    private static Stream Open(string logFile)
    {
        try
        {
            return new FileStream(logFile, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return Stream.Null;
        }
    }

    private static async Task CopyAsync(Stream from, Stream file)
    {
        var buffer = new byte[8192];
        int count;
        while ((count = await from.ReadAsync(buffer)) > 0)
        {
            try
            {
                lock (file)
                {
                    file.Write(buffer, 0, count);
                }
            }
            catch (IOException)
            {
                continue;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
