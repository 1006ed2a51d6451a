using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Operator.EmbeddingJobs;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Tests.EmbeddingJobs;

/// <summary>Objects and observations that tests start from.</summary>
internal static class Examples
{
    public const string Uid = "8f0a2c0e-0000-4000-8000-000000000001";

    public static readonly DateTimeOffset Now = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    public static readonly OperatorOptions Options = new() { DefaultStore = "file:///store", RunnerImage = "runner:1" };

    public static EmbeddingJobSpec Spec { get; } = new()
    {
        Source = new TextSource { Uri = "file:///data/tickets.jsonl" },
        Model = new EmbeddingModel { Uri = "file:///models/m" },
        Shards = 2,
        Parallelism = 2,
    };

    public static EmbeddingJob Valid() => new()
    {
        Metadata = new V1ObjectMeta { Name = "tickets", Namespace = "default", Uid = Uid, Generation = 1, ResourceVersion = "1" },
        Spec = Spec,
    };

    public static EmbeddingJobSnapshot Snapshot(EmbeddingJob? job = null, params TaskAttempt[] attempts) =>
        new() { Job = job ?? Valid(), Attempts = attempts, Options = Options };

    /// <summary>The object after <paramref name="plan"/> was reported.</summary>
    public static EmbeddingJob After(EmbeddingJobSnapshot seen, RunPlan plan, DateTimeOffset? now = null) =>
        seen.Job with { Status = EmbeddingJobStatusBuilder.Build(seen, plan, now ?? Now) };

    public static string RunId(EmbeddingJobSpec? spec = null, string trigger = "spec") => RunIdentity.RunId(EmbeddingJobRun.Hash(spec ?? Spec), trigger);

    public static TaskAttempt Attempt(string part, TaskState state, int number = 0, TaskResult? result = null, string? runId = null) => new()
    {
        JobName = $"tickets-{part}-a{number}",
        RunKey = RunIdentity.RunKey(Uid, runId ?? RunId()),
        Part = part,
        Number = number,
        State = state,
        Result = result,
        Message = result?.Error?.Message ?? (state == TaskState.Failed ? "the runner ended with exit code 3" : null),
        Finished = state is TaskState.Active or TaskState.Terminating ? null : Now,
    };

    public static TaskAttempt Planned(bool upToDate = false, int shards = 2) => Attempt("plan", TaskState.Succeeded, result: new TaskResult
    {
        Plan = new PlanResult { UpToDate = upToDate, Version = 3, Shards = shards, Inputs = 1, InputBytes = 1000, Output = "file:///store/v3", Rows = 7, Chunks = 9, Rejected = 1 },
    });

    public static TaskAttempt Embedded(int shard) => Attempt($"s0000{shard}", TaskState.Succeeded, result: new TaskResult
    {
        Embed = new EmbedResult { Shard = shard, Parts = 1, Rows = 10, Rejected = 1, Chunks = 12 },
    });

    public static TaskAttempt Committed() => Attempt("commit", TaskState.Succeeded, result: new TaskResult
    {
        Commit = new CommitResult { Version = 3, Output = "file:///store/v3", Rows = 20, Embedded = 18, Rejected = 2, Chunks = 24 },
    });

    public static TaskAttempt Refused(string part, string reason) => Attempt(part, TaskState.Refused, result: new TaskResult
    {
        Error = new TaskError { Reason = reason, Message = "spec.source.uri file:///data does not exist" },
    });

    public static EmbeddingJob WithRerun(EmbeddingJob job, string value) =>
        job with { Metadata = job.Metadata with { Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [ApiGroup.RerunAnnotation] = value } } };
}
