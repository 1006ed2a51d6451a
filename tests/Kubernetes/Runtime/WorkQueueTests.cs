using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Runtime;

public sealed class WorkQueueTests : IDisposable
{
    private static readonly NamespacedName A = new("n", "a");
    private static readonly NamespacedName B = new("n", "b");

    private readonly ManualTime time = new();
    private readonly WorkQueue queue;

    public WorkQueueTests() => queue = new WorkQueue(time);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => queue.Dispose();

    [Fact]
    public async Task A_key_waits_once_however_often_it_is_added()
    {
        queue.Add(A);
        queue.Add(B);
        queue.Add(A);
        Assert.Equal(A, await queue.TakeAsync(Ct));
        Assert.Equal(B, await queue.TakeAsync(Ct));
        Assert.Equal(0, queue.Depth);
    }

    [Fact]
    public async Task A_key_added_while_it_is_worked_on_comes_once_more_afterwards()
    {
        queue.Add(A);
        await queue.TakeAsync(Ct);
        queue.Add(A);
        queue.Add(A);
        Assert.Equal(0, queue.Depth);
        queue.Done(A);
        Assert.Equal(1, queue.Depth);
        await queue.TakeAsync(Ct);
        queue.Done(A);
        Assert.Equal(0, queue.Depth);
    }

    [Fact]
    public async Task A_waiting_worker_is_woken()
    {
        var first = queue.TakeAsync(Ct);
        var second = queue.TakeAsync(Ct);
        queue.Add(A);
        Assert.Equal(A, await Eventually.ComesAsync(first));
        Assert.False(second.IsCompleted);
        queue.Add(B);
        Assert.Equal(B, await Eventually.ComesAsync(second));
    }

    [Fact]
    public async Task A_cancelled_worker_takes_no_key_with_it()
    {
        using var cancel = new CancellationTokenSource();
        var gone = queue.TakeAsync(cancel.Token);
        var stays = queue.TakeAsync(Ct);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);

        queue.Add(A);
        Assert.Equal(A, await Eventually.ComesAsync(stays));
    }

    [Fact]
    public async Task No_key_is_lost_when_workers_leave_at_the_moment_it_comes()
    {
        for (var round = 0; round < 200; round++)
        {
            using var cancel = new CancellationTokenSource();
            var gone = queue.TakeAsync(cancel.Token);
            var stays = queue.TakeAsync(Ct);
            await Task.WhenAll(Task.Run(() => queue.Add(A), Ct), Task.Run(cancel.Cancel, Ct));
            NamespacedName? taken = null;
            try
            {
                taken = await gone;
            }
            catch (OperationCanceledException)
            {
                // Cancelled first.
            }

            if (taken is null)
            {
                Assert.Equal(A, await Eventually.ComesAsync(stays));
                queue.Done(A);
            }
            else
            {
                queue.Done(A);
                queue.Add(B);
                Assert.Equal(B, await Eventually.ComesAsync(stays));
                queue.Done(B);
            }
        }
    }

    [Fact]
    public void A_delayed_key_comes_when_its_time_has()
    {
        queue.AddAfter(A, TimeSpan.FromMinutes(10));
        time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, queue.Depth);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, queue.Depth);
    }

    [Fact]
    public async Task Of_two_delays_the_earlier_counts()
    {
        queue.AddAfter(A, TimeSpan.FromMinutes(10));
        queue.AddAfter(A, TimeSpan.FromMinutes(1));
        queue.AddAfter(A, TimeSpan.FromMinutes(5));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(A, await queue.TakeAsync(Ct));
        queue.Done(A);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, queue.Depth);
    }

    [Fact]
    public void A_delay_of_weeks_is_kept()
    {
        queue.AddAfter(A, TimeSpan.FromDays(90));
        time.Advance(TimeSpan.FromDays(90) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, queue.Depth);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, queue.Depth);
    }

    [Fact]
    public void A_delay_of_nothing_is_none()
    {
        queue.AddAfter(A, TimeSpan.Zero);
        queue.AddAfter(B, TimeSpan.FromSeconds(-1));
        Assert.Equal(2, queue.Depth);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(3, 20)]
    [InlineData(11, 5120)]
    [InlineData(18, 655_360)]
    [InlineData(19, 1_000_000)]
    [InlineData(200, 1_000_000)]
    public async Task Back_off_doubles_up_to_its_bound(int failures, int milliseconds)
    {
        for (var i = 1; i < failures; i++)
        {
            queue.AddRateLimited(A);
            time.Advance(TimeSpan.FromSeconds(1000));
            Assert.Equal(A, await queue.TakeAsync(Ct));
            queue.Done(A);
        }

        queue.AddRateLimited(A);
        Assert.Equal(failures, queue.Failures(A));
        time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
        Assert.Equal(0, queue.Depth);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, queue.Depth);
    }

    [Fact]
    public async Task A_forgotten_key_starts_again_and_keys_back_off_apart()
    {
        for (var i = 0; i < 8; i++)
        {
            queue.AddRateLimited(A);
            time.Advance(TimeSpan.FromSeconds(10));
            await queue.TakeAsync(Ct);
            queue.Done(A);
        }

        queue.AddRateLimited(B);
        time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(B, await queue.TakeAsync(Ct));
        queue.Forget(A);
        queue.AddRateLimited(A);
        time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(A, await queue.TakeAsync(Ct));
    }

    [Fact]
    public async Task A_queue_that_is_shut_down_hands_out_nothing()
    {
        var waiting = queue.TakeAsync(Ct);
        queue.AddAfter(A, TimeSpan.FromSeconds(1));
        queue.ShutDown();
        Assert.Null(await Eventually.ComesAsync(waiting));
        queue.Add(B);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await queue.TakeAsync(Ct));
        Assert.Equal(0, queue.Depth);
    }

    [Fact]
    public async Task A_key_is_never_in_two_hands()
    {
        var held = new int[5];
        var worked = 0;
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (await queue.TakeAsync(Ct) is { } key)
            {
                var index = int.Parse(key.Name);
                Assert.Equal(1, Interlocked.Increment(ref held[index]));
                await Task.Yield();
                Interlocked.Decrement(ref held[index]);
                Interlocked.Increment(ref worked);
                queue.Done(key);
            }
        })).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            queue.Add(new NamespacedName("n", (i % 5).ToString()));
        }

        await Eventually.HoldsAsync("all keys were worked on", () => queue.Depth == 0 && held.All(count => count == 0));
        queue.ShutDown();
        await Eventually.ComesAsync(Task.WhenAll(workers));
        Assert.InRange(worked, 5, 20_000);
    }
}
