using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TextOps.Learning.Models;
using TextOps.Runner.Serve.Http;
using TextOps.Runner.Serve.Metrics;
using TextOps.Runner.Serve.Predictions;
using TextOps.Runner.Serve.Requests;

namespace TextOps.Runner.Serve.Endpoints;

/// <summary><c>/predict</c> and <c>/predict/batch</c>: labels for texts.</summary>
internal sealed class PredictEndpoint(ServedModel served, PredictContract contract, ModelRuns runs, IPredictionLog predictions, ServeMetrics metrics, TimeProvider time)
{
    private readonly IReadOnlyList<string> derived = contract.Derived;
    private readonly JsonEncodedText[] labels = [.. served.Model.Labels.Select(label => JsonEncodedText.Encode(label))];
    private readonly JsonEncodedText version = JsonEncodedText.Encode(served.Version);
    private readonly JsonEncodedText? stage = served.Stage is { } name ? JsonEncodedText.Encode(name) : null;
    private readonly bool logs = predictions is not NoPredictionLog;

    /// <summary>One text.</summary>
    public async Task PredictAsync(HttpContext context)
    {
        var start = time.GetTimestamp();
        PredictInstance instance;
        using (var body = await RequestBody.ReadAsync(context, runs.Timeout, runs.Bodies))
        {
            instance = contract.Read(body.Span);
        }

        var probabilities = await runs.RunAsync([runs.Prepare(instance.Input, default, truncate: true)], context.RequestAborted);
        using var answer = JsonAnswer.Rent();
        Write(answer.Writer, instance, probabilities, start);
        await answer.SendAsync(context.Response, context.RequestAborted);
    }

    /// <summary>Many texts, answered in their order.</summary>
    public async Task PredictBatchAsync(HttpContext context)
    {
        var start = time.GetTimestamp();
        IReadOnlyList<PredictInstance> instances;
        using (var body = await RequestBody.ReadAsync(context, runs.Timeout, runs.Bodies))
        {
            instances = contract.ReadBatch(body.Span);
        }

        var prepared = new PreparedInput[instances.Count];
        for (var i = 0; i < prepared.Length; i++)
        {
            prepared[i] = runs.Prepare(instances[i].Input, default, truncate: true);
        }

        var probabilities = await runs.RunAsync(prepared, context.RequestAborted);
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("predictions"u8);
        for (var i = 0; i < instances.Count; i++)
        {
            Write(answer.Writer, instances[i], probabilities.AsMemory(i * labels.Length, labels.Length), start);
            await answer.SendPortionAsync(context.Response, context.RequestAborted);
        }

        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context.Response, context.RequestAborted);
    }

    private void Write(Utf8JsonWriter json, PredictInstance instance, ReadOnlyMemory<float> output, long start)
    {
        var probabilities = output.Span;
        var best = Best(probabilities);
        var id = Guid.CreateVersion7(time.GetUtcNow());
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("label"u8, labels[best]);
        json.WriteNumber("score"u8, probabilities[best]);
        json.WriteStartObject("probabilities"u8);
        for (var i = 0; i < labels.Length; i++)
        {
            json.WriteNumber(labels[i], probabilities[i]);
        }

        json.WriteEndObject();
        json.WriteString("version"u8, version);
        if (stage is { } name)
        {
            json.WriteString("stage"u8, name);
        }

        if (instance.Recomputed.Count > 0)
        {
            json.WriteStartArray("recomputed"u8);
            foreach (var field in instance.Recomputed)
            {
                json.WriteStringValue(derived[field]);
                metrics.Disagreed(field);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        metrics.Predicted(best, probabilities[best]);
        if (logs)
        {
            predictions.Record(new PredictionRecord
            {
                Id = id.ToString("D"),
                Time = time.GetUtcNow(),
                Text = instance.Input.Text,
                Fields = instance.Input.Numbers,
                Recomputed = instance.Recomputed.Count == 0 ? null : [.. instance.Recomputed.Select(field => derived[field])],
                Label = served.Model.Labels[best],
                Probabilities = probabilities.ToArray(),
                Latency = time.GetElapsedTime(start),
            });
        }
    }

    private static int Best(ReadOnlySpan<float> probabilities)
    {
        var best = 0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (!float.IsFinite(probabilities[i]))
            {
                throw new InvalidDataException("the model gave a probability that is not a number");
            }

            best = probabilities[i] > probabilities[best] ? i : best;
        }

        return best;
    }
}
