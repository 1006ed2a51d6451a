using Microsoft.Extensions.Logging;

namespace TextOps.Runner.Logging;

/// <summary>Everything the runner logs: one event name for each thing that happens.</summary>
internal static partial class RunnerEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} starts, runner {CodeVersion}, {Threads} threads")]
    public static partial void TaskStarted(this ILogger log, string kind, string codeVersion, int threads);

    [LoggerMessage(Level = LogLevel.Information, Message = "progress is served at {Address}/progress")]
    public static partial void ProgressServed(this ILogger log, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "progress is not served: {Reason}")]
    public static partial void ProgressNotServed(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}: {Failure}")]
    public static partial void TaskFailed(this ILogger log, string reason, string failure, Exception? exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "stopped; whole parts are kept and the task continues after them")]
    public static partial void TaskStopped(this ILogger log);

    [LoggerMessage(Level = LogLevel.Error, Message = "the result could not be written to {Path}: {Reason}")]
    public static partial void ResultNotWritten(this ILogger log, string path, string reason);
}
