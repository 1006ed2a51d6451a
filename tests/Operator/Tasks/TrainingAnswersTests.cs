using TextOps.Crds.Tasks;
using TextOps.Operator.Tasks;
using static TextOps.Operator.Tests.TrainingRuns.Trainings;

namespace TextOps.Operator.Tests.Tasks;

/// <summary>Which results are taken for the answer of a training task: a pod could have written anything.</summary>
public sealed class TrainingAnswersTests
{
    private static readonly PrepareResult Ready = PreparedResult().Prepare!;
    private static readonly PrepareResult Current = PreparedResult(upToDate: true).Prepare!;
    private static readonly EvaluateResult Passed = EvaluatedResult().Evaluate!;
    private static readonly EvaluateResult Failed = EvaluatedResult(passed: false).Evaluate!;

    public static TheoryData<string, string, TaskResult, bool> Results => new()
    {
        { "a prepared dataset", "prepare", Of(Ready), true },
        { "a version that is up to date", "prepare", Of(Current), true },
        { "up to date without a version", "prepare", Of(Current with { Version = null }), false },
        { "a version without being up to date", "prepare", Of(Current with { UpToDate = false }), false },
        { "no workspace", "prepare", Of(Ready with { Workspace = null! }), false },
        { "rows below none", "prepare", Of(Ready with { Rows = -1 }), false },
        { "more rows than there can be", "prepare", Of(Ready with { Rejected = long.MaxValue }), false },
        { "version 0", "prepare", Of(Current with { Version = Current.Version! with { Version = 0 } }), false },
        { "a digest that is none", "prepare", Of(Current with { Version = Current.Version! with { Digest = "sha256:x" } }), false },
        { "the answer of another part", "evaluate", Of(Ready), false },
        { "an EmbeddingJob's answer", "prepare", new TaskResult { Plan = new PlanResult { UpToDate = true, Version = 1, Shards = 1, Inputs = 1, InputBytes = 1, Output = "x" } }, false },
        { "the first Job's trials", "t00000", TrainedResult(0, 0.5, null, 0.7), true },
        { "the first Job's trials from 1", "t00000", TrainedResult(1, 0.5), false },
        { "the second Job's trials, three to a Job", "t00001", TrainedResult(3, 0.5, 0.6, 0.7), true },
        { "the last Job's, fewer than the others'", "t00005", TrainedResult(15, 0.5), true },
        { "trials that no number of trials to a Job gives", "t00002", TrainedResult(7, 0.5), false },
        { "more trials than the Jobs before had", "t00002", TrainedResult(4, 0.5, 0.6, 0.7), false },
        { "a number too far", "t00001", TrainedResult(33, 0.5), false },
        { "no trials", "t00000", TrainedResult(0), false },
        { "33 trials", "t00000", TrainedResult(0, [.. Enumerable.Repeat<double?>(0.5, 33)]), false },
        { "32 trials", "t00000", TrainedResult(0, [.. Enumerable.Repeat<double?>(0.5, 32)]), true },
        { "trials that are not in order", "t00000", new TaskResult { Train = new TrainResult { Trials = [.. TrainedResult(0, 0.5, 0.6).Train!.Trials.Reverse()] } }, false },
        { "no list of trials", "t00000", new TaskResult { Train = new TrainResult { Trials = null! } }, false },
        { "a trial that is nothing", "t00000", new TaskResult { Train = new TrainResult { Trials = [null!] } }, false },
        { "a value without end", "t00000", TrainedResult(0, double.PositiveInfinity), false },
        { "a value that is no number", "t00000", TrainedResult(0, double.NaN), false },
        { "a value that fits no status", "t00000", TrainedResult(0, 1e300), false },
        { "trials for a shard", "s00000", TrainedResult(0, 0.5), false },
        { "trials for a part that only looks like it", "t0000x", TrainedResult(0, 0.5), false },
        { "a fitted model", "fit", FittedResult(17), true },
        { "two fitted models", "fit", TrainedResult(0, 0.5, 0.6), false },
        { "a model of less than nothing", "fit", new TaskResult { Train = FittedResult(1).Train! with { ModelBytes = -1 } }, false },
        { "an evaluation", "evaluate", Of(Passed), true },
        { "an evaluation with a gate that does not hold", "evaluate", Of(Failed), true },
        { "registered though a gate does not hold", "evaluate", Of(Failed with { Version = Passed.Version }), false },
        { "not registered though all gates hold", "evaluate", Of(Passed with { Version = null }), false },
        { "17 gates", "evaluate", Of(Passed with { Gates = [.. Enumerable.Range(0, 17).Select(index => Passed.Gates[0] with { Name = $"g{index}" })] }), false },
        { "two gates of one name", "evaluate", Of(Passed with { Gates = [Passed.Gates[0], Passed.Gates[0]] }), false },
        { "a gate with too long a name", "evaluate", Of(Passed with { Gates = [Passed.Gates[0] with { Name = new string('g', 64) }] }), false },
        { "no gates at all", "evaluate", Of(Passed with { Gates = null! }), false },
        { "an accuracy that is no number", "evaluate", Of(Passed with { Accuracy = double.NaN }), false },
    };

    [Theory]
    [MemberData(nameof(Results))]
    public void A_result_is_taken_for_the_answer_only_where_it_can_be_one(string what, string part, TaskResult result, bool isAnswer) =>
        Assert.Equal((what, isAnswer), (what, TaskParts.IsAnswer(part, result)));

    [Fact]
    public void Parts_of_one_kind_are_none_of_the_other()
    {
        Assert.All(["prepare", "fit", "evaluate", TaskParts.Trials(0)], part => Assert.False(TaskParts.IsShard(part)));
        Assert.All(["plan", "commit", TaskParts.Shard(0), "prepare", "fit", "evaluate"], part => Assert.Null(TaskParts.TrialJobOf(part)));
        Assert.Equal(("t00012", 12), (TaskParts.Trials(12), TaskParts.TrialJobOf("t00012")));
    }

    private static TaskResult Of(PrepareResult result) => new() { Prepare = result };

    private static TaskResult Of(EvaluateResult result) => new() { Evaluate = result };
}
