using System.Diagnostics;
using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Processes;

/// <summary>The built program as a child process, the way a pod or the local mode runs it.</summary>
internal sealed class RunnerProcess : ChildProcess
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private RunnerProcess(ProcessStartInfo start)
        : base(start, Deadline)
    {
    }

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "textops-runner");

    /// <summary>Starts the runner with <paramref name="arguments"/>.</summary>
    public static RunnerProcess Start(params string[] arguments) => new(StartInfo(Program, arguments));

    /// <summary>Starts the runner with a variable in its environment; <see cref="CloseInput"/> ends its input.</summary>
    public static RunnerProcess StartWith(string variable, string value, params string[] arguments)
    {
        var start = StartInfo(Program, arguments);
        start.Environment[variable] = value;
        start.RedirectStandardInput = true;
        return new RunnerProcess(start);
    }

    /// <summary>Starts the runner from a shell, after <paramref name="setup"/>.</summary>
    public static RunnerProcess StartInShell(string setup, params string[] arguments) =>
        new(StartInfo("/bin/sh", ["-c", $"{setup}; exec \"$0\" \"$@\"", Program, .. arguments]));

    /// <summary>Runs a task to its end and answers its result.</summary>
    public static TaskResult Run(JobFolder job, TaskDocument task, int expected = TaskExitCodes.Succeeded) => Run(task, WriteTask(job, task), expected);

    /// <summary>Runs a task that is written at <paramref name="path"/> to its end and answers its result.</summary>
    public static TaskResult Run(TaskDocument task, string path, int expected = TaskExitCodes.Succeeded)
    {
        using var runner = Start(VerbOf(task), "--task", WriteTask(path, task), "--listen", "127.0.0.1:0");
        Assert.True(runner.Wait() == expected, $"exit code {runner.ExitCode}\n{runner.Output}{runner.Error}");
        return runner.Result();
    }

    /// <summary>Writes a task into the job's folder.</summary>
    public static string WriteTask(JobFolder job, TaskDocument task) => WriteTask(job.File($"{VerbOf(task)}.json"), task);

    /// <summary>Writes a task; answers its path.</summary>
    public static string WriteTask(string path, TaskDocument task)
    {
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(task, task.GetType(), Json.Strict));
        return path;
    }

    public void CloseInput() => Process.StandardInput.Close();

    /// <summary>Waits for the end; answers the exit code.</summary>
    public int Wait()
    {
        WaitForExit();
        return ExitCode;
    }

    /// <summary>The last line of standard output, as a result.</summary>
    public TaskResult Result() => JsonSerializer.Deserialize<TaskResult>(Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], Json.Strict)!;

    /// <summary>The verb that does a task.</summary>
    public static string VerbOf(TaskDocument task) => task switch
    {
        PlanTask => "plan",
        EmbedTask => "embed",
        CommitTask => "commit",
        PrepareTask => "prepare",
        TrainTask => "train",
        ResolveTask => "resolve",
        GateTask => "gate",
        ServeTask => "serve",
        _ => "evaluate",
    };

    private static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments) =>
        new(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
}
