using System.Text.Unicode;

namespace TextOps.Kubernetes.Rest.Watching;

/// <summary>Cuts the endless answer to a watch into lines, and notices when it is no more: cut off, silent, or not what a server sends.</summary>
/// <param name="stream">The answer.</param>
/// <param name="what">The watch in messages.</param>
/// <param name="maxBytes">Longest line.</param>
/// <param name="idleTimeout">How long the server may say nothing.</param>
internal sealed class WatchLines(Stream stream, string what, int maxBytes, TimeSpan idleTimeout, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource idle = new(Timeout.InfiniteTimeSpan, time);
    private byte[] buffer = new byte[16 * 1024];
    private int start;
    private int searched;
    private int end;

    /// <summary>The next line, valid until the next call; null where the server has ended the watch.</summary>
    /// <exception cref="HttpRequestException">The connection broke or is silent.</exception>
    /// <exception cref="InvalidDataException">The line is too long, or not UTF-8.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = buffer.AsSpan(searched..end).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = buffer.AsMemory(start..(searched + length));
                CheckLength(line.Length);
                start = searched = searched + length + 1;
                if (!Utf8.IsValid(line.Span))
                {
                    throw new InvalidDataException($"{what}: an event is not UTF-8");
                }

                return line;
            }

            searched = end;
            MakeRoom();
            var read = await FillAsync(cancellationToken);
            if (read == 0)
            {
                return end == start ? null : throw new HttpRequestException(HttpRequestError.ResponseEnded, $"{what}: cut off in the middle of an event");
            }

            end += read;
        }
    }

    public void Dispose() => idle.Dispose();

    private void MakeRoom()
    {
        CheckLength(end - start);
        if (start > 0)
        {
            buffer.AsSpan(start..end).CopyTo(buffer);
            (end, searched, start) = (end - start, searched - start, 0);
        }

        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    private void CheckLength(int length)
    {
        if (length > maxBytes)
        {
            throw new InvalidDataException($"{what}: an event is longer than {maxBytes} bytes");
        }
    }

    private async ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        // The clock runs only while the server is waited for: what the reader does with an event takes as long as it takes.
        idle.CancelAfter(idleTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
        try
        {
            return await stream.ReadAsync(buffer.AsMemory(end), either.Token);
        }
        catch (OperationCanceledException problem) when (idle.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"{what}: the server said nothing for {idleTimeout.TotalSeconds:0.#} s; the connection is taken for dead", problem);
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, $"{what}: the connection broke ({problem.Message})", problem);
        }
        finally
        {
            idle.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }
}
