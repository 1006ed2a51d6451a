using Microsoft.Extensions.Logging;
using TextOps.Crds.Tasks;
using TextOps.Hosting.Http;
using TextOps.Runner.Logging;
using TextOps.Runner.Progress;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Hosting;

/// <summary>Runs one task from its document to its exit code: signals, log, progress, errors, result.</summary>
internal sealed class TaskHost(RunnerOptions options, TimeProvider time)
{
    /// <summary>How long a stopped task may take to come to rest before the process ends without it.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1.2);

    /// <summary>Runs the task; answers the exit code.</summary>
    public async Task<int> RunAsync()
    {
        // Reading, encoding, embedding and writing take turns on the processors; the pool must not wait before it lets them, or an answer about progress, begin.
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, (3 * options.Threads) + 4), completions);
        using var signals = new StopSignals();
        var logging = new RunnerLogging();
        var meter = new ProgressMeter(time);
        var work = Task.Run(() => RunAsync(logging, meter, signals.Token));
        if (await Task.WhenAny(work, signals.WaitAsync()) != work)
        {
            await Task.WhenAny(work, Task.Delay(Grace, time));
        }

        if (!work.IsCompleted)
        {
            // Native code that still computes cannot be interrupted, and an orderly exit would unload its library under it.
            logging.Log.TaskStopped();
            logging.Dispose();
            ProcessEnd.AtOnce(TaskExitCodes.Terminated);
        }

        var code = await work;
        logging.Dispose();
        return code;
    }

    private async Task<int> RunAsync(RunnerLogging logging, ProgressMeter meter, CancellationToken stop)
    {
        var log = logging.Log;
        int code;
        byte[] result;
        try
        {
            Scratch.Use(options.Scratch);
            var task = TaskFile.Read(options.Task, options.Kind);
            logging.Properties.Set(task);
            log.TaskStarted(options.Kind, CodeVersion.Informational, options.Threads);
            await using var server = await ServeAsync(meter, log, stop);
            var context = new TaskContext { Log = log, Properties = logging.Properties, Progress = meter, Time = time, Threads = options.Threads };
            result = ResultDocument.Serialize(await TaskVerbs.RunAsync(task, context, stop));
            code = TaskExitCodes.Succeeded;
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // Whatever a task that is being stopped stumbles over is the stop's doing.
            log.TaskStopped();
            return TaskExitCodes.Terminated;
        }
        catch (Exception error)
        {
            var failure = TaskFailure.Of(error);
            log.TaskFailed(failure.Error.Reason, failure.Error.Message, failure.ExitCode == TaskExitCodes.Retry ? error : null);
            result = ResultDocument.Serialize(ResultDocument.Failed(failure.Error.Reason, failure.Error.Message));
            code = failure.ExitCode;
        }

        return ResultFile.Write(options.Result, log, code, result);
    }

    private async Task<HttpEndpoint?> ServeAsync(ProgressMeter meter, ILogger log, CancellationToken cancellationToken)
    {
        try
        {
            var server = await ProgressServer.StartAsync(options.Listen, meter, cancellationToken);
            log.ProgressServed(server.Address);
            return server;
        }
        catch (IOException error)
        {
            log.ProgressNotServed(error.Message);
            return null;
        }
    }
}
