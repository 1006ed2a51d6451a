using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Tasks;
using TextOps.Operator.Tests.EmbeddingJobs;

namespace TextOps.Operator.Tests.Tasks;

/// <summary>What Jobs and pods of real clusters look like when they end, and what that amounts to.</summary>
public sealed class TaskEndTests
{
    private static readonly DateTimeOffset Now = Examples.Now;

    private static readonly string Result = JsonSerializer.Serialize(Examples.Planned().Result, Json.Objects);

    public static TheoryData<string, V1Job, V1Pod[], TaskState> Ends => new()
    {
        { "it runs", Job(), [Pod("Running")], TaskState.Active },
        { "it has no pod yet", Job(), [], TaskState.Active },
        { "exit 0 with a result", Job("Complete"), [Pod("Succeeded", 0, message: Result)], TaskState.Succeeded },
        { "the pod's end is known before the Job's", Job(), [Pod("Succeeded", 0, message: Result)], TaskState.Succeeded },
        { "the Job announces its end, the pod is over (1.31)", Job("SuccessCriteriaMet"), [Pod("Succeeded", 0, message: Result)], TaskState.Succeeded },
        { "the Job announces its failure, the pod still ends (1.31)", Job("FailureTarget"), [Pod("Running", deleted: true)], TaskState.Active },
        { "the Job announces its failure, the pod has failed (1.31)", Job("FailureTarget"), [Pod("Failed", 3)], TaskState.Failed },
        { "exit 0 and no message", Job("Complete"), [Pod("Succeeded", 0)], TaskState.ResultLost },
        { "exit 0 and another task's result", Job("Complete"), [Pod("Succeeded", 0, message: JsonSerializer.Serialize(Examples.Committed().Result, Json.Objects))], TaskState.ResultLost },
        { "exit 0 and a plan of a billion shards", Job("Complete"), [Pod("Succeeded", 0, message: Result.Replace("\"shards\":2", "\"shards\":1000000000", StringComparison.Ordinal))], TaskState.ResultLost },
        { "exit 0 and a negative count", Job("Complete"), [Pod("Succeeded", 0, message: Result.Replace("\"inputBytes\":1000", "\"inputBytes\":-1", StringComparison.Ordinal))], TaskState.ResultLost },
        { "exit 0 and the pod is gone", Job("Complete"), [], TaskState.ResultLost },
        { "exit 2", Job("Failed"), [Pod("Failed", 2)], TaskState.Refused },
        { "exit 3", Job("Failed"), [Pod("Failed", 3)], TaskState.Failed },
        { "killed for memory", Job("Failed"), [Pod("Failed", 137, terminated: "OOMKilled")], TaskState.Failed },
        { "a segmentation fault", Job("Failed"), [Pod("Failed", 139)], TaskState.Failed },
        { "a program that cannot be started", Job("Failed"), [Pod("Failed", 128, terminated: "StartError")], TaskState.Failed },
        { "SIGTERM that was heeded", Job("Failed"), [Pod("Failed", 143)], TaskState.Disrupted },
        { "killed while being deleted", Job("Failed"), [Pod("Failed", 137, deleted: true)], TaskState.Disrupted },
        { "evicted while it ran", Job("Failed"), [Pod("Failed", 137, reason: "Evicted")], TaskState.Disrupted },
        { "evicted before it started", Job("Failed"), [Pod("Failed", reason: "Evicted")], TaskState.Disrupted },
        { "evicted before it started, the Job does not know yet", Job(), [Pod("Failed", reason: "Evicted")], TaskState.Disrupted },
        { "refused by a node", Job(), [Pod("Failed", reason: "OutOfcpu")], TaskState.Disrupted },
        { "drained (1.26)", Job("Failed"), [Pod("Failed", 137, condition: "DisruptionTarget")], TaskState.Disrupted },
        { "the node shut down", Job("Failed"), [Pod("Failed", 137, reason: "NodeShutdown")], TaskState.Disrupted },
        { "the pod was deleted", Job("Failed"), [], TaskState.Disrupted },
        { "a policy's deadline on the pod", Job("Failed"), [Pod("Failed", 143, reason: "DeadlineExceeded")], TaskState.Failed },
        { "a policy's deadline on the Job", Job("Failed", "DeadlineExceeded"), [], TaskState.Failed },
        { "the node is lost, nothing has ended", Job(), [Pod("Unknown", deleted: true)], TaskState.Active },
        { "the node is lost and the Job has a second pod", Job(), [Pod("Running"), Pod("Running", deleted: true, age: 300)], TaskState.Active },
        { "the second pod runs, the first one failed", Job(), [Pod("Running"), Pod("Failed", 137, age: 300)], TaskState.Active },
        { "two pods, the older one succeeded", Job("Failed"), [Pod("Failed", 143), Pod("Succeeded", 0, message: Result, age: 300)], TaskState.Succeeded },
        { "two pods, the newer one succeeded without a result", Job("Complete"), [Pod("Succeeded", 0), Pod("Succeeded", 0, message: Result, age: 300)], TaskState.Succeeded },
        { "two pods that failed, the newest counts", Job("Failed"), [Pod("Failed", 3), Pod("Failed", 137, deleted: true, age: 300)], TaskState.Failed },
        { "the Job is being deleted", Job() with { Metadata = Job().Metadata with { DeletionTimestamp = Now } }, [Pod("Running")], TaskState.Terminating },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void An_end_is_judged_by_what_pods_and_Job_show(string narrative, V1Job job, V1Pod[] pods, TaskState state) =>
        Assert.True(state == TaskAttempt.From(job, pods).State, $"{narrative}: {TaskAttempt.From(job, pods)}");

    [Fact]
    public void What_went_wrong_is_said_in_words()
    {
        Assert.Contains("raise spec.runner.resources.limits.memory", Message(Pod("Failed", 137, terminated: "OOMKilled")), StringComparison.Ordinal);
        Assert.Equal("the container could not be started (StartError): exec: \"textops-runner\": not found", Message(Pod("Failed", 128, terminated: "StartError", message: "exec: \"textops-runner\": not found")));
        Assert.Equal("the pod ended before it started (OutOfcpu)", Message(Pod("Failed", reason: "OutOfcpu")));
    }

    [Fact]
    public void A_pod_that_still_ends_after_its_Job_is_waited_for_as_long_as_its_grace_and_no_longer()
    {
        var attempt = TaskAttempt.From(Job("Failed"), [Pod("Running", deleted: true)]);

        Assert.Equal((TaskState.Disrupted, true), (attempt.State, attempt.Lingers));
        Assert.False(attempt.IsOver(Now.AddSeconds(29)));
        Assert.True(attempt.IsOver(Now.AddSeconds(30)));
        Assert.True(TaskAttempt.Orphan([Pod("Unknown", deleted: true)]).IsOver(Now.AddSeconds(30)));
        Assert.False(TaskAttempt.Orphan([Pod("Running")]).IsOver(Now.AddDays(1)));
    }

    private static string? Message(V1Pod pod) => TaskAttempt.From(Job("Failed"), [pod]).Message;

    private static V1Job Job(string? condition = null, string? reason = null) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "tickets-plan-a0",
            CreationTimestamp = Now.AddHours(-1),
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [ApiGroup.PartLabel] = "plan", [ApiGroup.AttemptLabel] = "0", [V1Job.NameLabel] = "tickets-plan-a0" },
        },
        Spec = new V1JobSpec { Template = new V1PodTemplateSpec { Spec = new V1PodSpec { Containers = [] } } },
        Status = condition is null ? null : new V1JobStatus { Conditions = [new V1JobCondition { Type = condition, Status = "True", Reason = reason, LastTransitionTime = Now }] },
    };

    private static V1Pod Pod(
        string phase, int? exitCode = null, string? message = null, string? reason = null, string? terminated = null, bool deleted = false, int age = 0, string? condition = null) => new()
    {
        Metadata = Job().Metadata with { Name = $"pod-{age}", CreationTimestamp = Now.AddSeconds(-age), DeletionTimestamp = deleted ? Now : null },
        Spec = new V1PodSpec { Containers = [] },
        Status = new V1PodStatus
        {
            Phase = phase,
            Reason = reason,
            Conditions = condition is null ? null : [new V1PodCondition { Type = condition, Status = "True" }],
            ContainerStatuses = exitCode is not { } code
                ? null
                : [new V1ContainerStatus { Name = "runner", State = new V1ContainerState { Terminated = new V1ContainerStateTerminated { ExitCode = code, Reason = terminated, Message = message } } }],
        },
    };
}
