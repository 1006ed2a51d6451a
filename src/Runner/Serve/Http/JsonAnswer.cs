using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TextOps.Runner.Serve.Http;

/// <summary>Writes a JSON answer: small ones at once and with their length, large ones in portions, so that no answer is held whole.</summary>
internal sealed class JsonAnswer : IDisposable
{
    /// <summary>Media type of answers.</summary>
    public const string Json = "application/json";

    private const int Portion = 64 * 1024;
    private const int Kept = 2 * Portion;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static JsonAnswer? spare;

    private readonly ArrayBufferWriter<byte> buffer = new(4096);

    private JsonAnswer() => Writer = new Utf8JsonWriter(buffer, Options);

    /// <summary>Writes the answer.</summary>
    public Utf8JsonWriter Writer { get; }

    /// <summary>Gives one that nobody uses.</summary>
    public static JsonAnswer Rent()
    {
        var answer = spare ?? new JsonAnswer();
        spare = null;
        return answer;
    }

    /// <summary>Sends what is written so far, where that is much.</summary>
    public ValueTask SendPortionAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        return Writer.BytesPending + buffer.WrittenCount < Portion ? ValueTask.CompletedTask : SendAsync();

        async ValueTask SendAsync()
        {
            Writer.Flush();
            response.ContentType ??= Json;
            await response.BodyWriter.WriteAsync(buffer.WrittenMemory, cancellationToken);
            buffer.ResetWrittenCount();
        }
    }

    /// <summary>Sends the rest.</summary>
    public async ValueTask SendAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        Writer.Flush();
        if (!response.HasStarted)
        {
            response.ContentType ??= Json;
            response.ContentLength = buffer.WrittenCount;
        }

        await response.BodyWriter.WriteAsync(buffer.WrittenMemory, cancellationToken);
    }

    /// <summary>Gives it back.</summary>
    public void Dispose()
    {
        if (buffer.Capacity <= Kept)
        {
            buffer.ResetWrittenCount();
            Writer.Reset();
            spare = this;
        }
    }
}
