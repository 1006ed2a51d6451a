using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Tests.Support;
using TextOps.Operator.Tasks;
using TextOps.Operator.Tests.EmbeddingJobs;
using TextOps.Operator.Tests.Support;

namespace TextOps.Operator.Tests.Tasks;

public sealed class ProgressBookTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_object_of_a_thousand_running_shards_is_asked_fifty_times_a_second_at_most_and_each_pod_in_turn()
    {
        var (book, pods, time) = New();
        var attempts = Running(1000);

        for (var second = 0; second < 200; second++)
        {
            await book.ReadAsync(Owner("large"), attempts, Cancel);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.All(pods.Asked.GroupBy(asked => asked.At), moment => Assert.Equal(50, moment.Count()));
        Assert.Equal(20, pods.Asked.GroupBy(asked => asked.At).Count());
        Assert.Equal(1000, pods.Asked.Select(asked => asked.Pod).Distinct().Count());
    }

    [Fact]
    public async Task All_objects_share_the_budget_and_each_is_asked_once_in_ten_seconds()
    {
        var (book, pods, time) = New();

        for (var tick = 0; tick < 200; tick++)
        {
            for (var job = 0; job < 100; job++)
            {
                await book.ReadAsync(Owner($"job-{job}"), Running(1), Cancel);
            }

            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.All(pods.Asked, asked => Assert.InRange(pods.Asked.Count(other => other.At >= asked.At && other.At < asked.At.AddSeconds(1)), 1, 50));
        Assert.Equal(200, pods.Asked.Count);
    }

    [Fact]
    public async Task What_was_read_is_known_without_asking_and_only_of_attempts_that_run()
    {
        var (book, pods, _) = New();
        pods.Done = 7;
        await book.ReadAsync(Owner("a"), Running(2), Cancel);

        var known = book.Known(Owner("a"), [Running(2)[0], Running(2)[1] with { State = TaskState.Succeeded }]);

        Assert.Equal(7, Assert.Single(known).Value.Done);
        Assert.Equal(2, pods.Asked.Count);
        book.Forget(Owner("a"));
        Assert.Empty(book.Known(Owner("a"), Running(2)));
    }

    [Fact]
    public void Five_reports_a_second_are_allowed()
    {
        var (book, _, time) = New();

        Assert.Equal(5, Enumerable.Range(0, 100).Count(_ => book.MayReport()));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, Enumerable.Range(0, 100).Count(_ => book.MayReport()));
    }

    private static OwnerKey Owner(string name) => new("embeddingjob", new NamespacedName("default", name));

    private static (ProgressBook Book, ProgressPods Pods, ManualTime Time) New()
    {
        var time = new ManualTime();
        var pods = new ProgressPods(time);
        return (new ProgressBook(new ProgressReader(pods), Interval, time), pods, time);
    }

    private static List<TaskAttempt> Running(int count) =>
        [.. Enumerable.Range(0, count).Select(index => Examples.Attempt(TaskParts.Shard(index), TaskState.Active) with { PodIP = $"10.0.{index / 250}.{(index % 250) + 1}" })];
}
