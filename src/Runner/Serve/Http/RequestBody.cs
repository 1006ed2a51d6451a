using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TextOps.Crds;

namespace TextOps.Runner.Serve.Http;

/// <summary>The whole body of a request, in a buffer that is given back.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBuffer = 16 * 1024;
    private const int MaxShown = 100;

    private readonly BodyMemory memory;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int length;
    private int counted;

    private RequestBody(BodyMemory memory) => this.memory = memory;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => buffer.AsSpan(0, length);

    /// <summary>Reads the body of a request, which must say that it is JSON.</summary>
    /// <param name="timeout">How long the whole of it may take.</param>
    /// <param name="memory">What bodies may take together; given back with this one.</param>
    /// <exception cref="RefusedRequestException">It is of another type, or too slow, or there is no memory for it.</exception>
    /// <exception cref="BadHttpRequestException">It is too large, or not what its header says.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, TimeSpan timeout, BodyMemory memory)
    {
        CheckType(context.Request);
        var reader = context.Request.BodyReader;
        var body = new RequestBody(memory);
        try
        {
            if (!reader.TryRead(out var read) || !body.Append(reader, read))
            {
                await body.ReadRestAsync(reader, timeout, context.RequestAborted);
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            memory.Release(counted);
            (buffer, length, counted) = ([], 0, 0);
        }
    }

    private static void CheckType(HttpRequest request)
    {
        var coding = request.Headers.ContentEncoding.ToString();
        if (coding.Length > 0 && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new RefusedRequestException(new Refusal
            {
                Status = StatusCodes.Status415UnsupportedMediaType,
                Field = "Content-Encoding",
                Detail = $"the body is packed ('{Ellipsis.Cut(coding, MaxShown)}'), and is not unpacked here; send it as it is",
            });
        }

        var type = request.ContentType;
        if (type == JsonAnswer.Json)
        {
            return;
        }

        var fits = MediaTypeHeaderValue.TryParse(type, out var parsed)
            && parsed.MediaType.Equals(JsonAnswer.Json, StringComparison.OrdinalIgnoreCase)
            && (!parsed.Charset.HasValue || parsed.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || parsed.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
        if (!fits)
        {
            throw new RefusedRequestException(new Refusal
            {
                Status = StatusCodes.Status415UnsupportedMediaType,
                Field = "Content-Type",
                Detail = $"the body is of type {(string.IsNullOrEmpty(type) ? "(none)" : $"'{Ellipsis.Cut(type, MaxShown)}'")}; send JSON in UTF-8 with Content-Type: {JsonAnswer.Json}",
            });
        }
    }

    private async Task ReadRestAsync(PipeReader reader, TimeSpan timeout, CancellationToken aborted)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        late.CancelAfter(timeout);
        try
        {
            while (!Append(reader, await reader.ReadAsync(late.Token)))
            {
            }
        }
        catch (OperationCanceledException error) when (!aborted.IsCancellationRequested)
        {
            throw new RefusedRequestException(
                new Refusal
                {
                    Status = StatusCodes.Status408RequestTimeout,
                    Limit = (long)timeout.TotalSeconds,
                    Detail = $"the body did not arrive within {timeout.TotalSeconds:0} seconds (requestTimeoutSeconds); send it faster, or send less",
                },
                error);
        }
    }

    /// <summary>Takes what was read; answers whether that was the end.</summary>
    private bool Append(PipeReader reader, ReadResult read)
    {
        var arrived = (int)read.Buffer.Length;
        if (length + arrived > buffer.Length)
        {
            var size = (int)Math.Min(Array.MaxLength, Math.Max(length + arrived, 2L * buffer.Length));
            memory.Take(size - counted);
            counted = size;
            var larger = ArrayPool<byte>.Shared.Rent(size);
            Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        read.Buffer.CopyTo(buffer.AsSpan(length));
        length += arrived;
        reader.AdvanceTo(read.Buffer.End);
        return read.IsCompleted;
    }
}
