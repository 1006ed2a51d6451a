using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace TextOps.Runner.Serve.Http;

/// <summary>Writes refusals: as RFC 9457 has it, and below <c>/v1/</c> as OpenAI's API has it.</summary>
internal static class ProblemAnswer
{
    private const string ProblemJson = "application/problem+json";

    /// <summary>Sends a refusal; what was set for an answer before is taken back.</summary>
    public static async Task SendAsync(HttpContext context, Refusal refusal, bool openAi)
    {
        var response = context.Response;

        // OpenAI's clients know 400 as what cannot be mended by asking again.
        response.StatusCode = openAi && refusal.Status == StatusCodes.Status422UnprocessableEntity ? StatusCodes.Status400BadRequest : refusal.Status;
        response.ContentType = openAi ? JsonAnswer.Json : ProblemJson;
        response.ContentLength = null;
        if (refusal.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.Allow is { } methods)
        {
            response.Headers.Allow = methods;
        }

        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        using var answer = JsonAnswer.Rent();
        if (openAi)
        {
            WriteOpenAi(answer.Writer, refusal);
        }
        else
        {
            WriteProblem(answer.Writer, refusal);
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await answer.SendAsync(response, context.RequestAborted);
    }

    private static void WriteProblem(Utf8JsonWriter json, Refusal refusal)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "about:blank"u8);
        json.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(refusal.Status));
        json.WriteNumber("status"u8, refusal.Status);
        json.WriteString("detail"u8, refusal.Detail);
        if (refusal.Field is { } field)
        {
            json.WriteString("field"u8, field);
        }

        if (refusal.Limit is { } limit)
        {
            json.WriteNumber("limit"u8, limit);
        }

        json.WriteEndObject();
    }

    private static void WriteOpenAi(Utf8JsonWriter json, Refusal refusal)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, refusal.Detail);
        json.WriteString("type"u8, refusal.Status switch
        {
            StatusCodes.Status401Unauthorized => "authentication_error",
            StatusCodes.Status429TooManyRequests => "rate_limit_error",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        });
        json.WriteString("param"u8, refusal.Field);
        json.WriteString("code"u8, refusal.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
