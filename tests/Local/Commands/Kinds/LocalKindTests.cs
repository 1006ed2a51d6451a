using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Generator;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.TrainingRuns;
using TextOps.Local.Commands;
using TextOps.Local.Commands.Kinds;
using TextOps.Local.Tests.Display;
using TextOps.Local.Tests.EndToEnd;

namespace TextOps.Local.Tests.Commands.Kinds;

public sealed class LocalKindTests : IDisposable
{
    private readonly Workplace place = new();

    public void Dispose() => place.Dispose();

    [Fact]
    public void No_kind_of_ours_is_left_out() => Assert.Equal(CustomResourceDefinitions.Kinds, LocalKind.All.Select(kind => kind.Type));

    [Theory]
    [InlineData("trainingruns", "TrainingRun")]
    [InlineData("trainingrun", "TrainingRun")]
    [InlineData("tr", "TrainingRun")]
    [InlineData("TrainingRun", "TrainingRun")]
    [InlineData("trainingruns.textops.dev", "TrainingRun")]
    [InlineData("ej", "EmbeddingJob")]
    [InlineData("textops", "EmbeddingJob TrainingRun ModelDeployment")]
    [InlineData("md", "ModelDeployment")]
    [InlineData("modeldeployments", "ModelDeployment")]
    [InlineData("all", "EmbeddingJob TrainingRun ModelDeployment")]
    public void Kinds_are_found_by_the_names_that_kubectl_takes(string name, string kinds) =>
        Assert.Equal(kinds, string.Join(' ', LocalKind.Find(name).Select(kind => kind.Type.Name)));

    [Fact]
    public void What_is_no_kind_is_said_with_what_is() =>
        Assert.Equal("there is no kind \"trainngruns\"; did you mean trainingruns?", Assert.Throws<UsageException>(() => LocalKind.Find("trainngruns")).Message);

    [Fact]
    public async Task Get_shows_a_table_for_each_kind()
    {
        await StoreAsync();
        Assert.Matches(
            "^NAME +STATUS +PROGRESS +CHUNKS +VERSION +AGE\nembeddingjob.textops.dev/tickets .*\n\nNAME +STATUS +TRIALS +BEST +METRIC +VERSION +AGE\n"
            + "trainingrun.textops.dev/book-reviews +Running +12/40 +boosting #7 +f1_macro=0.8731 +\\w+\n$",
            Get("all").Exits(0).Output);
        Assert.Matches("^NAME +STATUS +TRIALS +BEST +METRIC +VERSION +AGE\nbook-reviews +Running +12/40 ", Get("tr").Exits(0).Output);
        Assert.Equal("embeddingjob.textops.dev/tickets\ntrainingrun.textops.dev/book-reviews\n", Get("textops", "-o", "name").Exits(0).Output);
        Assert.Equal(2, JsonNode.Parse(Get("all", "-o", "json").Exits(0).Output)!["items"]!.AsArray().Count);
        Assert.Equal("TrainingRun", (string)JsonNode.Parse(Get("all", "book-reviews", "-o", "json").Exits(0).Output)!["kind"]!);
        Assert.Equal("Error from server (NotFound): trainingruns.textops.dev \"tickets\" not found\n", Get("tr", "tickets").Exits(1).Error);
    }

    [Fact]
    public async Task Applying_a_TrainingRun_again_whose_run_has_ended_asks_for_a_rerun()
    {
        await using var local = LocalStore.Open(place.Store);
        var kind = LocalKind.Of(Trainings.Valid());
        var created = (TrainingRun)await kind.ApplyAsync(local.Cluster, Trainings.Valid(), TimeProvider.System, CancellationToken.None);
        var again = (TrainingRun)await kind.ApplyAsync(local.Cluster, Trainings.Valid(), TimeProvider.System, CancellationToken.None);
        Assert.Null(again.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RerunAnnotation));

        var run = new RunStatus { Id = "run", Hash = TrainingRunHash.Of(created.Spec), Trigger = "spec", StartTime = DateTimeOffset.UnixEpoch, CompletionTime = DateTimeOffset.UnixEpoch };
        await local.Cluster.UpdateStatusAsync(again with { Status = new TrainingRunStatus { Run = run } }, CancellationToken.None);
        var rerun = (TrainingRun)await kind.ApplyAsync(local.Cluster, Trainings.Valid(), TimeProvider.System, CancellationToken.None);
        Assert.NotNull(rerun.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RerunAnnotation));
        Assert.Equal("run", rerun.Status?.Run?.Id);
    }

    [Fact]
    public void A_folder_with_both_kinds_is_validated()
    {
        place.WriteManifest(Workplace.Job());
        place.Write("training.json", ObjectJson.Of(Trainings.Valid()).ToJsonString());
        Assert.Equal("EmbeddingJob default/tickets is valid\nTrainingRun default/book-reviews is valid\n", place.TextOps("validate", "-f", ".").Exits(0).Output);
    }

    private async Task StoreAsync()
    {
        await using var local = LocalStore.Open(place.Store);
        await LocalKind.Of(Workplace.Job()).ApplyAsync(local.Cluster, Workplace.Job() with { Metadata = new V1ObjectMeta { Name = "tickets", Namespace = "default" } }, TimeProvider.System, CancellationToken.None);
        var run = (TrainingRun)await LocalKind.Of(Trainings.Valid()).ApplyAsync(local.Cluster, Trainings.Valid(), TimeProvider.System, CancellationToken.None);
        var status = new TrainingRunStatus { Trials = "12/40", Best = "boosting #7", Metric = "f1_macro=0.8731" };
        await local.Cluster.UpdateStatusAsync(run.Saying("Running", "searching", status: status), CancellationToken.None);
    }

    private TextOpsResult Get(params string[] arguments) => place.TextOps(["get", .. arguments, "--store", "store"]);
}
