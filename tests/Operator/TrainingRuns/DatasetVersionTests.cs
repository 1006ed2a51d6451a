using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Runs;
using TextOps.Operator.Tests.EmbeddingJobs;
using TextOps.Operator.TrainingRuns;
using static TextOps.Operator.Tests.TrainingRuns.Trainings;

namespace TextOps.Operator.Tests.TrainingRuns;

/// <summary>Datasets that are versions of an EmbeddingJob: waited for, pinned, followed.</summary>
public sealed class DatasetVersionTests
{
    [Fact]
    public async Task Waits_for_the_first_version_and_its_deadline_counts_from_then()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.ApplyAsync(Following with { ActiveDeadlineSeconds = 60 });
        var training = await plane.SettleAsync();
        Assert.Equal("there is no EmbeddingJob chunks in namespace default; create it, or correct spec.dataset.embeddings.job", Of(training, RunConditions.Ready).Message);

        await plane.CommitAsync(null);
        training = await plane.AdvanceAsync(TimeSpan.FromHours(3));
        foreach (var (type, status) in new[] { (RunConditions.Ready, ConditionStatus.False), (RunConditions.Reconciling, ConditionStatus.True), (TrainingRunConditions.DataReady, ConditionStatus.False) })
        {
            Assert.Equal((type, status, TrainingRunReasons.WaitingForDataset), (type, Of(training, type).Status, Of(training, type).Reason));
        }

        Assert.Equal("EmbeddingJob chunks has no committed version yet", Of(training, RunConditions.Ready).Message);
        Assert.Empty(await plane.JobsAsync());
        Assert.Null(plane.Wake);
        Assert.Single(plane.Events.Of(TrainingRunReasons.WaitingForDataset));

        await plane.CommitAsync("v000001");
        training = await plane.SettleAsync();
        Assert.Equal((RunReasons.Running, "v000001"), (Of(training, RunConditions.Ready).Reason, training.Status!.Run!.Input));
        Assert.Equal(plane.Time.GetUtcNow(), training.Status.Run.ResumeTime);
        Assert.Equal(
            new EmbeddingsVersion { Uri = "file:///store", Name = "default.chunks", Version = 1 },
            ((PrepareTask)await plane.TaskAsync("prepare")).Embeddings);
    }

    [Fact]
    public async Task A_followed_version_starts_a_run_when_the_one_under_way_is_over()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.CommitAsync("v000001");
        await plane.ApplyAsync(Following);
        await plane.SettleAsync();
        await plane.CommitAsync("v000002");
        await plane.CommitAsync("v000003");
        Assert.Equal(["prepare 0"], await plane.JobsAsync());

        var training = await plane.FinishAsync();
        Assert.Equal(["dataset:v000003", "spec"], training.Status!.Runs!.Select(run => run.Trigger));
        Assert.Equal(["v000003", "v000001"], training.Status.Runs!.Select(run => run.Input));
        Assert.Equal(2, plane.Ran.Count(part => part == "prepare"));
    }

    [Fact]
    public async Task A_version_that_is_not_followed_is_read_by_the_next_run_that_something_else_starts()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.CommitAsync("v000001");
        await plane.ApplyAsync(Following with { Dataset = Following.Dataset with { Follow = false } });
        await plane.FinishAsync();

        await plane.CommitAsync("v000002");
        var training = await plane.SettleAsync();
        Assert.Equal("v000001", training.Status!.Run!.Input);

        await plane.AnnotateAsync("textops.dev/rerun", "again");
        training = await plane.FinishAsync();
        Assert.Equal(("rerun:again", "v000002"), (training.Status!.Run!.Trigger, training.Status.Run.Input));
    }

    [Fact]
    public async Task A_pinned_version_is_read_whatever_is_the_last()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.CommitAsync("v000007");
        await plane.ApplyAsync(Following with { Dataset = new Dataset { Embeddings = new DatasetEmbeddings { Job = "chunks", Version = 3 } } });

        await plane.SettleAsync();

        Assert.Equal(3, ((PrepareTask)await plane.TaskAsync("prepare")).Embeddings!.Version);
    }

    [Fact]
    public async Task A_run_keeps_the_version_it_began_with_though_its_Job_is_made_again()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.CommitAsync("v000001");
        await plane.ApplyAsync(Following);
        await plane.SettleAsync();
        await plane.CommitAsync("v000002");
        await plane.DeleteAsync<V1Job>((await plane.JobAsync("prepare")).Metadata.Name!);
        await plane.SettleAsync();
        await plane.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(1, ((PrepareTask)await plane.TaskAsync("prepare", attempt: 1)).Embeddings!.Version);
    }

    [Fact]
    public async Task A_prepared_run_goes_on_though_its_EmbeddingJob_is_deleted()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.CommitAsync("v000001");
        await plane.ApplyAsync(Following);
        await plane.SettleAsync();
        await plane.EndAsync("prepare", Prepared());
        await plane.DeleteAsync<EmbeddingJob>("chunks");

        Assert.Equal(TrainingRunReasons.Registered, (await plane.FinishAsync()).Status!.Run!.Result);
    }

    [Fact]
    public async Task The_operator_wakes_those_that_read_an_EmbeddingJob()
    {
        await using var fixture = await OperatorFixture.StartAsync();
        await fixture.CreateAsync(Valid(Following) with { Metadata = new V1ObjectMeta { Name = "tickets", Namespace = "default" } });
        await WaitingAsync(fixture, "there is no EmbeddingJob");
        await fixture.ApplyAsync(Examples.Spec, "chunks");
        await WaitingAsync(fixture, "has no committed version yet");

        await fixture.EndAsync("plan", Examples.Planned().Result);
        await fixture.EndAsync("s00000", Examples.Embedded(0).Result);
        await fixture.EndAsync("s00001", Examples.Embedded(1).Result);
        await fixture.EndAsync("commit", Examples.Committed().Result);

        await OperatorFixture.EventuallyAsync(
            "the run begins", fixture.ListAsync<TrainingRun>, list => list.Any(training => training is { Metadata.Name: "tickets", Status.Run.Input: "v000003" }));
    }

    [Fact]
    public void Only_another_version_or_another_place_of_it_concerns_those_that_read_it()
    {
        var before = Examples.Valid() with { Status = new EmbeddingJobStatus { Version = "v000001", Progress = "1%" } };

        Assert.False(TrainingRunKind.IsOtherDataset(before, before with { Status = before.Status with { Progress = "2%" }, Spec = before.Spec with { Parallelism = 9 } }));
        Assert.True(TrainingRunKind.IsOtherDataset(before, before with { Status = before.Status with { Version = "v000002" } }));
        Assert.True(TrainingRunKind.IsOtherDataset(before, before with { Spec = before.Spec with { Output = new EmbeddingOutput { Name = "elsewhere" } } }));
        Assert.Null(TrainingRunKind.DatasetOf(Valid()));
        Assert.Equal("chunks", TrainingRunKind.DatasetOf(Valid(Following))!.Value.Name.Name);
    }

    [Fact]
    public async Task Objects_of_both_kinds_with_one_name_have_children_of_their_own()
    {
        await using var fixture = await OperatorFixture.StartAsync();
        await fixture.ApplyAsync(Examples.Spec);
        await fixture.CreateAsync(Valid(Plain) with { Metadata = new V1ObjectMeta { Name = "tickets", Namespace = "default" } });

        await fixture.EndAsync("prepare", PreparedResult());
        await fixture.EndAsync("plan", Examples.Planned(upToDate: true).Result);
        await fixture.EndAsync("fit", FittedResult(0));
        await fixture.EndAsync("evaluate", EvaluatedResult());

        await fixture.ReadyAsync(RunReasons.UpToDate);
        await OperatorFixture.EventuallyAsync("a version", fixture.ListAsync<TrainingRun>, list => list.Single().Status?.Run?.Result == TrainingRunReasons.Registered);
        Assert.Equal(4, (await fixture.JobsAsync()).Count);
    }

    private static Task WaitingAsync(OperatorFixture fixture, string what) => OperatorFixture.EventuallyAsync(
        $"a message: {what}",
        fixture.ListAsync<TrainingRun>,
        list => list.Any(training => training.Status?.Conditions is not null && Of(training, RunConditions.Ready).Message!.Contains(what, StringComparison.Ordinal)));

    private static V1Condition Of(TrainingRun training, string type) => training.Status!.Conditions!.Single(condition => condition.Type == type);
}
