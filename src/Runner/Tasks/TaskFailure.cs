using System.Text.Json;
using TextOps.Artifacts.Stores;
using TextOps.Crds.Tasks;
using TextOps.Learning.Families;
using TextOps.Onnx.Embeddings;
using TextOps.Runner.Text;
using TextOps.Tokenizers;

namespace TextOps.Runner.Tasks;

/// <summary>What an error means for the task: whether it may be tried again, and the reason that people see.</summary>
/// <param name="ExitCode">One of <see cref="TaskExitCodes"/>.</param>
/// <param name="Error">Reason and message.</param>
internal sealed record TaskFailure(int ExitCode, TaskError Error)
{
    /// <summary>Judges an error.</summary>
    public static TaskFailure Of(Exception error) => error switch
    {
        AggregateException { InnerExceptions: [var only] } => Of(only),
        TaskRefusedException refused => Refused(refused.Reason, refused),
        InputException => Refused(TaskErrorReasons.InputRejected, error),
        ModelFormatException or TokenizerFormatException => Refused(
            TaskErrorReasons.InvalidSpec, $"{error.Message}; mend the model's files, or name another model"),
        TrainingException => Refused(TaskErrorReasons.InvalidSpec, error),
        JsonException => Refused(TaskErrorReasons.InvalidSpec, error),
        StoreRefusedException or UnauthorizedAccessException => Refused(TaskErrorReasons.StoreRefused, error),
        OutOfMemoryException => Transient("the runner ran out of memory; raise runner.resources.limits.memory"),
        IOException => Transient(error.Message),

        // What nobody foresaw may be the machine's fault; the number of retries is limited.
        _ => Transient($"{error.GetType().Name}: {error.Message}"),
    };

    private static TaskFailure Refused(string reason, Exception error) => Refused(reason, error.Message);

    private static TaskFailure Refused(string reason, string message) =>
        new(TaskExitCodes.Refused, new TaskError { Reason = reason, Message = message });

    private static TaskFailure Transient(string message) =>
        new(TaskExitCodes.Retry, new TaskError { Reason = TaskErrorReasons.Transient, Message = message });
}
