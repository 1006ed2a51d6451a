using System.Buffers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TextOps.Artifacts.Predictions;
using TextOps.Runner.Logging;

namespace TextOps.Runner.Serve.Predictions;

/// <summary>
/// Keeps predictions in a store, as parts of whole lines. Requests only put their records into a bounded queue; one task makes lines of them and writes a part when it is large or old
/// enough. While the store fails it tries the part again, and what does not fit the queue is lost and counted.
/// </summary>
internal sealed class StoredPredictionLog : IPredictionLog
{
    private const int FeedbackShare = 4;

    private readonly PredictionPartWriter writer;
    private readonly PredictionFormat format;
    private readonly PredictionSample sample;
    private readonly TimeSpan flush;
    private readonly PredictionLogLimits limits;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Channel<Waiting> queue = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ArrayBufferWriter<byte> part;
    private readonly CancellationTokenSource hurry = new();
    private readonly CancellationTokenSource stop;
    private readonly Task writing;
    private long waitingRecords;
    private long waitingBytes;
    private long dropped;
    private long told;
    private int lines;

    /// <summary>Starts to keep predictions.</summary>
    /// <param name="flush">How old a part may get before it is written.</param>
    public StoredPredictionLog(PredictionPartWriter writer, PredictionFormat format, PredictionSample sample, TimeSpan flush, PredictionLogLimits limits, TimeProvider time, ILogger log)
    {
        (this.writer, this.format, this.sample, this.flush, this.limits, this.time, this.log) = (writer, format, sample, flush, limits, time, log);
        part = new ArrayBufferWriter<byte>(limits.PartBytes);
        stop = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        writing = Task.Run(WritePartsAsync);
    }

    /// <inheritdoc/>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>How many records wait to become lines.</summary>
    public long WaitingRecords => Interlocked.Read(ref waitingRecords);

    /// <inheritdoc/>
    public void Record(PredictionRecord record)
    {
        if (sample.Keeps(record.Id))
        {
            Enqueue(new Waiting(record, null, PredictionFormat.SizeOf(record)), limits.Records, limits.Bytes);
        }
    }

    /// <inheritdoc/>
    public void Feedback(FeedbackRecord record) =>
        Enqueue(new Waiting(null, record, PredictionFormat.SizeOf(record)), limits.Records + (limits.Records / FeedbackShare), limits.Bytes + (limits.Bytes / FeedbackShare));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!queue.Writer.TryComplete())
        {
            return;
        }

        await hurry.CancelAsync();
        stop.CancelAfter(limits.DrainTime);
        try
        {
            // A store that does not even notice that it is to stop is left alone.
            await writing.WaitAsync(limits.DrainTime * 1.5, time);
        }
        catch (TimeoutException)
        {
            Lose(lines);
        }

        while (queue.Reader.TryRead(out _))
        {
            Lose(1);
        }

        TellLosses();
        hurry.Dispose();
        stop.Dispose();
    }

    private void Enqueue(Waiting record, long mostRecords, long mostBytes)
    {
        if (Interlocked.Increment(ref waitingRecords) > mostRecords | Interlocked.Add(ref waitingBytes, record.Bytes) > mostBytes || !queue.Writer.TryWrite(record))
        {
            Release(record);
            Lose(1);
        }
    }

    private void Release(Waiting record)
    {
        Interlocked.Decrement(ref waitingRecords);
        Interlocked.Add(ref waitingBytes, -record.Bytes);
    }

    private void Lose(long records) => Interlocked.Add(ref dropped, records);

    private async Task WritePartsAsync()
    {
        while (!stop.IsCancellationRequested && await queue.Reader.WaitToReadAsync())
        {
            var begun = time.GetUtcNow().UtcDateTime;
            var midnight = begun.Date.AddDays(1) - begun;
            await FillAsync(flush < midnight ? flush : midnight);
            if (lines > 0)
            {
                await WriteAsync(DateOnly.FromDateTime(begun));
            }

            part.ResetWrittenCount();
            lines = 0;
        }
    }

    /// <summary>Makes lines of records until the part is large enough, <paramref name="wait"/> is over, or there will be no more.</summary>
    private async Task FillAsync(TimeSpan wait)
    {
        var begin = time.GetTimestamp();
        while (true)
        {
            while (queue.Reader.TryRead(out var record))
            {
                Append(record);
                if (part.WrittenCount >= limits.PartBytes || time.GetElapsedTime(begin) >= wait)
                {
                    return;
                }
            }

            using var due = new CancellationTokenSource(Positive(wait - time.GetElapsedTime(begin)), time);
            try
            {
                if (!await queue.Reader.WaitToReadAsync(due.Token))
                {
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Append(Waiting record)
    {
        try
        {
            if (record.Prediction is { } prediction)
            {
                format.Append(part, prediction);
            }
            else
            {
                format.Append(part, record.Feedback!);
            }

            lines++;
        }
        catch (Exception error)
        {
            // One record that cannot be written must not end the log of all others.
            Lose(1);
            log.PredictionNotKept(error.Message);
        }
        finally
        {
            Release(record);
        }
    }

    private async Task WriteAsync(DateOnly day)
    {
        var delay = limits.FirstDelay;
        for (var failures = 0; ; failures++)
        {
            try
            {
                var key = await writer.WriteAsync(day, part.WrittenMemory, stop.Token);
                log.PredictionsKept(lines, key);
                TellLosses();
                return;
            }
            catch (Exception error) when (!stop.IsCancellationRequested)
            {
                // Whatever it is: the store may be mended while the model serves. Said once for each time that it fails.
                if (failures == 0)
                {
                    log.PredictionsNotWritten(error.Message);
                }
            }
            catch (Exception error)
            {
                Lose(lines);
                log.PredictionsNotWritten(error.Message);
                return;
            }

            TellLosses();
            delay = await WaitAsync(delay);
        }
    }

    /// <summary>Waits before the next try, shorter and without growth once the end has come; answers how long to wait the next time.</summary>
    private async Task<TimeSpan> WaitAsync(TimeSpan delay)
    {
        var hurried = hurry.IsCancellationRequested;
        try
        {
            await Task.Delay(hurried ? limits.FirstDelay : delay, time, hurried ? stop.Token : hurry.Token);
        }
        catch (OperationCanceledException)
        {
            // The next try is the last one, or comes at once.
        }

        var twice = delay * 2;
        return twice < limits.LongestDelay ? twice : limits.LongestDelay;
    }

    private void TellLosses()
    {
        var lost = Dropped;
        if (Interlocked.Exchange(ref told, lost) != lost)
        {
            log.PredictionsLost(lost);
        }
    }

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    /// <summary>A record in the queue: one of the two.</summary>
    private sealed record Waiting(PredictionRecord? Prediction, FeedbackRecord? Feedback, long Bytes);
}
