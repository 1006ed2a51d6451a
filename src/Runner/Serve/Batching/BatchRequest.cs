using TextOps.Learning.Models;

namespace TextOps.Runner.Serve.Batching;

/// <summary>The inputs of one request on their way through the model: they may be spread over several runs.</summary>
internal sealed class BatchRequest
{
    private readonly TaskCompletionSource<float[]> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes a request.</summary>
    /// <param name="outputLength">Numbers that an input gives.</param>
    /// <param name="arrived">When, as a timestamp.</param>
    public BatchRequest(IReadOnlyList<PreparedInput> inputs, int outputLength, long arrived)
    {
        (Inputs, Arrived) = (inputs, arrived);
        Remaining = inputs.Count;
        Outputs = GC.AllocateUninitializedArray<float>(inputs.Count * outputLength);
    }

    /// <summary>The inputs.</summary>
    public IReadOnlyList<PreparedInput> Inputs { get; }

    /// <summary>When it arrived, as a timestamp.</summary>
    public long Arrived { get; }

    /// <summary><c>[inputs, outputLength]</c>, filled as runs end.</summary>
    public float[] Outputs { get; }

    /// <summary>Inputs without an output so far.</summary>
    public int Remaining { get; set; }

    /// <summary>Its place among those that are waited for; null once it is answered.</summary>
    public LinkedListNode<BatchRequest>? Place { get; set; }

    /// <summary>Ends with the outputs, or with what went wrong.</summary>
    public Task<float[]> Completion => completion.Task;

    /// <summary>Ends it well.</summary>
    public void Succeed() => completion.TrySetResult(Outputs);

    /// <summary>Ends it badly.</summary>
    public void Fail(Exception error) => completion.TrySetException(error);

    /// <summary>Ends it because nobody waits for it any more.</summary>
    public void Cancel(CancellationToken token) => completion.TrySetCanceled(token);
}

/// <summary>An input that waits for a run.</summary>
/// <param name="Request">The request that it belongs to.</param>
/// <param name="Index">Its index there.</param>
/// <param name="Tokens">Its tokens, at least 1.</param>
internal readonly record struct WaitingInput(BatchRequest Request, int Index, int Tokens)
{
    /// <summary>The input.</summary>
    public PreparedInput Input => Request.Inputs[Index];
}
