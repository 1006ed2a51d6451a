using Microsoft.AspNetCore.Http;
using TextOps.Runner.Serve.Http;
using TextOps.Runner.Serve.Predictions;
using TextOps.Runner.Serve.Requests;

namespace TextOps.Runner.Serve.Endpoints;

/// <summary><c>/feedback</c>: what somebody says of a prediction.</summary>
internal sealed class FeedbackEndpoint(ServedModel served, IPredictionLog predictions, BodyMemory bodies, TimeProvider time)
{
    private static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Keeps it; answers 202, because it is written later.</summary>
    public async Task AcceptAsync(HttpContext context)
    {
        FeedbackRequest request;
        using (var body = await RequestBody.ReadAsync(context, BodyTimeout, bodies))
        {
            request = FeedbackRequest.Read(body.Span);
        }

        if (predictions is NoPredictionLog)
        {
            throw new RefusedRequestException(new Refusal
            {
                Status = StatusCodes.Status404NotFound,
                Detail = "this model keeps no log of predictions; set spec.monitoring.predictionLog to keep feedback",
            });
        }

        if (request.Label is { } label && !served.Model.Labels.Contains(label, StringComparer.Ordinal))
        {
            throw new RefusedRequestException(Refusal.Invalid("label", $"label '{label}' is none of the model's; there are {string.Join(", ", served.Model.Labels)}"));
        }

        predictions.Feedback(new FeedbackRecord { Id = request.Id, Time = time.GetUtcNow(), Label = request.Label, Score = request.Score, Comment = request.Comment });
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("id"u8, request.Id);
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context.Response, context.RequestAborted);
    }
}
