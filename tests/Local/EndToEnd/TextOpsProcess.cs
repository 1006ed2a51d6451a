using System.Diagnostics;
using System.Globalization;
using TextOps.Tests;

namespace TextOps.Local.Tests.EndToEnd;

/// <summary>The built <c>textops</c> as a child process, the way a person starts it.</summary>
internal sealed class TextOpsProcess : ChildProcess
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private TextOpsProcess(ProcessStartInfo start)
        : base(start, Deadline)
    {
    }

    /// <summary>Where the program lies; the runner lies beside it.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "textops");

    /// <summary>Starts it in <paramref name="folder"/>. Where the tests run in the background, a child would ignore Ctrl-C; env makes it listen again.</summary>
    public static TextOpsProcess Start(string folder, params string[] arguments) =>
        new(StartInfo(folder, "/usr/bin/env", ["--default-signal=INT,TERM", Program, .. arguments]));

    /// <summary>Starts it under a limit for the size of each file that it or a runner writes; under one, .NET starts only without its double-mapped code pages.</summary>
    public static TextOpsProcess StartWithFileLimit(int kibibytes, string folder, params string[] arguments)
    {
        var start = StartInfo(folder, "/bin/bash", ["-c", $"ulimit -f {kibibytes} && exec \"$0\" \"$@\"", Program, .. arguments]);
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        return new TextOpsProcess(start);
    }

    /// <summary>Runs it to its end.</summary>
    public static TextOpsResult Run(string folder, params string[] arguments)
    {
        using var textops = Start(folder, arguments);
        return textops.Wait();
    }

    /// <summary>Whether a process is there and not just waiting to be buried.</summary>
    public static bool IsAlive(int pid) => StatOf($"/proc/{pid}") is { } stat && stat.State is not ('Z' or 'X');

    /// <summary>Process ids of its runners.</summary>
    public IReadOnlyList<int> Runners() =>
    [
        .. from folder in Directory.EnumerateDirectories("/proc")
           where int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _)
           let stat = StatOf(folder)
           where stat is not null && stat.Value.Parent == Id && stat.Value.State is not ('Z' or 'X')
           select int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture),
    ];

    /// <summary>Waits for the end.</summary>
    public TextOpsResult Wait()
    {
        WaitForExit();
        return new TextOpsResult(ExitCode, Output, Error);
    }

    private static ProcessStartInfo StartInfo(string folder, string program, IEnumerable<string> arguments) => new(program, arguments)
    {
        WorkingDirectory = folder,
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    // proc(5): pid (name) state ppid …; the name may hold anything, so it is skipped from its end.
    private static (char State, int Parent)? StatOf(string folder)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <summary>How a command ended and what it said.</summary>
internal sealed record TextOpsResult(int ExitCode, string Output, string Error)
{
    /// <summary>Itself, where the exit code is the expected one; fails with all that was said where it is not.</summary>
    public TextOpsResult Exits(int code)
    {
        Assert.True(ExitCode == code, $"exit code {ExitCode}, expected {code}\n{Output}{Error}");
        return this;
    }
}
