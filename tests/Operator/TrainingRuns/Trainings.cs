using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;
using TextOps.Operator.Tests.EmbeddingJobs;
using TextOps.Operator.TrainingRuns;
using TextOps.Operator.TrainingRuns.Search;

namespace TextOps.Operator.Tests.TrainingRuns;

/// <summary>TrainingRuns and observations that tests start from.</summary>
internal static class Trainings
{
    public static readonly DateTimeOffset Now = Examples.Now;

    private static readonly string Digest = "sha256:" + new string('a', 64);

    /// <summary>Four trials of boosting and one of a linear model, two to a Job, two Jobs at once.</summary>
    public static TrainingRunSpec Spec { get; } = Grid(4) with
    {
        Candidates = [Boosting(4), new Candidate { Name = "linear", LogisticRegression = new LogisticRegression() }],
        Search = new TrainingSearch { TrialsPerJob = 2, ParallelTrials = 2, MaxFailedTrials = 1 },
        Evaluation = new Evaluation { Gates = [new Gate { Name = "good-enough", Metric = MetricNames.F1Macro, AtLeast = "0.6" }, new Gate { Name = "small", Metric = MetricNames.ModelBytes, AtMost = "1000000" }] },
        Register = new Registration { Alias = "staging", KeepVersions = 3 },
    };

    /// <summary>A spec without a search.</summary>
    public static TrainingRunSpec Plain { get; } = Spec with { Candidates = [Spec.Candidates[1]] };

    /// <summary>A spec whose dataset is an EmbeddingJob's.</summary>
    public static TrainingRunSpec Following { get; } = Plain with { Dataset = new Dataset { Embeddings = new DatasetEmbeddings { Job = "chunks" }, Follow = true } };

    public static TrainingRunSpec Grid(int trials) => new()
    {
        Dataset = new Dataset { Source = new DatasetSource { Uri = "file:///data/reviews.jsonl" } },
        Features = [new FeatureBlock { Name = "numbers", Numeric = new NumericFeatures { Derived = [DerivedNumber.TextLength] } }],
        Candidates = [Boosting(trials)],
    };

    public static TrainingRun Valid(TrainingRunSpec? spec = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = "tickets", Namespace = "default", Uid = Examples.Uid, Generation = 1, ResourceVersion = "1" },
        Spec = spec ?? Spec,
    };

    public static TrainingRunSnapshot Snapshot(TrainingRun? training = null, params TaskAttempt[] attempts) =>
        new() { Training = training ?? Valid(), Attempts = attempts, Options = Examples.Options };

    /// <summary>The object after <paramref name="plan"/> was reported.</summary>
    public static TrainingRun After(TrainingRunSnapshot seen, RunPlan plan, DateTimeOffset? now = null) =>
        seen.Training with { Status = TrainingRunStatusBuilder.Build(seen, plan, now ?? Now) };

    /// <summary>The object whose run began by what <paramref name="spec"/> says.</summary>
    public static TrainingRun Running(TrainingRunSpec? spec = null)
    {
        var seen = Snapshot(Valid(spec));
        return After(seen, TrainingRunDecision.Decide(seen, Now));
    }

    public static TaskAttempt Attempt(string part, TaskState state, int number = 0, TaskResult? result = null, TrainingRunSpec? spec = null) =>
        Examples.Attempt(part, state, number, result, RunIdentity.RunId(TrainingRunHash.Of(spec ?? Spec), "spec"));

    public static TaskAttempt Refused(string part, string reason, string message = "it is refused") =>
        Attempt(part, TaskState.Refused, result: new TaskResult { Error = new TaskError { Reason = reason, Message = message } });

    public static TaskAttempt Prepared(bool upToDate = false, TrainingRunSpec? spec = null) => Attempt("prepare", TaskState.Succeeded, result: PreparedResult(upToDate), spec: spec);

    /// <summary>Trials from <paramref name="first"/> on with these values; a null failed.</summary>
    public static TaskAttempt Trained(string part, int first, params double?[] values) => Attempt(part, TaskState.Succeeded, result: TrainedResult(first, values));

    public static TaskAttempt Fitted(int number, TrainingRunSpec? spec = null) => Attempt("fit", TaskState.Succeeded, result: FittedResult(number), spec: spec);

    public static TaskAttempt Evaluated(bool passed = true, TrainingRunSpec? spec = null) => Attempt("evaluate", TaskState.Succeeded, result: EvaluatedResult(passed), spec: spec);

    /// <summary>A run up to its fitted model: the best is trial 1.</summary>
    public static TaskAttempt[] UpToFit => [Prepared(), Trained("t00000", 0, 0.5, 0.87312), Trained("t00001", 2, 0.7, 0.87312), Trained("t00002", 4, 0.2), Fitted(1)];

    public static TaskResult PreparedResult(bool upToDate = false) => new()
    {
        Prepare = new PrepareResult
        {
            UpToDate = upToDate,
            Workspace = "runs/w",
            Report = "file:///store/runs/w/contract.json",
            Rows = 1850,
            Rejected = 3,
            Train = 1295,
            Validation = 185,
            Test = 370,
            Labels = 2,
            Columns = 9,
            Version = upToDate ? Version() : null,
        },
    };

    public static TaskResult TrainedResult(int first, params double?[] values) => new()
    {
        Train = new TrainResult { Trials = [.. values.Select((value, index) => new TrialResult { Number = first + index, Value = value, Seconds = 1, Error = value is null ? "loss is not finite" : null })] },
    };

    public static TaskResult FittedResult(int number) =>
        new() { Train = new TrainResult { Trials = [new TrialResult { Number = number, Seconds = 2 }], ModelBytes = 1000 } };

    public static TaskResult EvaluatedResult(bool passed = true) => new()
    {
        Evaluate = new EvaluateResult
        {
            Value = passed ? 0.87021 : 0.55119,
            Accuracy = 0.88,
            Gates =
            [
                new GateStatus { Name = "good-enough", Metric = "f1_macro", Value = passed ? "0.87021" : "0.55119", Bound = "at least 0.6", Passed = passed },
                new GateStatus { Name = "small", Metric = "model_bytes", Value = "51234", Bound = "at most 1000000", Passed = true },
            ],
            Version = passed ? Version() : null,
            Report = "file:///store/runs/w/report.html",
        },
    };

    /// <summary>What the runner answers to a task: values grow with the numbers of trials.</summary>
    public static TaskResult Answer(TaskDocument document) => document switch
    {
        PrepareTask => PreparedResult(),
        TrainTask { Fit: true } fit => FittedResult(fit.Trials[0].Number),
        TrainTask train => TrainedResult(train.Trials[0].Number, [.. train.Trials.Select(trial => (double?)(0.5 + (trial.Number * 0.001)))]),
        _ => EvaluatedResult(),
    };

    private static RegisteredVersion Version() => new() { Version = 3, Output = "file:///store/models/default.tickets/v000003", Digest = Digest, Candidate = "boosting", Value = 0.87021 };

    private static Candidate Boosting(int trials) => new()
    {
        Name = "boosting",
        GradientBoosting = new GradientBoosting(),
        Search = new CandidateSearch
        {
            Algorithm = SearchAlgorithm.Grid,
            MaxTrials = trials,
            Space = [new SearchParameter { Name = "maxDepth", Int = new IntegerRange { Min = 1, Max = 32 } }, new SearchParameter { Name = "nEstimators", Categorical = ["50", "100"] }],
        },
    };
}
