using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Tasks;

namespace TextOps.Runner.Tasks;

/// <summary>Results as bytes: never longer than what the kubelet keeps of a termination message.</summary>
internal static class ResultDocument
{
    private const string Cut = "…";

    /// <summary>JSON of <paramref name="result"/> in at most <see cref="TaskResult.MaxBytes"/> bytes; a longer message of an error is cut between two characters.</summary>
    public static byte[] Serialize(TaskResult result)
    {
        var whole = JsonSerializer.SerializeToUtf8Bytes(result, Json.Strict);
        if (whole.Length <= TaskResult.MaxBytes)
        {
            return whole;
        }

        if (result.Error is not { } error)
        {
            var why = $"the result has {whole.Length} bytes, more than {TaskResult.MaxBytes}; shorten output.uri";
            return Serialize(Failed(TaskErrorReasons.InvalidSpec, why));
        }

        // How long a character is in JSON depends on the character, so the longest message that fits is searched for.
        byte[] fitting = [];
        var (low, high) = (0, error.Message.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var end = middle > 0 && char.IsHighSurrogate(error.Message[middle - 1]) ? middle - 1 : middle;
            var candidate = JsonSerializer.SerializeToUtf8Bytes(Failed(error.Reason, error.Message[..end] + Cut), Json.Strict);
            if (candidate.Length <= TaskResult.MaxBytes)
            {
                fitting = candidate;
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return fitting;
    }

    /// <summary>Whether a result fits as it is.</summary>
    public static bool Fits(TaskResult result) => JsonSerializer.SerializeToUtf8Bytes(result, Json.Strict).Length <= TaskResult.MaxBytes;

    /// <summary>The result of a task that failed.</summary>
    public static TaskResult Failed(string reason, string message) => new() { Error = new TaskError { Reason = reason, Message = message } };
}
