using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;
using TextOps.Operator.ModelDeployments;
using TextOps.Operator.Tasks;
using TextOps.Operator.Tests.EmbeddingJobs;
using static TextOps.Operator.Tests.ModelDeployments.Reviews;

namespace TextOps.Operator.Tests.ModelDeployments;

/// <summary>Decisions about one stage as a table: what is seen, and what is said and done. No cluster: the decision is a pure function.</summary>
public sealed class StageDecisionTests
{
    private static readonly DateTimeOffset Now = Examples.Now;
    private static readonly StageVersion V1 = new("v000001", FakeRegistry.Digest(1));
    private static readonly StageVersion V2 = new("v000002", FakeRegistry.Digest(2));
    private static readonly string Judgement = StageDecision.JudgementOf(Production, retry: null);

    public static TheoryData<string, string, string> Table { get; } = new()
    {
        // what is seen                                                            reason             what is done
        { "nothing is approved", "AwaitingApproval True", "leave" },
        { "nothing is approved; serves v1", "AwaitingApproval True", "keep v000001" },
        { "v1 is approved", "Checking", "start check v000001" },
        { "v1 is approved; check runs", "Checking", "leave" },
        { "v1 is approved; check passed", "RollingOut", "v000001" },
        { "v1 is approved; check failed", "GateFailed Stalled", "leave" },
        { "v1 is approved; check mismatch", "ApprovalMismatch Stalled", "leave" },
        { "v1 is approved; check awaits", "AwaitingEvidence", "leave" },
        { "v1 is approved; check awaited", "Checking", "delete check" },
        { "v1 is approved; check refused", "TaskFailed Stalled", "leave" },
        { "v1 is approved; starting v1", "RollingOut", "keep v000001" },
        { "v1 is approved; runs v1", "Gating", "start gate v000001" },
        { "v1 is approved; runs v1; gate passed", "Serving True", "v000001 stable v000001" },
        { "v1 is approved; runs v1; gate failed", "GateFailed Stalled", "v000001 rejected v000001" },
        { "v1 is approved; serves v1", "Serving True", "keep v000001" },
        { "v1 is approved; serves v1; evicted", "Serving True", "keep v000001" },
        { "v2 is approved; serves v1", "Checking", "start check v000002" },
        { "v2 is approved; serves v1; suspended", "Suspended", "keep v000001" },
        { "v2 is approved; serves v1; check passed", "RollingOut", "v000002 stable v000001" },
        { "v2 is approved; serves v1; check failed", "GateFailed Stalled", "v000001 stable v000001 rejected v000002" },
        { "v2 is approved; runs v2 over v1; gate passed", "Serving True", "v000002 stable v000002" },
        { "v2 is approved; runs v2 over v1; gate failed", "RolledBack Stalled", "v000001 stable v000001 rejected v000002" },
        { "v2 is approved; runs v2 over v1; gate refused", "TaskFailed Stalled", "keep v000002" },
        { "v2 is approved; runs v2 over v1; suspended", "Suspended", "keep v000002" },
        { "v2 is approved; crashes v2 over v1", "RolledBack Stalled", "v000001 stable v000001 rejected v000002" },
        { "v2 is approved; overdue v2 over v1", "RolledBack Stalled", "v000001 stable v000001 rejected v000002" },
        { "v2 is approved; early v2 over v1", "RollingOut", "keep v000002" },
        { "v1 is approved; crashes v2 over v1", "RollingOut", "v000001 stable v000001" },
        { "v2 is approved; serves v1; rejected v2", "RolledBack Stalled", "keep v000001" },
        { "v2 is approved; serves v1; rejected v2; retried", "Checking", "start check v000002" },
        { "v1 is approved; serves v1; rejected v2", "Serving True", "v000001 stable v000001" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_stage_does_what_the_table_says(string seen, string reason, string done)
    {
        ArgumentNullException.ThrowIfNull(seen);
        var facts = seen.Split("; ");
        var snapshot = Snapshot(facts);
        var plan = ModelDeploymentDecision.Decide(snapshot, Now).Stages[0];

        Assert.Equal(reason, $"{plan.Reason}{(plan.Ready == "True" ? " True" : "")}{(plan.Stalled is null ? "" : " Stalled")}");
        Assert.Equal(done, Done(snapshot.Stages[0], plan));
    }

    [Fact]
    public void Decided_twice_it_is_the_same()
    {
        foreach (var row in Table)
        {
            var facts = row.Data.Item1.Split("; ");
            Assert.Equal(
                JsonSerializer.Serialize(ModelDeploymentStatusBuilder.Build(Snapshot(facts), ModelDeploymentDecision.Decide(Snapshot(facts), Now), Now), Json.Objects),
                JsonSerializer.Serialize(ModelDeploymentStatusBuilder.Build(Snapshot(facts), ModelDeploymentDecision.Decide(Snapshot(facts), Now), Now), Json.Objects));
        }
    }

    // What the plan does: the versions that the Deployment is to have, where that is a change.
    private static string Done(StageSnapshot seen, StagePlan plan)
    {
        if (plan.Start is { Task: var task })
        {
            return $"start {task.Part} {VersionNumber.Name(((GateTask)task.Document).Version)}";
        }

        if (plan.Delete.Count > 0)
        {
            return $"delete {TaskParts.Check}";
        }

        return plan.Wanted is not { } wanted ? "leave"
            : JsonSerializer.Serialize(wanted, Json.Objects) == JsonSerializer.Serialize(seen.Memory, Json.Objects) ? $"keep {wanted.Current.Version}"
            : $"{wanted.Current.Version}{(wanted.Stable is { } stable ? $" stable {stable.Version}" : "")}{(wanted.Rejected is { } rejected ? $" rejected {rejected.Version}" : "")}";
    }

    private static ModelDeploymentSnapshot Snapshot(string[] facts)
    {
        var approval = facts[0] switch { "v1 is approved" => new Approval { Version = 1, Digest = V1.Digest }, "v2 is approved" => new Approval { Version = 2, Digest = V2.Digest }, _ => new Approval() };
        var stage = Production with { Approval = approval, Replicas = 1 };
        var entity = new ModelDeployment
        {
            Metadata = new V1ObjectMeta
            {
                Name = "reviews",
                Namespace = "default",
                Uid = Examples.Uid,
                Generation = 1,
                Annotations = facts.Contains("retried") ? new Dictionary<string, string> { [ApiGroup.RetryAnnotation] = "now" } : null,
            },
            Spec = Alone with { Stages = [stage], Suspend = facts.Contains("suspended") },
        };
        var bare = new ModelDeploymentSnapshot { Object = entity, Stages = [new StageSnapshot { Stage = stage }], Options = Examples.Options };
        var children = facts.Select(fact => Children(bare, stage, fact, facts)).FirstOrDefault(found => found is not null) ?? bare.Stages[0];
        var seen = bare with { Stages = [children] };
        return seen with { Attempts = [.. facts.Select(fact => Attempt(seen, stage, fact)).OfType<TaskAttempt>()] };
    }

    private static StageSnapshot? Children(ModelDeploymentSnapshot seen, Stage stage, string fact, string[] facts)
    {
        var (current, stable) = fact.Split(' ') switch
        {
            ["serves", "v1"] => (V1, V1),
            [_, "v1"] => (V1, null),
            [_, "v2", "over", "v1"] => (V2, V1),
            _ => ((StageVersion?)null, (StageVersion?)null),
        };
        if (current is null || fact.StartsWith("rejected", StringComparison.Ordinal))
        {
            return null;
        }

        var how = fact.Split(' ')[0];
        var builder = new StageBuilder(seen, stage);
        var rejected = facts.Contains("rejected v2") ? new RejectedVersion { Version = V2.Version, Digest = V2.Digest, Reason = "RolloutFailed", Message = "it crashed", Time = Now, Judged = Judgement, Served = true } : null;
        var memory = builder.WithTemplate(
            new StageMemory { Current = current, Stable = stable, Rejected = rejected, Model = seen.Model, Image = "runner:1", StableImage = "runner:1" }, null, null, how == "early" ? Now : Now - TimeSpan.FromSeconds(600));
        var deployment = builder.Deployment(memory);
        var isOverdue = how is "overdue" or "early";
        return new StageSnapshot
        {
            Stage = stage,
            Deployment = deployment with
            {
                Status = new V1DeploymentStatus
                {
                    Conditions = [new V1DeploymentCondition { Type = "Progressing", Status = "True", Reason = isOverdue ? V1DeploymentCondition.ProgressDeadlineExceeded : "ReplicaSetUpdated" }],
                },
            },
            Pods = [Pod(deployment, isReady: how is "serves" or "runs", restarts: how == "crashes" ? 3 : 0), .. facts.Contains("evicted") ? [Pod(deployment, isReady: false, restarts: 0) with { Status = new V1PodStatus { Phase = "Failed", Reason = "Evicted" } }] : Array.Empty<V1Pod>()],
        };
    }

    private static V1Pod Pod(V1Deployment deployment, bool isReady, int restarts) => new()
    {
        Metadata = deployment.Spec.Template.Metadata! with { Name = "pod" },
        Spec = deployment.Spec.Template.Spec,
        Status = new V1PodStatus
        {
            Phase = "Running",
            Conditions = [new V1PodCondition { Type = "Ready", Status = isReady ? "True" : "False" }],
            ContainerStatuses = [new V1ContainerStatus { Name = "runner", RestartCount = restarts }],
        },
    };

    private static TaskAttempt? Attempt(ModelDeploymentSnapshot seen, Stage stage, string fact)
    {
        if (fact.Split(' ') is not [("check" or "gate") and var part, var how])
        {
            return null;
        }

        var version = StageTarget.Of(seen, stage, RegistryLook.At(seen, new DeploymentAttempts(seen, Now), Now)).Version!;
        var since = seen.Stages[0].Memory?.Since;
        var task = part == TaskParts.Check
            ? DeploymentTask.Check(seen, stage, version, Judgement, since, hasPassedBefore: false)
            : DeploymentTask.Gate(seen, stage, version, Judgement, since, new StageBuilder(seen, stage).Url(null));
        var number = VersionNumber.ParseLoose(version.Version)!.Value;
        var verdict = how switch { "passed" => GateVerdicts.Passed, "failed" => GateVerdicts.GateFailed, "mismatch" => GateVerdicts.ApprovalMismatch, "awaits" or "awaited" => GateVerdicts.AwaitingEvidence, _ => null };
        return new TaskAttempt
        {
            JobName = $"reviews-{part}-a0",
            RunKey = RunIdentity.RunKey(Examples.Uid, task.RunId),
            Part = part,
            Number = 0,
            State = how switch { "runs" => TaskState.Active, "refused" => TaskState.Refused, _ => TaskState.Succeeded },
            HasPod = true,
            Created = Now,
            Finished = how switch { "runs" => null, "awaited" => Now - TimeSpan.FromSeconds(600), _ => Now },
            Message = how == "refused" ? "the store refused" : null,
            Result = verdict is null ? null : new TaskResult { Gate = new GateResult { Version = number, Verdict = verdict, Gates = [] } },
        };
    }
}
