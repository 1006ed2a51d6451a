using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TextOps.Tests;

/// <summary>A built program as a child process, with all that it says so far.</summary>
internal abstract class ChildProcess : IDisposable
{
    private readonly TimeSpan deadline;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();

    /// <summary>Starts it; standard output and error must be redirected.</summary>
    /// <param name="start">What to start.</param>
    /// <param name="deadline">How long <see cref="WaitForExit"/> and <see cref="WaitUntil"/> wait before they fail with all that was said.</param>
    protected ChildProcess(ProcessStartInfo start, TimeSpan deadline)
    {
        this.deadline = deadline;
        Process = new Process { StartInfo = start };
        Process.OutputDataReceived += (_, line) => Append(output, line.Data);
        Process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        Process.Start();
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
    }

    public int Id => Process.Id;

    public bool HasExited => Process.HasExited;

    public int ExitCode => Process.ExitCode;

    /// <summary>Standard output so far.</summary>
    public string Output => Read(output);

    /// <summary>Standard error so far.</summary>
    public string Error => Read(error);

    protected Process Process { get; }

    /// <summary>Sends a signal: <c>INT</c> (what Ctrl-C sends), <c>TERM</c>, <c>KILL</c>.</summary>
    public void Signal(string name) => Signal(Id, name);

    /// <summary>Sends a signal to any process.</summary>
    public static void Signal(int pid, string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Polls until <paramref name="condition"/> holds.</summary>
    public void WaitUntil(Func<bool> condition, string what)
    {
        for (var watch = Stopwatch.StartNew(); !condition(); Thread.Sleep(2))
        {
            Assert.True(watch.Elapsed < deadline && !HasExited, $"waited for {what}\n{Output}{Error}");
        }
    }

    public void Dispose()
    {
        if (!HasExited)
        {
            Process.Kill(entireProcessTree: true);
            Process.WaitForExit();
        }

        Process.Dispose();
    }

    /// <summary>Waits for the end and for the last of what was said.</summary>
    protected void WaitForExit()
    {
        Assert.True(Process.WaitForExit(deadline), $"{Process.StartInfo.FileName} did not end in {deadline}\n{Output}{Error}");
        Process.WaitForExit();
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
            }
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
