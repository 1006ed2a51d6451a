using Microsoft.AspNetCore.Http;
using TextOps.Learning.Models;
using TextOps.Runner.Serve.Http;
using TextOps.Runner.Serve.Requests;

namespace TextOps.Runner.Serve.Endpoints;

/// <summary><c>/embed</c>: vectors for texts.</summary>
internal sealed class EmbedEndpoint(ServedModel served, ModelRuns runs)
{
    /// <summary>Answers with a list of vectors, in the order of the texts.</summary>
    public async Task EmbedAsync(HttpContext context)
    {
        EmbedRequest request;
        using (var body = await RequestBody.ReadAsync(context, runs.Timeout, runs.Bodies))
        {
            request = EmbedRequest.Read(body.Span, runs.Limit);
        }

        var prepared = new PreparedInput[request.Inputs.Count];
        for (var i = 0; i < prepared.Length; i++)
        {
            prepared[i] = runs.Prepare(new ModelInput { Text = request.Inputs[i] }, new FieldPath(EmbedRequest.InputsField, i), request.Truncate);
        }

        var vectors = await runs.RunAsync(prepared, context.RequestAborted);
        var length = served.Model.OutputLength;
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartArray();
        for (var i = 0; i < prepared.Length; i++)
        {
            VectorJson.WriteNumbers(answer.Writer, vectors.AsSpan(i * length, length));
            await answer.SendPortionAsync(context.Response, context.RequestAborted);
        }

        answer.Writer.WriteEndArray();
        await answer.SendAsync(context.Response, context.RequestAborted);
    }
}
