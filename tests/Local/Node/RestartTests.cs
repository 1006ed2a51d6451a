using System.Text.Json.Nodes;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Local.Tests.Node.Support;

namespace TextOps.Local.Tests.Node;

public sealed class RestartTests
{
    [Theory]
    [InlineData("exit 0", 0, "Completed", null)]
    [InlineData("echo -n why > $1; exit 2", 2, "Error", "why")]
    [InlineData("kill -9 $$", 137, "Error", null)]
    public async Task A_container_that_ends_is_started_again_and_waits_longer_each_time(string script, int exitCode, string reason, string? message)
    {
        await using var fixture = await NodeFixture.StartAsync(script);

        await fixture.Cluster.CreateAsync(Pods.Staying("pod", "/dev/termination-log"), CancellationToken.None);

        var pod = await fixture.PodNamedAsync("pod", pod => pod.Container() is { RestartCount: 3, State.Waiting: not null });
        var container = pod.Container();
        Assert.Equal("CrashLoopBackOff", container.State!.Waiting!.Reason);
        Assert.Equal($"back-off 1.2s restarting failed container=runner pod=pod_default({pod.Metadata.Uid})", container.State.Waiting.Message);
        var last = container.LastState!.Terminated!;
        Assert.Equal((exitCode, reason, message), (last.ExitCode, last.Reason, last.Message));
        Assert.NotNull(last.FinishedAt);
        Assert.Equal(("Running", false, "False", "ContainersNotReady"), (pod.Status!.Phase, container.Ready, pod.Condition("Ready")!.Status, pod.Condition("Ready")!.Reason));
        await fixture.PodNamedAsync("pod", pod => pod.Container().RestartCount == 4);
    }

    [Fact]
    public async Task Each_start_has_a_termination_message_and_a_log_of_its_own()
    {
        await using var fixture = await NodeFixture.StartAsync("""echo x >> "$2"; n=$(wc -l < "$2"); echo "log $n"; if [ "$n" = 1 ]; then echo -n first > "$1"; exit 3; fi; if [ "$n" = 2 ]; then exit 4; fi; exec sleep 60""");

        await fixture.Cluster.CreateAsync(Pods.Staying("pod", "/dev/termination-log", fixture.File1), CancellationToken.None);

        var pod = await fixture.PodNamedAsync("pod", pod => pod.Container() is { RestartCount: 2, State.Running: not null });
        var last = pod.Container().LastState!.Terminated!;
        Assert.Equal((4, null), (last.ExitCode, last.Message));
        await NodeFixture.WaitAsync(() => File.ReadAllTextAsync(fixture.PodFile(pod, "runner.log"))!, text => text == "log 3\n");
        Assert.Equal("log 2\n", await File.ReadAllTextAsync(fixture.PodFile(pod, "runner.previous.log"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_deleted_pod_is_not_started_again_and_goes_when_its_process_has_ended()
    {
        await using var fixture = await NodeFixture.StartAsync("""trap 'echo stopped >> "$1"; exit 1' TERM; echo started >> "$1"; while true; do sleep 0.05; done""");
        await fixture.Cluster.CreateAsync(Pods.Staying("pod", fixture.File1), CancellationToken.None);
        var pod = await fixture.PodNamedAsync("pod", pod => File.Exists(fixture.File1) && new FileInfo(fixture.File1).Length > 0);

        await fixture.Cluster.DeleteAsync<V1Pod>("pod", "default", null, CancellationToken.None);

        await fixture.NoPodsAsync();
        Assert.Equal("started\nstopped\n", await File.ReadAllTextAsync(fixture.File1, TestContext.Current.CancellationToken));
        await NodeFixture.WaitAsync(() => Task.FromResult<object?>(Directory.Exists(Path.GetDirectoryName(fixture.PodFile(pod, "x")))), exists => exists is false);
    }

    [Fact]
    public async Task A_pod_that_waits_to_be_started_again_goes_at_once_when_it_is_deleted()
    {
        await using var fixture = await NodeFixture.StartAsync("exit 1");
        await fixture.Cluster.CreateAsync(Pods.Staying("pod"), CancellationToken.None);
        await fixture.PodNamedAsync("pod", pod => pod.Container() is { RestartCount: 3, State.Waiting: not null });

        await fixture.Cluster.DeleteAsync<V1Pod>("pod", "default", null, CancellationToken.None);

        await fixture.NoPodsAsync();
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(0L)]
    public async Task A_process_that_ignores_its_end_is_killed_when_the_grace_is_over_or_there_is_none(long grace)
    {
        await using var fixture = await NodeFixture.StartAsync("""trap '' TERM; echo $$ > "$1"; while true; do sleep 0.05; done""");
        await fixture.Cluster.CreateAsync(Pods.Staying("pod", fixture.File1), CancellationToken.None);
        await fixture.PodNamedAsync("pod", pod => File.Exists(fixture.File1) && new FileInfo(fixture.File1).Length > 0);

        await fixture.Cluster.DeleteAsync<V1Pod>("pod", "default", new DeleteOptions { GracePeriodSeconds = grace }, CancellationToken.None);

        await fixture.NoPodsAsync();
        var pid = (await File.ReadAllTextAsync(fixture.File1, TestContext.Current.CancellationToken)).Trim();
        await NodeFixture.WaitAsync(() => Task.FromResult<object?>(Directory.Exists($"/proc/{pid}")), exists => exists is false);
    }

    [Fact]
    public async Task One_pod_that_takes_its_whole_grace_does_not_hold_up_another()
    {
        await using var fixture = await NodeFixture.StartAsync("""trap '' TERM; echo $$ >> "$1"; while true; do sleep 0.05; done""");
        for (var i = 0; i < 6; i++)
        {
            var pod = Pods.Staying($"slow-{i}", fixture.File1);
            await fixture.Cluster.CreateAsync(pod with { Spec = pod.Spec with { TerminationGracePeriodSeconds = 60 } }, CancellationToken.None);
            await fixture.PodNamedAsync($"slow-{i}", pod => pod.Container().State?.Running is not null);
        }

        await NodeFixture.WaitAsync(() => Task.FromResult<string[]?>(File.Exists(fixture.File1) ? File.ReadAllLines(fixture.File1) : []), lines => lines.Length == 6);
        for (var i = 0; i < 6; i++)
        {
            await fixture.Cluster.DeleteAsync<V1Pod>($"slow-{i}", "default", null, CancellationToken.None);
        }

        await fixture.Cluster.CreateAsync(Pods.Staying("other", fixture.File1), CancellationToken.None);

        await fixture.PodNamedAsync("other", pod => pod.Container().State?.Running is not null);
        Assert.Equal(7, (await fixture.Cluster.ListAsync<V1Pod>("default", null, CancellationToken.None)).Items.Count);
        await fixture.Cluster.DeleteAsync<V1Pod>("slow-0", "default", new DeleteOptions { GracePeriodSeconds = 1 }, CancellationToken.None);
        await NodeFixture.WaitAsync(async () => (await fixture.Cluster.ListAsync<V1Pod>("default", null, CancellationToken.None)).Items, pods => pods.Count == 6);
    }

    [Fact]
    public async Task The_next_node_process_starts_a_pod_again_that_stays()
    {
        await using var cluster = new InMemoryCluster();
        await using (var before = await NodeFixture.StartAsync("exec sleep 60", cluster))
        {
            await cluster.CreateAsync(Pods.Staying("pod"), CancellationToken.None);
            await before.PodNamedAsync("pod", pod => pod.IsReady());
        }

        Assert.True((await cluster.GetAsync<V1Pod>("pod", "default", CancellationToken.None))!.IsReady());
        await using var after = await NodeFixture.StartAsync("exec sleep 61", cluster);

        var pod = await after.PodNamedAsync("pod", pod => pod.IsReady() && pod.Container().LastState is not null);
        Assert.Equal(("Running", 0), (pod.Status!.Phase, pod.Container().RestartCount));
        Assert.Equal(("ContainerStatusUnknown", 137), (pod.Container().LastState!.Terminated!.Reason, pod.Container().LastState!.Terminated!.ExitCode));
    }

    [Fact]
    public async Task Conditions_that_others_wrote_stay()
    {
        await using var fixture = await NodeFixture.StartAsync("""while [ ! -e "$1" ]; do sleep 0.05; done; exit 1""");
        await fixture.Cluster.CreateAsync(Pods.Staying("pod", fixture.File1), CancellationToken.None);
        var pod = await fixture.PodNamedAsync("pod", pod => pod.IsReady());
        JsonArray conditions = [.. pod.Status!.Conditions!.Select(condition => new JsonObject { ["type"] = condition.Type, ["status"] = condition.Status }), new JsonObject { ["type"] = "PodScheduled", ["status"] = "True" }];
        await fixture.Cluster.PatchStatusAsync<V1Pod>("pod", "default", new JsonObject { ["status"] = new JsonObject { ["conditions"] = conditions } }, CancellationToken.None);

        await File.WriteAllTextAsync(fixture.File1, "", TestContext.Current.CancellationToken);

        pod = await fixture.PodNamedAsync("pod", pod => !pod.IsReady());
        Assert.Equal(["Initialized", "Ready", "ContainersReady", "PodScheduled"], pod.Status!.Conditions!.Select(condition => condition.Type));
        Assert.Equal(["True", "False", "False", "True"], pod.Status!.Conditions!.Select(condition => condition.Status));
    }
}
