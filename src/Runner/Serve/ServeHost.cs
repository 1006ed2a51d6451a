using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds.Tasks;
using TextOps.Hosting.Metrics;
using TextOps.Learning.Models;
using TextOps.Runner.Hosting;
using TextOps.Runner.Logging;
using TextOps.Runner.Serve.Metrics;
using TextOps.Runner.Serve.Predictions;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Serve;

/// <summary>Serves a model from its task to its exit code: files, load, listeners, drain.</summary>
internal sealed class ServeHost(ServeOptions options, TimeProvider time)
{
    /// <summary>Serves until it is told to stop; answers the exit code.</summary>
    public async Task<int> RunAsync()
    {
        // A request's thread may run the model; others must go on reading and writing meanwhile.
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + 4), completions);
        using var signals = new StopSignals();
        using var logging = new RunnerLogging();
        try
        {
            return await ServeAsync(logging, signals);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            logging.Log.LoadingStopped();
            return TaskExitCodes.Succeeded;
        }
        catch (Exception error)
        {
            var failure = TaskFailure.Of(error);
            logging.Log.TaskFailed(failure.Error.Reason, failure.Error.Message, failure.ExitCode == TaskExitCodes.Retry ? error : null);
            return ResultFile.Write(options.Result, logging.Log, failure.ExitCode, ResultDocument.Serialize(ResultDocument.Failed(failure.Error.Reason, failure.Error.Message)));
        }
    }

    private async Task<int> ServeAsync(RunnerLogging logging, StopSignals signals)
    {
        var log = logging.Log;
        Scratch.Use(options.Scratch);
        var task = options.Task is { } path ? (ServeTask)TaskFile.Read(path, nameof(ServeTask)) : null;
        if (task is not null)
        {
            logging.Properties.Set(task);
        }

        var token = TokenOf(task);
        log.TaskStarted(nameof(ServeTask), CodeVersion.Informational, options.Threads);
        using var process = new ProcessMetrics("runner", CodeVersion.Informational);
        using var meter = new Meter(ServeMetrics.MeterName);
        using var registry = new MetricRegistry(MetricRegistry.IsOurs, NullLogger<MetricRegistry>.Instance);
        await using var probes = await ProbeEndpoint.StartAsync(options.MetricsListen, registry, signals.Token);
        await using var loaded = await LoadAsync(task, token is not null, log, signals);
        await using var predictions = PredictionsOf(task, loaded.Served, log);
        var settings = new ModelServerSettings { Listen = options.Listen, Token = token, Predictions = predictions, Meter = meter, Time = time, Log = log };
        await using var server = await ModelServer.StartAsync(loaded.Served, settings, signals.Token);
        probes.Serve(server.Readiness);
        var probesAddress = probes.Address.GetLeftPart(UriPartial.Authority);
        log.Serving(server.Address, probesAddress);
        await signals.WaitAsync();
        await DrainAsync(server, loaded.Served.Limits.DrainSeconds, log, signals.AtOnce);
        await predictions.DisposeAsync();
        if (!server.StopRuns())
        {
            // As with loading: the model still computes.
            logging.Dispose();
            ProcessEnd.AtOnce(TaskExitCodes.Succeeded);
        }

        return TaskExitCodes.Succeeded;
    }

    /// <summary>Goes on serving while others learn that they should ask elsewhere, then ends what runs.</summary>
    private async Task DrainAsync(ModelServer server, int seconds, ILogger log, CancellationToken atOnce)
    {
        server.State.Drain();
        log.Draining(seconds);
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), time, atOnce);
        }
        catch (OperationCanceledException)
        {
            // Told so twice.
        }

        await server.StopAsync(atOnce);
        var stats = server.State.Stats(withPaths: false);
        log.ServingStopped(stats.Requests, stats.Errors);
    }

    private async Task<LoadedModel> LoadAsync(ServeTask? task, bool needsToken, ILogger log, StopSignals signals)
    {
        var work = Task.Run(() => LoadedModel.LoadAsync(options, task, needsToken, time, log, signals.Token));
        if (await Task.WhenAny(work, signals.WaitAsync()) != work)
        {
            // Native code that loads cannot be interrupted, and an orderly exit would unload its library under it.
            log.LoadingStopped();
            ProcessEnd.AtOnce(TaskExitCodes.Succeeded);
        }

        return await work;
    }

    private IPredictionLog PredictionsOf(ServeTask? task, ServedModel served, ILogger log) => task is null
        ? new NoPredictionLog()
        : PredictionLogs.Open(task, served, Environment.GetEnvironmentVariable(ServeEnvironment.PodName) ?? Environment.MachineName, ObjectStores.Open, time, log);

    private static string? TokenOf(ServeTask? task)
    {
        var token = Environment.GetEnvironmentVariable(ServeEnvironment.BearerToken)?.Trim();
        if (!string.IsNullOrEmpty(token))
        {
            return token;
        }

        return task?.Serving.Access is null
            ? null
            : throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec, $"serving.access asks for a bearer token, and {ServeEnvironment.BearerToken} is empty; put the token into the Secret that serving.access names");
    }
}
