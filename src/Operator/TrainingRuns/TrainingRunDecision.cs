using TextOps.Crds;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.TrainingRuns;

/// <summary>Decides about a TrainingRun: a pure function of what was seen and of the time. A run goes prepare → trials → fit → evaluate.</summary>
public static class TrainingRunDecision
{
    /// <summary>What a run says while it prepares.</summary>
    internal const string Preparing = "preparing: reading and checking the dataset";

    /// <summary>Looks at <paramref name="seen"/> and says what to do.</summary>
    public static RunPlan Decide(TrainingRunSnapshot seen, DateTimeOffset now)
    {
        var pass = new RunPass(seen, now);
        return pass.Decide(() => Advance(seen, pass));
    }

    private static RunPlan Advance(TrainingRunSnapshot seen, RunPass pass)
    {
        var documents = new TrainingRunDocuments(seen, pass.Run);
        return pass.Judge(TaskParts.Prepare) switch
        {
            TaskVerdict.Done { Attempt.Result.Prepare: { Version: { } version } } => pass.Succeed(
                RunReasons.UpToDate, $"{VersionNumber.Name(version.Version)} already has this data and these settings; nothing was trained", VersionNumber.Name(version.Version), version.Output),
            TaskVerdict.Done { Attempt.Result.Prepare: { } prepared } => AdvanceTrials(seen, pass, documents, prepared),
            TaskVerdict.Due when seen.Spec.Dataset.Embeddings is { } embeddings && seen.EmbeddingsOf(pass.Run) is null =>
                pass.Wait(TrainingRunReasons.WaitingForDataset, WhatIsMissing(seen, embeddings)),
            var verdict => pass.Settle([new RunStep(verdict, TaskParts.Prepare, "prepare", documents.Prepare)], Preparing),
        };
    }

    private static RunPlan AdvanceTrials(TrainingRunSnapshot seen, RunPass pass, TrainingRunDocuments documents, PrepareResult prepared)
    {
        var tally = TrainingRunTally.Of(seen, pass.Judge);
        var wording = new TrainingRunWording(seen);
        if (!seen.Trials.IsSearch)
        {
            return AdvanceFit(pass, documents, prepared, tally.Best!, wording);
        }

        var jobs = seen.Trials.Jobs
            .Select((trials, job) => new RunStep(pass.Judge(TaskParts.Trials(job)), TaskParts.Trials(job), "train", () => documents.Trials(prepared, trials)))
            .Where(step => step.Verdict is not TaskVerdict.Hopeless lost || !TrainingRunTally.IsTolerable(lost))
            .ToList();
        if (jobs.TrueForAll(step => step.Verdict is not TaskVerdict.Hopeless))
        {
            if (tally.Failures.Count > seen.Spec.Search.MaxFailedTrials || tally.Failures.Count == seen.Trials.Trials.Count)
            {
                return pass.Fail(TrainingRunReasons.TrialsFailed, wording.TrialsFailed(tally));
            }

            if (tally.IsSearched)
            {
                return AdvanceFit(pass, documents, prepared, tally.Best!, wording);
            }
        }

        return pass.Settle(jobs, wording.Searching(tally), seen.Spec.Search.ParallelTrials);
    }

    private static RunPlan AdvanceFit(RunPass pass, TrainingRunDocuments documents, PrepareResult prepared, Trial best, TrainingRunWording wording) => pass.Judge(TaskParts.Fit) switch
    {
        TaskVerdict.Done => AdvanceEvaluation(pass, documents, prepared, best, wording),
        var verdict => pass.Settle(
            [new RunStep(verdict, TaskParts.Fit, "train", () => documents.Fit(prepared, best))],
            $"fitting {wording.Trial(best)} on {Wording.Rows(prepared.Train + prepared.Validation)}"),
    };

    private static RunPlan AdvanceEvaluation(RunPass pass, TrainingRunDocuments documents, PrepareResult prepared, Trial best, TrainingRunWording wording) =>
        pass.Judge(TaskParts.Evaluate) switch
        {
            TaskVerdict.Done { Attempt.Result.Evaluate: { Version: { } version } evaluated } => pass.Succeed(
                TrainingRunReasons.Registered, wording.Registered(prepared, best, evaluated, version), VersionNumber.Name(version.Version), version.Output),
            TaskVerdict.Done { Attempt.Result.Evaluate: { } evaluated } => pass.Fail(TrainingRunReasons.GateFailed, TrainingRunWording.FailedGates(evaluated.Gates)),
            var verdict => pass.Settle(
                [new RunStep(verdict, TaskParts.Evaluate, "evaluate", () => documents.Evaluate(prepared, best))], $"evaluating on {Wording.Rows(prepared.Test)}"),
        };

    private static string WhatIsMissing(TrainingRunSnapshot seen, DatasetEmbeddings embeddings) => seen switch
    {
        { EmbeddingJob: not null, DatasetStore: not null } => $"EmbeddingJob {embeddings.Job} has no committed version yet",
        { EmbeddingJob: null } => $"there is no EmbeddingJob {embeddings.Job} in namespace {seen.Training.Metadata.Namespace}; create it, or correct spec.dataset.embeddings.job",
        _ => $"EmbeddingJob {embeddings.Job} names no store, and this operator has no default store; set its spec.output.uri",
    };
}
