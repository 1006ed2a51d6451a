using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TextOps.Crds.ModelDeployments;
using TextOps.Runner.Serve.Batching;

namespace TextOps.Runner.Serve.Http;

/// <summary>What an error means for the request that it ended.</summary>
internal static class RequestOutcome
{
    /// <summary>Status that metrics count where the client went away before its answer (nginx's code; nobody receives it).</summary>
    public const int ClientGone = 499;

    /// <summary>The refusal that an error becomes; null for one that nobody foresaw.</summary>
    public static Refusal? Of(Exception error, Serving limits) => error switch
    {
        RefusedRequestException refused => refused.Refusal,
        JsonException json => Refusal.Malformed($"the body is not JSON: {json.Message}"),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new Refusal
        {
            Status = StatusCodes.Status413PayloadTooLarge,
            Limit = limits.MaxRequestBytes,
            Detail = $"the body is larger than {limits.MaxRequestBytes} bytes (maxRequestBytes); send fewer or shorter texts at a time",
        },
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new Refusal
        {
            Status = StatusCodes.Status408RequestTimeout,
            Detail = "the body arrived too slowly; send at least 240 bytes a second",
        },
        BadHttpRequestException bad => new Refusal { Status = bad.StatusCode, Detail = bad.Message },
        RequestTimedOutException => new Refusal
        {
            Status = StatusCodes.Status503ServiceUnavailable,
            RetryAfter = 1,
            Limit = limits.RequestTimeoutSeconds,
            Detail = $"the request was not answered within {limits.RequestTimeoutSeconds} seconds (requestTimeoutSeconds), because too many wait; try again later",
        },
        ServerStoppedException => new Refusal { Status = StatusCodes.Status503ServiceUnavailable, RetryAfter = 1, Detail = "the server is stopping; try again, another one answers" },
        ModelRunException => new Refusal { Status = StatusCodes.Status500InternalServerError, Detail = "the model failed with this input; the server's log says why" },
        _ => null,
    };
}
