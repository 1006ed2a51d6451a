using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>Decides about an EmbeddingJob: a pure function of what was seen and of the time. A run goes plan → shards → commit.</summary>
public static class EmbeddingJobDecision
{
    /// <summary>Looks at <paramref name="seen"/> and says what to do.</summary>
    public static RunPlan Decide(EmbeddingJobSnapshot seen, DateTimeOffset now)
    {
        var pass = new RunPass(seen, now);
        return pass.Decide(() => Advance(seen, pass));
    }

    private static RunPlan Advance(EmbeddingJobSnapshot seen, RunPass pass)
    {
        var documents = new EmbeddingJobDocuments(seen, pass.Run);
        return pass.Judge(TaskParts.Plan) switch
        {
            TaskVerdict.Done { Attempt.Result.Plan: { UpToDate: true } plan } =>
                pass.Succeed(RunReasons.UpToDate, $"{VersionNumber.Name(plan.Version)} already has this content; nothing was computed", VersionNumber.Name(plan.Version), plan.Output),
            TaskVerdict.Done { Attempt.Result.Plan: { } plan } => AdvanceShards(seen, pass, documents, plan),
            var verdict => pass.Settle([new RunStep(verdict, TaskParts.Plan, "plan", documents.Plan)], "planning: listing and pinning the input"),
        };
    }

    private static RunPlan AdvanceShards(EmbeddingJobSnapshot seen, RunPass pass, EmbeddingJobDocuments documents, PlanResult plan)
    {
        var shards = Enumerable.Range(0, plan.Shards)
            .Select(index => new RunStep(pass.Judge(TaskParts.Shard(index)), TaskParts.Shard(index), "embed", () => documents.Embed(plan, index)))
            .ToList();
        return shards.TrueForAll(shard => shard.Verdict is TaskVerdict.Done)
            ? AdvanceCommit(pass, documents, plan)
            : pass.Settle(
                shards,
                $"embedding {VersionNumber.Name(plan.Version)}: {Wording.Count(plan.Inputs, "input")} of {Wording.Bytes(plan.InputBytes)} in {Wording.Count(plan.Shards, "shard")}",
                seen.Spec.Parallelism);
    }

    private static RunPlan AdvanceCommit(RunPass pass, EmbeddingJobDocuments documents, PlanResult plan) => pass.Judge(TaskParts.Commit) switch
    {
        TaskVerdict.Done { Attempt.Result.Commit: { } commit } => pass.Succeed(
            EmbeddingJobReasons.Committed,
            $"{VersionNumber.Name(commit.Version)}: {commit.Chunks} chunks of {commit.Embedded} rows, {commit.Rejected} rejected",
            VersionNumber.Name(commit.Version),
            commit.Output),
        var verdict => pass.Settle([new RunStep(verdict, TaskParts.Commit, "commit", () => documents.Commit(plan))], $"committing {VersionNumber.Name(plan.Version)}"),
    };
}
