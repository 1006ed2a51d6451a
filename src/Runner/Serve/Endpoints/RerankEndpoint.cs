using Microsoft.AspNetCore.Http;
using TextOps.Learning.Models;
using TextOps.Runner.Serve.Http;
using TextOps.Runner.Serve.Requests;

namespace TextOps.Runner.Serve.Endpoints;

/// <summary><c>/rerank</c>: texts by their relevance to a query.</summary>
internal sealed class RerankEndpoint(ModelRuns runs)
{
    /// <summary>Answers with the texts' indices and scores, best first; equal scores in the order of the texts.</summary>
    public async Task RerankAsync(HttpContext context)
    {
        RerankRequest request;
        using (var body = await RequestBody.ReadAsync(context, runs.Timeout, runs.Bodies))
        {
            request = RerankRequest.Read(body.Span, runs.Limit);
        }

        var prepared = new PreparedInput[request.Texts.Count];
        for (var i = 0; i < prepared.Length; i++)
        {
            prepared[i] = runs.Prepare(new ModelInput { Text = request.Query, Pair = request.Texts[i] }, new FieldPath(RerankRequest.TextsField, i), request.Truncate);
        }

        var scores = await runs.RunAsync(prepared, context.RequestAborted);
        using var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartArray();
        foreach (var index in Enumerable.Range(0, prepared.Length).OrderByDescending(index => scores[index]))
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, index);
            json.WriteNumber("score"u8, request.RawScores ? scores[index] : Sigmoid(scores[index]));
            if (request.ReturnText)
            {
                json.WriteString("text"u8, request.Texts[index]);
            }

            json.WriteEndObject();
            await answer.SendPortionAsync(context.Response, context.RequestAborted);
        }

        json.WriteEndArray();
        await answer.SendAsync(context.Response, context.RequestAborted);
    }

    private static float Sigmoid(float logit) => (float)(1 / (1 + Math.Exp(-(double)logit)));
}
