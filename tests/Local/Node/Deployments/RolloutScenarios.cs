using TextOps.Kubernetes.Core;
using TextOps.Local.Tests.Node.Support;

namespace TextOps.Local.Tests.Node.Deployments;

/// <summary>What must hold whoever plays the Deployment controller: ours in local mode, or a cluster's own.</summary>
internal static class RolloutScenarios
{
    /// <summary>Version 1 → 2 → 1 with requests all the time.</summary>
    /// <param name="stage">Where.</param>
    /// <param name="flags">Folder of the programs' flags.</param>
    /// <param name="placed">Puts pods where they are to run.</param>
    public static async Task UpdateUnderLoadAsync(Stage stage, string flags, Func<V1Deployment, V1Deployment> placed)
    {
        var first = placed(StageDeployments.Of(ServingProgram.Container("v1", flags, 2)));
        await stage.ApplyAsync(first);
        var port = await stage.ServiceAsync();
        await stage.WaitAsync(deployment => deployment.IsRolledOut());
        await using var load = Load.On(port);

        await stage.ApplyAsync(placed(first.With(ServingProgram.Container("v2", flags, 2))));
        await stage.WaitAsync(deployment => deployment.IsRolledOut());
        await stage.WaitForPodsAsync(pods => pods.Count == 2 && pods.All(pod => pod.Spec.Containers[0].Args![0] == "v2"));
        var answersOfFirst = load.Answers("v1");
        await stage.ApplyAsync(first);
        await stage.WaitAsync(deployment => deployment.IsRolledOut());
        await stage.WaitForPodsAsync(pods => pods.Count == 2 && pods.All(pod => pod.Spec.Containers[0].Args![0] == "v1"));
        await load.StopAsync();

        TestContext.Current.SendDiagnosticMessage("{0} answers of v1, {1} of v2, {2} lost", load.Answers("v1"), load.Answers("v2"), load.Lost.Count);
        Assert.Empty(load.Lost);
        Assert.True(answersOfFirst > 0 && load.Answers("v2") > 0 && load.Answers("v1") > answersOfFirst, $"{answersOfFirst} {load.Answers("v2")} {load.Answers("v1")}");
    }

    /// <summary>Version 1 → one that cannot be loaded → 1, with requests all the time.</summary>
    /// <param name="stage">Where.</param>
    /// <param name="flags">Folder of the programs' flags.</param>
    /// <param name="placed">Puts pods where they are to run.</param>
    public static async Task CrashOnStartAsync(Stage stage, string flags, Func<V1Deployment, V1Deployment> placed)
    {
        var first = placed(StageDeployments.Of(ServingProgram.Container("v1", flags, 1)));
        first = first with { Spec = first.Spec with { ProgressDeadlineSeconds = 4 } };
        await stage.ApplyAsync(first);
        var port = await stage.ServiceAsync();
        await stage.WaitAsync(deployment => deployment.IsRolledOut());
        await using var load = Load.On(port);

        await stage.ApplyAsync(placed(first.With(ServingProgram.Container("v2", flags, 1, "crash", "/dev/termination-log"))));

        var pods = await stage.WaitForPodsAsync(pods => pods.Any(pod => pod.Container() is { RestartCount: > 0, State.Waiting.Reason: "CrashLoopBackOff" }));
        var failing = pods.Single(pod => pod.Container().LastState?.Terminated is not null).Container().LastState!.Terminated!;
        Assert.Equal((2, "it cannot be loaded"), (failing.ExitCode, failing.Message));
        var failed = await stage.WaitAsync(deployment => deployment.Condition("Progressing") is { Status: "False", Reason: "ProgressDeadlineExceeded" });
        Assert.Equal((3, 1, 2, "True"), (failed.Status!.Replicas, failed.Status.UpdatedReplicas, failed.Status.AvailableReplicas, failed.Condition("Available")!.Status));

        await stage.ApplyAsync(first);
        await stage.WaitAsync(deployment => deployment.IsRolledOut());
        await load.StopAsync();
        Assert.Empty(load.Lost);
        Assert.True(load.Answers("v1") > 0 && load.Answers("v2") == 0);
        var rest = await stage.WaitForPodsAsync(pods => pods.Count == 2);
        Assert.All(rest, pod => Assert.Equal(0, pod.Container().RestartCount));
    }
}
