using Microsoft.AspNetCore.Http;

namespace TextOps.Runner.Serve.Http;

/// <summary>Why a request is not answered as it was meant.</summary>
internal sealed record Refusal
{
    /// <summary>HTTP status code.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong and how to mend it, in a sentence.</summary>
    public required string Detail { get; init; }

    /// <summary>The field that it is about, for example <c>instances[3].text</c>.</summary>
    public string? Field { get; init; }

    /// <summary>The limit that was passed.</summary>
    public long? Limit { get; init; }

    /// <summary>For programs, in OpenAI's form: for example <c>model_not_found</c>.</summary>
    public string? Code { get; init; }

    /// <summary>When to try again, in seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>What <c>Allow</c> says.</summary>
    public string? Allow { get; init; }

    /// <summary>The body is not what JSON, or a field's type, must be.</summary>
    public static Refusal Malformed(string detail, string? field = null) => new() { Status = StatusCodes.Status400BadRequest, Detail = detail, Field = field };

    /// <summary>A value is not what the contract says.</summary>
    public static Refusal Invalid(string field, string detail, long? limit = null) =>
        new() { Status = StatusCodes.Status422UnprocessableEntity, Detail = detail, Field = field, Limit = limit };
}

/// <summary>Ends a request with a <see cref="Refusal"/>.</summary>
/// <param name="refusal">Why.</param>
internal sealed class RefusedRequestException(Refusal refusal, Exception? inner = null) : Exception(refusal.Detail, inner)
{
    /// <summary>Why.</summary>
    public Refusal Refusal { get; } = refusal;
}
