using Microsoft.AspNetCore.Http;
using TextOps.Learning.Models;
using TextOps.Runner.Serve.Batching;
using TextOps.Runner.Serve.Http;
using TextOps.Runner.Serve.Metrics;
using TextOps.Runner.Serve.Requests;

namespace TextOps.Runner.Serve.Endpoints;

/// <summary>From inputs to outputs, for every path: prepared on the request's own thread, run in batches.</summary>
internal sealed class ModelRuns(ServedModel served, RequestLimit limit, DynamicBatcher batcher, ServeMetrics metrics)
{
    /// <summary>What the inputs of a request may be at most; what does not fit into the queue would never be run.</summary>
    public RequestLimit Limit => limit;

    /// <summary>Memory of the bodies that arrive.</summary>
    public BodyMemory Bodies { get; } = BodyMemory.For(served.Limits.MaxRequestBytes);

    /// <summary>How long a request may take.</summary>
    public TimeSpan Timeout { get; } = TimeSpan.FromSeconds(served.Limits.RequestTimeoutSeconds);

    /// <summary>Prepares an input, and counts its tokens.</summary>
    /// <param name="field">The field that it comes from.</param>
    /// <param name="truncate">Whether it may lose its end.</param>
    /// <exception cref="RefusedRequestException">It has more tokens than the model takes.</exception>
    public PreparedInput Prepare(ModelInput input, FieldPath field, bool truncate) => Accept(served.Model.Prepare(input), field, truncate);

    /// <summary>Takes an input that is prepared already, and counts its tokens.</summary>
    /// <exception cref="RefusedRequestException">It has more tokens than the model takes.</exception>
    public PreparedInput Accept(PreparedInput prepared, FieldPath field, bool truncate)
    {
        if (prepared.Truncated && !truncate)
        {
            throw new RefusedRequestException(Refusal.Invalid(
                field.ToString(), $"{field} has more than {served.Model.MaxTokens} tokens, which is all that the model takes; send less, or allow to truncate it", served.Model.MaxTokens));
        }

        metrics.Prepared(prepared.Tokens, prepared.Truncated ? 1 : 0);
        return prepared;
    }

    /// <summary>Runs the model: <c>[inputs, OutputLength]</c>.</summary>
    /// <exception cref="RefusedRequestException">The queue is full.</exception>
    public Task<float[]> RunAsync(IReadOnlyList<PreparedInput> inputs, CancellationToken cancellationToken) =>
        batcher.TryRun(inputs, always: false, out var outputs, cancellationToken) ? outputs : throw new RefusedRequestException(new Refusal
        {
            Status = StatusCodes.Status429TooManyRequests,
            Limit = served.Limits.MaxQueue,
            RetryAfter = 1,
            Detail = $"the queue has no room for {inputs.Count} more: at most {served.Limits.MaxQueue} texts may wait (maxQueue); try again later",
        });
}
