using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Tasks;

namespace TextOps.Runner.Tests.Processes;

public sealed class CommandLineTests : IDisposable
{
    private readonly JobFolder job = new();

    public CommandLineTests() => job.WriteCorpus(JobFolder.MixedTexts(60));

    public void Dispose() => job.Dispose();

    [Fact]
    public void The_result_is_the_last_line_of_standard_output()
    {
        Assert.Equal(1, RunnerProcess.Run(job, job.Task).Plan!.Version);
        Assert.Equal(60, RunnerProcess.Run(job, job.EmbedTask()).Embed!.Rows);
        Assert.Equal(60, RunnerProcess.Run(job, job.CommitTask()).Commit!.Rows);
        Assert.True(RunnerProcess.Run(job, job.Task).Plan!.UpToDate);
    }

    [Fact]
    public void The_result_replaces_what_is_in_the_file_given()
    {
        var file = job.File("termination-log");
        File.WriteAllText(file, new string('x', 9000));
        using var runner = RunnerProcess.Start("plan", "--task", RunnerProcess.WriteTask(job, job.Task), "--result", file, "--listen", "127.0.0.1:0", "--scratch", job.File("scratch"));
        Assert.Equal(TaskExitCodes.Succeeded, runner.Wait());
        Assert.Equal(1, JsonSerializer.Deserialize<TaskResult>(File.ReadAllBytes(file), Json.Strict)!.Plan!.Version);
        Assert.DoesNotContain("\"plan\":", runner.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_that_cannot_be_written_makes_the_task_run_again()
    {
        using var runner = RunnerProcess.Start("plan", "--task", RunnerProcess.WriteTask(job, job.Task), "--result", job.File("no", "such", "folder"), "--listen", "127.0.0.1:0");
        Assert.Equal(TaskExitCodes.Retry, runner.Wait());
        Assert.Contains("\"event\":\"ResultNotWritten\"", runner.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scratch_folder_that_cannot_be_made_is_refused()
    {
        using var runner = RunnerProcess.Start("plan", "--task", RunnerProcess.WriteTask(job, job.Task), "--listen", "127.0.0.1:0", "--scratch", job.Corpus);
        Assert.Equal(TaskExitCodes.Refused, runner.Wait());
        Assert.Contains($"--scratch {job.Corpus}", runner.Result().Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_in_use_is_a_warning()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var runner = RunnerProcess.Start("plan", "--task", RunnerProcess.WriteTask(job, job.Task), "--listen", taken.LocalEndpoint.ToString()!);
        Assert.Equal(TaskExitCodes.Succeeded, runner.Wait());
        Assert.Contains("\"event\":\"ProgressNotServed\"", runner.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_field_is_named()
    {
        var path = RunnerProcess.WriteTask(job, job.Task);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"shards\"", "\"shardz\"", StringComparison.Ordinal));
        using var runner = RunnerProcess.Start("plan", "--task", path, "--listen", "127.0.0.1:0");
        Assert.Equal(TaskExitCodes.Refused, runner.Wait());
        var error = runner.Result().Error!;
        Assert.Equal(TaskErrorReasons.InvalidSpec, error.Reason);
        Assert.Contains("shardz", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_error_is_cut_to_what_a_termination_message_takes()
    {
        var task = job.Task with { Source = new TextSource { Uri = FileUri.FromPath(job.File("absent")) + "/" + string.Concat(Enumerable.Repeat("ä%5E/", 400)) } };
        using var runner = RunnerProcess.Start("plan", "--task", RunnerProcess.WriteTask(job, task), "--listen", "127.0.0.1:0");
        Assert.Equal(TaskExitCodes.Refused, runner.Wait());
        var line = runner.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.InRange(Encoding.UTF8.GetByteCount(line), 1, TaskResult.MaxBytes);
        Assert.Equal(TaskErrorReasons.InputRejected, runner.Result().Error!.Reason);
    }

    [Fact]
    public void Ends_are_told_apart_by_exit_code_and_reason()
    {
        Assert.Equal(TaskErrorReasons.Transient, Planned(() => RunnerProcess.Run(job, job.CommitTask(), TaskExitCodes.Retry)).Error!.Reason);
        Assert.Equal(TaskErrorReasons.InvalidSpec, RunnerProcess.Run(job, job.EmbedTask(version: 9), TaskExitCodes.Refused).Error!.Reason);
        File.AppendAllText(job.Corpus, "{}\n");
        Assert.Equal(TaskErrorReasons.InputRejected, RunnerProcess.Run(job, job.EmbedTask(), TaskExitCodes.Refused).Error!.Reason);
        var foreign = job.Task with { Owner = new TaskOwner { Namespace = "other", Name = "tickets" } };
        Assert.Equal(TaskErrorReasons.StoreRefused, RunnerProcess.Run(job, foreign, TaskExitCodes.Refused).Error!.Reason);
    }

    [Fact]
    public void A_full_store_is_refused_with_its_path()
    {
        job.WriteCorpus(Enumerable.Range(0, 500).Select(row => $"Ticket {row} about a printer"));
        RunnerProcess.Run(job, job.Task);

        // The runtime maps its own code by way of a large file, where that is not switched off.
        const string small = "export DOTNET_EnableWriteXorExecute=0; ulimit -f 64";
        using var runner = RunnerProcess.StartInShell(small, "embed", "--task", RunnerProcess.WriteTask(job, job.EmbedTask()), "--listen", "127.0.0.1:0");
        Assert.True(runner.Wait() == TaskExitCodes.Refused, runner.Output + runner.Error);
        var error = runner.Result().Error!;
        Assert.Equal(TaskErrorReasons.StoreRefused, error.Reason);
        Assert.Contains("part-00000-00000.jsonl", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(job.VersionFile(1), "part-*"));
    }

    [Theory]
    [InlineData("--task is missing", "--task", "embed")]
    [InlineData("no such verb", "embedd", "embedd", "--task", "x")]
    [InlineData("a bad number", "--threads 'x'", "embed", "--task", "x", "--threads", "x")]
    [InlineData("a number out of range", "--threads '0'", "embed", "--task", "x", "--threads", "0")]
    [InlineData("a bad address", "--listen 'nine'", "embed", "--task", "x", "--listen", "nine")]
    public void A_wrong_command_line_is_refused(string narrative, string expected, params string[] arguments)
    {
        using var runner = RunnerProcess.Start(arguments);
        Assert.True(runner.Wait() == TaskExitCodes.Refused, narrative);
        Assert.Contains(expected, runner.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_names_the_commit()
    {
        using var runner = RunnerProcess.Start("--version");
        Assert.Equal(0, runner.Wait());
        Assert.Matches(@"^\d+\.\d+\.\d+(\+[0-9a-f]{40})?$", runner.Output.Trim());
    }

    [Fact]
    public void Help_explains_verbs_and_options()
    {
        using var runner = RunnerProcess.Start("embed", "--help");
        Assert.Equal(0, runner.Wait());
        Assert.All(["--task <FILE> (REQUIRED)", "--result <FILE>", "--listen <ADDRESS:PORT>", "--threads <N>", "--scratch <DIR>"], option => Assert.Contains(option, runner.Output, StringComparison.Ordinal));
    }

    private TaskResult Planned(Func<TaskResult> then)
    {
        RunnerProcess.Run(job, job.Task);
        return then();
    }
}
