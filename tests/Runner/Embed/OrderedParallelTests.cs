using TextOps.Runner.Embed;

namespace TextOps.Runner.Tests.Embed;

public sealed class OrderedParallelTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Results_come_in_the_order_of_items_though_later_ones_are_done_first()
    {
        using var second = new ManualResetEventSlim();
        var results = await OrderedParallel.SelectAsync(
            Items(50),
            item =>
            {
                if (item == 0)
                {
                    Assert.True(second.Wait(TimeSpan.FromSeconds(30), Cancel));
                }
                else if (item == 1)
                {
                    second.Set();
                }

                return item * 2;
            },
            degree: 3,
            Cancel).ToListAsync(Cancel);
        Assert.Equal(Enumerable.Range(0, 50).Select(item => item * 2), results);
    }

    [Fact]
    public async Task Few_items_are_in_flight()
    {
        var (running, most) = (0, 0);
        await foreach (var _ in OrderedParallel.SelectAsync(
            Items(200),
            item =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                Thread.Yield();
                Interlocked.Decrement(ref running);
                return item;
            },
            degree: 3,
            Cancel))
        {
        }

        Assert.InRange(most, 1, 4);
    }

    [Fact]
    public async Task An_error_comes_out_in_its_place()
    {
        var seen = new List<int>();
        var error = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var result in OrderedParallel.SelectAsync(Items(50), item => item == 7 ? throw new InvalidDataException("seven") : item, degree: 4, Cancel))
            {
                seen.Add(result);
            }
        });
        Assert.Equal("seven", error.Message);
        Assert.Equal(Enumerable.Range(0, 7), seen);
    }

    [Fact]
    public async Task An_error_of_the_stream_comes_out_after_what_was_before_it()
    {
        var seen = new List<int>();
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var result in OrderedParallel.SelectAsync(Items(5, thenFail: true), item => item, degree: 4, Cancel))
            {
                seen.Add(result);
            }
        });
        Assert.Equal(Enumerable.Range(0, 5), seen);
    }

    [Fact]
    public async Task A_consumer_that_leaves_early_leaves_nothing_running()
    {
        var running = 0;
        await foreach (var _ in OrderedParallel.SelectAsync(
            Items(1000),
            item =>
            {
                Interlocked.Increment(ref running);
                Thread.Yield();
                Interlocked.Decrement(ref running);
                return item;
            },
            degree: 4,
            Cancel))
        {
            break;
        }

        Assert.Equal(0, running);
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (var seen = most; now > seen && Interlocked.CompareExchange(ref most, now, seen) != seen; seen = most)
        {
        }
    }

    private static async IAsyncEnumerable<int> Items(int count, bool thenFail = false)
    {
        for (var item = 0; item < count; item++)
        {
            yield return item;
        }

        await Task.Yield();
        if (thenFail)
        {
            throw new InvalidDataException("the stream broke");
        }
    }
}
