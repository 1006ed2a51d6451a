using TextOps.Crds.EmbeddingJobs;
using TextOps.Operator.Tests.Support;
using static TextOps.Operator.Tests.EmbeddingJobs.Examples;

namespace TextOps.Operator.Tests.EmbeddingJobs;

/// <summary>What an object costs the API server over its life; the reads of the object itself, one a pass, are the runtime's.</summary>
public sealed class ApiCallTests
{
    [Fact]
    public async Task A_run_costs_five_writes_a_task_and_one_status_write_for_each_thing_that_happens()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await ReasonTests.CommitAsync(plane);
        await plane.AdvanceAsync(TimeSpan.FromHours(1));
        await plane.SettleAsync();

        // Four tasks: ConfigMap and Job are created, the result is kept, both are deleted. Status: started, planned, one shard, the other shard, committed.
        Assert.Equal(
            [("create ConfigMap", 4), ("create Job", 4), ("delete ConfigMap", 4), ("delete Job", 4), ("patch Job", 4), ("status EmbeddingJob", 5)],
            plane.Client.Calls.Select(call => (call.Key, call.Value)));
        Assert.Null(plane.Wake);
    }

    [Fact]
    public async Task An_object_at_rest_costs_nothing_and_is_not_looked_at_again()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await ReasonTests.CommitAsync(plane);
        await plane.AdvanceAsync(TimeSpan.FromHours(1));
        await plane.SettleAsync();
        plane.Client.Reset();

        for (var pass = 0; pass < 5; pass++)
        {
            await plane.PassAsync();
        }

        Assert.Empty(plane.Client.Calls);
        Assert.Null(plane.Wake);
    }

    [Fact]
    public async Task With_informers_of_different_speed_and_four_workers_the_writes_are_the_same()
    {
        await using var fixture = await OperatorFixture.StartAsync();
        fixture.Client.Reset();
        await fixture.ApplyAsync(Spec);
        await fixture.EndAsync("plan", Planned().Result);
        await fixture.EndAsync("s00000", Embedded(0).Result);
        await fixture.EndAsync("s00001", Embedded(1).Result);
        await fixture.EndAsync("commit", Committed().Result);
        await fixture.ReadyAsync(EmbeddingJobReasons.Committed);

        var calls = fixture.Client.Calls;
        Assert.Equal((4, 4, 4), (calls["create ConfigMap"], calls["create Job"], calls["patch Job"]));
        Assert.InRange(calls["status EmbeddingJob"], 4, 6);
        Assert.InRange(calls.GetValueOrDefault("list Pod"), 0, 4);
    }

    [Fact]
    public async Task Progress_is_written_when_a_whole_per_cent_moved_and_at_most_every_ten_seconds()
    {
        ProgressPods? pods = null;
        await using var plane = await SteppedOperator.StartAsync(pods: new Late(() => pods!));
        pods = new ProgressPods(plane.Time);
        await plane.ApplyAsync(Spec with { Shards = 1 });
        await plane.SettleAsync();
        await plane.EndAsync("plan", Planned(shards: 1));
        await plane.Node.RunAsync(await plane.JobAsync("s00000"), ip: "10.0.0.1");
        await plane.SettleAsync();
        Assert.Equal((TimeSpan.FromSeconds(10), 1), (plane.Wake, pods.Asked.Count));
        plane.Client.Reset();

        foreach (var (done, progress, writes) in new[] { (9, "0%", 0), (10, "1%", 1), (19, "1%", 1), (500, "50%", 2) })
        {
            pods.Done = done;
            await plane.AdvanceAsync(TimeSpan.FromSeconds(5));
            await plane.AdvanceAsync(TimeSpan.FromSeconds(5));
            Assert.Equal((progress, writes), ((await plane.ObjectAsync()).Status!.Progress, plane.Client.StatusWrites));
        }

        Assert.Equal(5, pods.Asked.Count);
        Assert.Equal(500, (await plane.ObjectAsync()).Status!.Chunks);
    }

    [Fact]
    public async Task A_decision_is_written_before_anybody_is_asked_how_far_it_is()
    {
        ProgressPods? pods = null;
        await using var plane = await SteppedOperator.StartAsync(pods: new Late(() => pods!));
        pods = new ProgressPods(plane.Time) { Done = 100 };
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();
        await plane.EndAsync("plan", Planned());
        await plane.Node.RunAsync(await plane.JobAsync("s00000"), ip: "10.0.0.1");
        await plane.Node.EndAsync(await plane.JobAsync("s00001"), Embedded(1).Result);

        var job = await plane.PassAsync();
        Assert.Equal((1, 0), (job.Status!.Shards!.Succeeded, pods.Asked.Count));
        await plane.PassAsync();
        Assert.Single(pods.Asked);
    }

    /// <summary>Pods that come into being after the operator that asks them.</summary>
    private sealed class Late(Func<HttpMessageHandler> pods) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var invoker = new HttpMessageInvoker(pods(), disposeHandler: false);
            return await invoker.SendAsync(request, cancellationToken);
        }
    }
}
