using TextOps.Kubernetes.Core;
using TextOps.Local.Tests.Node.Support;

namespace TextOps.Local.Tests.Node.Probes;

public sealed class ProbeTests
{
    [Fact]
    public async Task A_container_is_started_and_ready_once_its_probes_have_passed()
    {
        await using var fixture = await NodeFixture.StartProgramAsync(ServingProgram.Text);

        await fixture.Cluster.CreateAsync(Pods.Staying("pod", ServingProgram.Container("v1", fixture.Folder, 0, "late")), CancellationToken.None);

        var pod = await fixture.PodNamedAsync("pod", pod => pod.Container().State?.Running is not null);
        Assert.Equal((false, false, "False"), (pod.Container().Ready, pod.Container().Started, pod.Condition("Ready")!.Status));
        var notReadySince = pod.Condition("Ready")!.LastTransitionTime;
        pod = await fixture.PodNamedAsync("pod", pod => pod.IsReady());
        Assert.Equal((true, true, 0), (pod.Container().Ready, pod.Container().Started, pod.Container().RestartCount));
        Assert.True(pod.Condition("Ready")!.LastTransitionTime > notReadySince);
        Assert.Equal(("True", "True"), (pod.Condition("ContainersReady")!.Status, pod.Condition("Initialized")!.Status));
    }

    [Fact]
    public async Task A_pod_is_ready_as_long_as_its_readiness_probe_passes_and_is_not_ended_for_it()
    {
        await using var fixture = await NodeFixture.StartProgramAsync(ServingProgram.Text);
        var flag = Path.Combine(fixture.Folder, "unready-v1");
        await File.WriteAllTextAsync(flag, "", TestContext.Current.CancellationToken);

        await fixture.Cluster.CreateAsync(Pods.Staying("pod", ServingProgram.Container("v1", fixture.Folder, 0)), CancellationToken.None);

        await fixture.PodNamedAsync("pod", pod => pod.Container() is { Started: true, Ready: false });
        File.Delete(flag);
        await fixture.PodNamedAsync("pod", pod => pod.IsReady());
        await File.WriteAllTextAsync(flag, "", TestContext.Current.CancellationToken);
        var pod = await fixture.PodNamedAsync("pod", pod => !pod.IsReady());
        Assert.Equal(0, pod.Container().RestartCount);
    }

    [Fact]
    public async Task A_container_whose_liveness_probe_fails_is_ended_and_started_again()
    {
        await using var fixture = await NodeFixture.StartProgramAsync(ServingProgram.Text);
        var flag = Path.Combine(fixture.Folder, "dead-v1");
        await fixture.Cluster.CreateAsync(Pods.Staying("pod", ServingProgram.Container("v1", fixture.Folder, 0)), CancellationToken.None);
        await fixture.PodNamedAsync("pod", pod => pod.IsReady());

        await File.WriteAllTextAsync(flag, "", TestContext.Current.CancellationToken);
        await fixture.PodNamedAsync("pod", pod => pod.Container().RestartCount == 1);
        File.Delete(flag);

        var pod = await fixture.PodNamedAsync("pod", pod => pod.IsReady());
        Assert.Equal((1, 0), (pod.Container().RestartCount, pod.Container().LastState!.Terminated!.ExitCode));
    }

    [Fact]
    public async Task A_container_that_does_not_start_in_time_is_ended_with_force_after_its_grace_and_started_again()
    {
        await using var fixture = await NodeFixture.StartProgramAsync(ServingProgram.Text);
        await File.WriteAllTextAsync(Path.Combine(fixture.Folder, "dead-v1"), "", TestContext.Current.CancellationToken);
        var container = ServingProgram.Container("v1", fixture.Folder, 0, "ignore-term") with { StartupProbe = ServingProgram.Probe("/healthz", 1, 3) };
        var pod = Pods.Staying("pod", container);

        await fixture.Cluster.CreateAsync(pod with { Spec = pod.Spec with { TerminationGracePeriodSeconds = 1 } }, CancellationToken.None);

        var restarted = await fixture.PodNamedAsync("pod", pod => pod.Container().RestartCount == 1);
        Assert.Equal((137, false), (restarted.Container().LastState!.Terminated!.ExitCode, restarted.IsReady()));
    }

    [Fact]
    public async Task A_pod_that_drains_is_not_ready_any_more_before_it_is_gone()
    {
        await using var fixture = await NodeFixture.StartProgramAsync(ServingProgram.Text);
        await fixture.Cluster.CreateAsync(Pods.Staying("pod", ServingProgram.Container("v1", fixture.Folder, 3)), CancellationToken.None);
        await fixture.PodNamedAsync("pod", pod => pod.IsReady());

        await fixture.Cluster.DeleteAsync<V1Pod>("pod", "default", null, CancellationToken.None);

        var draining = await fixture.PodNamedAsync("pod", pod => !pod.IsReady());
        Assert.NotNull(draining.Container().State!.Running);
        await fixture.NoPodsAsync();
    }

    [Fact]
    public async Task A_probe_that_a_process_node_cannot_ask_is_a_configuration_error()
    {
        await using var fixture = await NodeFixture.StartAsync("exec sleep 60");
        var pod = Pods.Staying("pod", new V1Container { Name = "runner", Image = "any", LivenessProbe = new V1Probe() });

        await fixture.Cluster.CreateAsync(pod, CancellationToken.None);

        var waiting = (await fixture.PodNamedAsync("pod", pod => pod.Container().State?.Waiting is not null)).Container().State!.Waiting!;
        Assert.Equal(("CreateContainerConfigError", "container runner has a probe that is not httpGet; a process node asks by HTTP only"), (waiting.Reason, waiting.Message));
    }
}
