using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using TextOps.Crds;
using TextOps.Runner.Logging;
using TextOps.Runner.Serve.Metrics;
using TextOps.Runner.Serve.Pages;

namespace TextOps.Runner.Serve.Http;

/// <summary>Every request to the server passes here: headers that all answers carry, who may ask, which path answers, what errors become, and what is counted.</summary>
internal sealed class ServeApi(ServedModel served, IReadOnlyDictionary<string, ApiPath> paths, BearerToken? token, ServeState state, ServeMetrics metrics, TimeProvider time, ILogger log)
{
    private const string VersionHeader = "x-textops-version";
    private const string IdHeader = "x-request-id";
    private const int MaxId = 128;
    private const int MaxShown = 100;

    private readonly FrozenDictionary<string, ApiPath> paths = paths.ToFrozenDictionary(StringComparer.Ordinal);
    private readonly StringValues version = served.Version;

    /// <summary>Answers a request.</summary>
    /// <param name="pages">Answers what is no path of the API; it leaves status 404 where it knows nothing either.</param>
    public async Task AnswerAsync(HttpContext context, RequestDelegate pages)
    {
        var start = time.GetTimestamp();
        var response = context.Response;
        response.Headers[VersionHeader] = version;
        response.Headers[IdHeader] = IdOf(context);
        if (state.IsDraining)
        {
            // A client that comes again then connects anew, to a server that stays.
            response.Headers.Connection = "close";
        }

        var path = paths.GetValueOrDefault(context.Request.Path.Value ?? "");
        var status = 0;
        try
        {
            await (path is null ? AnswerPageAsync(context, pages) : AnswerPathAsync(context, path));
            status = response.StatusCode;
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            status = RequestOutcome.ClientGone;
        }
        catch (Exception error)
        {
            status = await FailAsync(context, error, path?.IsOpenAi == true);
        }

        var index = path?.Index ?? (status < StatusCodes.Status400BadRequest ? ApiPaths.Pages : ApiPaths.Other);
        metrics.Answered(index, status, time.GetElapsedTime(start));
    }

    private Task AnswerPathAsync(HttpContext context, ApiPath path)
    {
        CheckToken(context);
        return path.Takes(context.Request.Method)
            ? path.AnswerAsync(context)
            : throw new RefusedRequestException(new Refusal
            {
                Status = StatusCodes.Status405MethodNotAllowed,
                Allow = path.Allow,
                Detail = $"{context.Request.Path} takes {path.Allow}, not {Shown(context.Request.Method)}",
            });
    }

    private async Task AnswerPageAsync(HttpContext context, RequestDelegate pages)
    {
        if (!ServePages.IsPublic(context.Request.Path))
        {
            CheckToken(context);
        }

        await pages(context);
        if (context.Response.StatusCode < StatusCodes.Status400BadRequest || context.Response.HasStarted)
        {
            return;
        }

        throw new RefusedRequestException(context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed
            ? new Refusal { Status = StatusCodes.Status405MethodNotAllowed, Allow = context.Response.Headers.Allow.ToString(), Detail = $"{Shown(context.Request.Path)} takes {context.Response.Headers.Allow}" }
            : new Refusal { Status = StatusCodes.Status404NotFound, Detail = $"there is no {Shown(context.Request.Path)}; there are {string.Join(", ", paths.Keys.Order(StringComparer.Ordinal))}, / and /docs" });
    }

    private void CheckToken(HttpContext context)
    {
        if (token is not null && !token.IsIn(context.Request.Headers.Authorization))
        {
            throw new RefusedRequestException(new Refusal
            {
                Status = StatusCodes.Status401Unauthorized,
                Code = "invalid_api_key",
                Detail = "the request carries no token, or a wrong one; send the header Authorization: Bearer <token>",
            });
        }
    }

    private async Task<int> FailAsync(HttpContext context, Exception error, bool openAi)
    {
        var refusal = RequestOutcome.Of(error, served.Limits);
        if (refusal is null)
        {
            log.RequestFailed(Shown(context.Request.Path), error.GetType().Name, error.Message);
            refusal = new Refusal { Status = StatusCodes.Status500InternalServerError, Detail = "the request failed in the server; its log says why" };
        }

        if (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            return StatusCodes.Status500InternalServerError;
        }

        try
        {
            await ProblemAnswer.SendAsync(context, refusal, openAi);
            return context.Response.StatusCode;
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            return RequestOutcome.ClientGone;
        }
    }

    /// <summary>The client's own id where it sends one that can stand in a header and a log, else the connection's and the request's number.</summary>
    private static StringValues IdOf(HttpContext context)
    {
        var sent = context.Request.Headers[IdHeader];
        return sent is [{ Length: > 0 and <= MaxId } id] && !id.AsSpan().ContainsAnyExceptInRange('!', '~') ? sent : context.TraceIdentifier;
    }

    private static string Shown(string text) => Ellipsis.Cut(text, MaxShown);
}
