using TextOps.Kubernetes.Core;
using TextOps.Local.Node.Deployments;

namespace TextOps.Local.Tests.Node.Deployments;

public sealed class RolloutStatusTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_roll_out_that_makes_progress_is_judged_from_its_last_progress()
    {
        var deployment = StageDeployments.Of(new V1Container { Name = "runner" }, replicas: 2);
        deployment = deployment with { Spec = deployment.Spec with { ProgressDeadlineSeconds = 60 } };

        deployment = At(deployment, 0, updated: 0, total: 0, ready: 0);
        Assert.Equal(("True", "NewReplicaSetCreated", Start), Progressing(deployment));
        Assert.Equal(Start.AddSeconds(60), RolloutStatus.DeadlineOf(deployment, deployment.Status!));

        deployment = At(deployment, 40, updated: 2, total: 2, ready: 0);
        Assert.Equal(("True", "ReplicaSetUpdated", Start.AddSeconds(40)), Progressing(deployment));
        Assert.Equal("False", deployment.Condition("Available")!.Status);

        deployment = At(deployment, 90, updated: 2, total: 2, ready: 1);
        Assert.Equal(("True", "ReplicaSetUpdated", Start.AddSeconds(90)), Progressing(deployment));
        Assert.Equal(1, deployment.Status!.UnavailableReplicas);

        deployment = At(deployment, 149, updated: 2, total: 2, ready: 0);
        Assert.Equal(("True", "ReplicaSetUpdated", Start.AddSeconds(90)), Progressing(deployment));

        deployment = At(deployment, 150, updated: 2, total: 2, ready: 0);
        Assert.Equal(("False", "ProgressDeadlineExceeded", Start.AddSeconds(150)), Progressing(deployment));
        Assert.Equal("ReplicaSet \"model-production-aaa\" has timed out progressing.", deployment.Condition("Progressing")!.Message);
        Assert.Null(RolloutStatus.DeadlineOf(deployment, deployment.Status!));

        deployment = At(deployment, 200, updated: 2, total: 2, ready: 2);
        Assert.Equal(("True", "NewReplicaSetAvailable", Start.AddSeconds(200)), Progressing(deployment));
        Assert.Equal("True", deployment.Condition("Available")!.Status);
    }

    [Fact]
    public void Pods_that_fail_after_the_roll_out_or_a_wish_for_more_do_not_begin_it_again()
    {
        var deployment = StageDeployments.Of(new V1Container { Name = "runner" }, replicas: 2);
        deployment = At(At(deployment, 0, 0, 0, 0), 1, updated: 2, total: 2, ready: 2);

        deployment = At(deployment, 5000, updated: 2, total: 2, ready: 1);
        deployment = At(deployment with { Spec = deployment.Spec with { Replicas = 3 } }, 6000, updated: 3, total: 3, ready: 1);

        Assert.Equal(("True", "NewReplicaSetAvailable", Start.AddSeconds(1)), Progressing(deployment));
        Assert.Equal("MinimumReplicasUnavailable", deployment.Condition("Available")!.Reason);
    }

    [Fact]
    public void Another_template_begins_a_roll_out_of_its_own()
    {
        var deployment = StageDeployments.Of(new V1Container { Name = "runner" }, replicas: 1);
        deployment = At(At(deployment, 0, 0, 0, 0), 1, updated: 1, total: 1, ready: 1);

        deployment = At(deployment, 1000, updated: 0, total: 1, ready: 1, replicaSet: "model-production-bbb");
        Assert.Equal(("True", "NewReplicaSetCreated", Start.AddSeconds(1000)), Progressing(deployment));

        deployment = At(deployment, 2000, updated: 1, total: 2, ready: 1);
        Assert.Equal(("True", "FoundNewReplicaSet", Start.AddSeconds(2000)), Progressing(deployment));
    }

    [Fact]
    public void None_wanted_is_a_roll_out_that_is_complete()
    {
        var deployment = StageDeployments.Of(new V1Container { Name = "runner" }, replicas: 0);

        deployment = At(At(deployment, 0, 0, 0, 0), 1, 0, 0, 0);

        Assert.True(deployment.IsRolledOut());
    }

    private static V1Deployment At(V1Deployment deployment, int seconds, int updated, int total, int ready, string replicaSet = "model-production-aaa")
    {
        var wanted = deployment.Spec.Replicas!.Value;
        var step = new RolloutStep { Create = 0, Delete = [], Updated = updated, Total = total, Ready = ready, Wanted = wanted, MaxUnavailable = 0 };
        deployment = deployment with { Metadata = deployment.Metadata with { Generation = 1 } };
        return deployment with { Status = RolloutStatus.Of(deployment, replicaSet, step, Start.AddSeconds(seconds)) };
    }

    private static (string Status, string? Reason, DateTimeOffset? Updated) Progressing(V1Deployment deployment)
    {
        var condition = deployment.Condition("Progressing")!;
        return (condition.Status, condition.Reason, condition.LastUpdateTime);
    }
}
