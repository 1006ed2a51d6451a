using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TextOps.Learning.Models;
using TextOps.Runner.Serve.Http;
using TextOps.Runner.Serve.Requests;

namespace TextOps.Runner.Serve.Endpoints;

/// <summary><c>/v1/embeddings</c>: vectors for texts, as OpenAI's API has them.</summary>
internal sealed class EmbeddingsEndpoint(ServedModel served, ModelRuns runs)
{
    private readonly JsonEncodedText name = JsonEncodedText.Encode(served.Name);

    /// <summary>Answers with a list of embeddings, in the order of the texts.</summary>
    public async Task EmbedAsync(HttpContext context)
    {
        EmbeddingsRequest request;
        using (var body = await RequestBody.ReadAsync(context, runs.Timeout, runs.Bodies))
        {
            request = EmbeddingsRequest.Read(body.Span, runs.Limit);
        }

        Check(request);
        var prepared = new PreparedInput[request.Input.Count];
        var tokens = 0L;
        for (var i = 0; i < prepared.Length; i++)
        {
            prepared[i] = Prepare(request.Input[i], new FieldPath(EmbeddingsRequest.InputField, i));
            tokens += prepared[i].Tokens;
        }

        var vectors = await runs.RunAsync(prepared, context.RequestAborted);
        using var answer = JsonAnswer.Rent();
        await WriteAsync(answer, context, request, vectors, tokens);
        await answer.SendAsync(context.Response, context.RequestAborted);
    }

    private PreparedInput Prepare(TextOrTokens input, FieldPath field)
    {
        if (input.Tokens is not { } ids)
        {
            return runs.Prepare(new ModelInput { Text = input.Text! }, field, truncate: false);
        }

        if (served.Model is not TextEmbedder embedder)
        {
            throw new RefusedRequestException(Refusal.Invalid(field.ToString(), $"{field} is a list of tokens, and this model takes texts only"));
        }

        try
        {
            return runs.Accept(embedder.Prepare(ids), field, truncate: false);
        }
        catch (ArgumentException error)
        {
            throw new RefusedRequestException(Refusal.Invalid(field.ToString(), $"{field}: {error.Message.Split(" (Parameter", 2)[0]}"), error);
        }
    }

    private void Check(EmbeddingsRequest request)
    {
        if (request.Model is { } model && model != served.Name)
        {
            throw new RefusedRequestException(new Refusal
            {
                Status = StatusCodes.Status404NotFound,
                Field = "model",
                Code = "model_not_found",
                Detail = $"model '{model}' is not served here; ask for '{served.Name}', or leave model out",
            });
        }

        if (request.Dimensions is { } dimensions && (dimensions < 1 || dimensions > served.Model.OutputLength))
        {
            throw new RefusedRequestException(Refusal.Invalid(
                "dimensions", $"dimensions ({dimensions}) must be from 1 to {served.Model.OutputLength}, which is what the model has", served.Model.OutputLength));
        }
    }

    private async Task WriteAsync(JsonAnswer answer, HttpContext context, EmbeddingsRequest request, float[] vectors, long tokens)
    {
        var length = served.Model.OutputLength;
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        for (var i = 0; i < request.Input.Count; i++)
        {
            var vector = vectors.AsMemory(i * length, request.Dimensions ?? length);
            if (request.Dimensions is { } wanted && wanted < length)
            {
                VectorJson.Normalize(vector.Span);
            }

            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, i);
            json.WritePropertyName("embedding"u8);
            if (request.Base64)
            {
                VectorJson.WriteBase64(json, vector.Span);
            }
            else
            {
                VectorJson.WriteNumbers(json, vector.Span);
            }

            json.WriteEndObject();
            await answer.SendPortionAsync(context.Response, context.RequestAborted);
        }

        json.WriteEndArray();
        json.WriteString("model"u8, name);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, tokens);
        json.WriteNumber("total_tokens"u8, tokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
