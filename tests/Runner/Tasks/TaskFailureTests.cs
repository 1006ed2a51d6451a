using System.Text.Json;
using TextOps.Artifacts.Stores;
using TextOps.Crds.Tasks;
using TextOps.Onnx.Embeddings;
using TextOps.Runner.Tasks;
using TextOps.Runner.Text;
using TextOps.Tokenizers;

namespace TextOps.Runner.Tests.Tasks;

public sealed class TaskFailureTests
{
    public static TheoryData<Exception, int, string> Mapping => new()
    {
        { new TaskRefusedException(TaskErrorReasons.InputRejected, "m"), TaskExitCodes.Refused, TaskErrorReasons.InputRejected },
        { new InputException("m"), TaskExitCodes.Refused, TaskErrorReasons.InputRejected },
        { new ModelFormatException("m"), TaskExitCodes.Refused, TaskErrorReasons.InvalidSpec },
        { new TokenizerFormatException("m"), TaskExitCodes.Refused, TaskErrorReasons.InvalidSpec },
        { new JsonException("m"), TaskExitCodes.Refused, TaskErrorReasons.InvalidSpec },
        { new StoreRefusedException("m"), TaskExitCodes.Refused, TaskErrorReasons.StoreRefused },
        { new UnauthorizedAccessException("m"), TaskExitCodes.Refused, TaskErrorReasons.StoreRefused },
        { new AggregateException(new StoreRefusedException("m")), TaskExitCodes.Refused, TaskErrorReasons.StoreRefused },
        { new IOException("m"), TaskExitCodes.Retry, TaskErrorReasons.Transient },
        { new ObjectNotFoundException("m"), TaskExitCodes.Retry, TaskErrorReasons.Transient },
        { new InsufficientMemoryException("m"), TaskExitCodes.Retry, TaskErrorReasons.Transient },
        { new InvalidOperationException("m"), TaskExitCodes.Retry, TaskErrorReasons.Transient },
    };

    [Theory]
    [MemberData(nameof(Mapping))]
    public void Every_error_has_an_exit_code_and_a_reason(Exception error, int code, string reason)
    {
        var failure = TaskFailure.Of(error);
        Assert.Equal((code, reason), (failure.ExitCode, failure.Error.Reason));
        Assert.Contains('m', failure.Error.Message);
    }
}
