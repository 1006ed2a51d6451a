using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace TextOps.Runner.Embed;

/// <summary>Work on a stream by several threads whose results come out in the order of the stream, with few items in flight.</summary>
internal static class OrderedParallel
{
    /// <summary>
    /// Applies <paramref name="select"/> to every item, to at most <paramref name="degree"/> + 1 at once. The first error (of the stream or of
    /// <paramref name="select"/>) comes out in its place; nothing that was started is left running when the enumeration ends.
    /// </summary>
    public static async IAsyncEnumerable<TResult> SelectAsync<TItem, TResult>(
        IAsyncEnumerable<TItem> items, Func<TItem, TResult> select, int degree, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Channel.CreateBounded<Task<TResult>>(new BoundedChannelOptions(degree) { SingleReader = true, SingleWriter = true });
        var producer = Task.Run(() => ProduceAsync(items, select, running.Writer, ended.Token), CancellationToken.None);
        try
        {
            await foreach (var result in running.Reader.ReadAllAsync(cancellationToken))
            {
                yield return await result;
            }
        }
        finally
        {
            await ended.CancelAsync();
            await producer;
            while (running.Reader.TryRead(out var abandoned))
            {
                await abandoned.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }

    private static async Task ProduceAsync<TItem, TResult>(
        IAsyncEnumerable<TItem> items, Func<TItem, TResult> select, ChannelWriter<Task<TResult>> running, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in items.WithCancellation(cancellationToken))
            {
                await running.WaitToWriteAsync(cancellationToken);
                var started = Task.Run(() => select(item), CancellationToken.None);
                running.TryWrite(started);
            }

            running.Complete();
        }
        catch (Exception error)
        {
            running.Complete(error);
        }
    }
}
