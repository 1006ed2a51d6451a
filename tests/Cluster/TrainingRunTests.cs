using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Cluster.Tests.Support;
using TextOps.Crds;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Core;
using TextOps.Tests;

namespace TextOps.Cluster.Tests;

/// <summary>TrainingRuns on a real API server, as a user sees them, and as changes in Git steer them.</summary>
public sealed class TrainingRunTests(SharedNode node, SharedInstallation shared) : IClassFixture<SharedInstallation>
{
    private const int Few = 200;

    [Fact]
    public async Task The_sample_is_applied_and_registers_a_version()
    {
        var installation = await shared.StartAsync(node);
        var (kubectl, name) = (installation.Kubectl, "book-reviews");
        var sample = await File.ReadAllTextAsync(Repository.File("config", "samples", "trainingrun.yaml"), TestContext.Current.CancellationToken);

        kubectl.Run(["apply", "-f", "-"], sample.Replace("namespace: default", $"namespace: {installation.Space.Name}", StringComparison.Ordinal));
        kubectl.Run("wait", $"trainingrun/{name}", "--for=condition=Ready", "--timeout=120s");

        var row = @"(?m)^NAME +STATUS +TRIALS +BEST +METRIC +VERSION +AGE\nbook-reviews +Registered +1/1 +linear +f1_macro=0\.\d{4} +v000001 +\d+\w+$";
        Assert.Matches(row, kubectl.Run("get", "trainingruns", name));
        Assert.Matches(row, kubectl.Run("get", "tr", name));
        Assert.Matches(@"(?m)^trainingrun.textops.dev/book-reviews +Registered +1/1 ", kubectl.Run("get", "textops"));
        Assert.Matches(
            @"^NAME +STATUS +TRIALS +BEST +METRIC +VERSION +ROWS +OUTPUT +AGE\nbook-reviews +Registered +1/1 +linear +f1_macro=0\.\d{4} +v000001 +\d{4} +file:///.+/models/book-reviews/v000001 +\d+\w+\n$",
            kubectl.Run("get", "tr", name, "-o", "wide"));

        var training = await installation.GetAsync<TrainingRun>(name);
        Assert.Equal(
            [
                "Ready True Registered", "Reconciling False Registered", "Stalled False NotStalled", "DataReady True Prepared", "Searched True NothingToSearch",
                "Evaluated True Completed", "GatesPassed True Passed", "Registered True Registered",
            ],
            training.Status!.Conditions!.Select(condition => $"{condition.Type} {condition.Status} {condition.Reason}"));
        Assert.Equal(["good-enough True", "fast-enough True"], training.Status.Gates!.Select(gate => $"{gate.Name} {gate.Passed}"));
        var events = await kubectl.WaitForAsync(["describe", "tr", name], text => text.Contains("Registered  ", StringComparison.Ordinal), "its events");
        Assert.Equal(["RunStarted", "Registered"], KubectlTests.EventReasons(events));

        var registry = Registry(installation);
        var model = await registry.ResolveAsync(name, "staging", TestContext.Current.CancellationToken);
        Assert.Equal((1, training.Status.Digest, training.Status.Output), (model.Card.Version, model.Digest, model.Uri));
        await registry.VerifyAsync(model, TestContext.Current.CancellationToken);
        Assert.Superset(new HashSet<string>(["model.onnx", "featurizer.json", "contract.json", "report.html"]), model.Card.Files.Select(file => file.Path).ToHashSet());
    }

    [Fact]
    public async Task Two_that_register_one_model_at_once_get_different_versions()
    {
        var installation = await shared.StartAsync(node);
        string[] names = ["twin-a", "twin-b", "twin-c"];
        foreach (var name in names)
        {
            installation.Apply(TrainingRuns.Over(node.Reviews(Few), name).With(spec => spec with { Register = new Registration { Name = "twins", Alias = "staging" } }));
        }

        var done = await Task.WhenAll(names.Select(installation.WaitForRestAsync<TrainingRun>));

        Assert.All(done, training => Assert.Equal(("Registered", ""), (training.Reason(), training.Stalled() is null ? "" : training.Message())));
        Assert.Equal(["v000001", "v000002", "v000003"], done.Select(training => training.Status!.Version).Order(StringComparer.Ordinal));
        var registry = Registry(installation);
        foreach (var training in done)
        {
            var model = await registry.ResolveAsync("twins", training.Status!.Version, TestContext.Current.CancellationToken);
            Assert.Equal((training.Metadata.Name, training.Status.Digest), (model.Card.Owner.Name, model.Digest));
            await registry.VerifyAsync(model, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Suspended_in_a_search_it_goes_on_where_it_was()
    {
        var installation = await shared.StartAsync(node);
        var training = TrainingRuns.Searching(node.Reviews(Few), "suspended", trials: 12).With(spec => spec with { Search = spec.Search with { ParallelTrials = 1 } });
        installation.Apply(training);
        await installation.WaitAsync<TrainingRun>("suspended", "a Job with trials is over", seen => seen.Status?.TrialCounts?.Succeeded >= 2);

        installation.Apply(training.With(spec => spec with { Suspend = true }));
        await installation.WaitForAsync<V1Pod>("suspended", "no pod runs", pods => pods.All(pod => pod.Status?.Phase is "Succeeded" or "Failed"));
        var held = await installation.WaitForRestAsync<TrainingRun>("suspended");
        Assert.Equal(("Suspended", null), (held.Reason(), held.Stalled()));
        Assert.InRange(held.Status!.TrialCounts!.Succeeded!.Value, 2, 11);
        var before = await Records(installation, "suspended");

        var done = await installation.ApplyToEndAsync(training);
        Assert.Equal(("Registered", "12/12", held.Status.Run!.Id, "v000001"), (done.Reason(), done.Status!.Trials, done.Status.Run!.Id, done.Status.Version));
        Assert.Single(done.Status.Runs!);
        var after = await Records(installation, "suspended");
        Assert.Equal(Enumerable.Range(0, 12).Select(number => $"{number:D5}.json"), after.Keys.Order(StringComparer.Ordinal));
        Assert.All(before, record => Assert.Equal(record.Value, after[record.Key]));
    }

    [Fact]
    public async Task An_edit_of_the_candidates_while_it_searches_starts_the_next_run_and_another_edit_none()
    {
        var installation = await shared.StartAsync(node);
        var training = TrainingRuns.Searching(node.Reviews(Few), "edited", trials: 40).With(spec => spec with { Search = spec.Search with { ParallelTrials = 1 } });
        var pod = await installation.ApplyAndCatchAsync(training);

        var edited = training.With(spec => spec with { Candidates = [spec.Candidates[0] with { Search = null }] });
        var done = await installation.ApplyToEndAsync(edited);
        Assert.Equal(("Registered", "1/1", "v000001"), (done.Reason(), done.Status!.Trials, done.Status.Version));
        Assert.Equal(["Registered", "Superseded"], done.Status.Runs!.Select(run => run.Result));
        await installation.WaitForAsync<V1Pod>("edited", "the first run's pod is gone", pods => pods.All(left => left.Metadata.Uid != pod.Metadata.Uid || left.Status?.Phase is "Succeeded" or "Failed"));

        var steered = await installation.ApplyToEndAsync(edited.With(spec => spec with { RunHistoryLimit = 9 }));
        Assert.Equal((2L, done.Status.Run!.Id), (steered.Status!.ObservedGeneration - 1, steered.Status.Run!.Id));
        Assert.Equal(["Registered", "Superseded"], steered.Status.Runs!.Select(run => run.Result));
        installation.Kubectl.Run("annotate", "tr", "edited", $"{ApiGroup.RerunAnnotation}=again");
        var again = await installation.WaitAsync<TrainingRun>("edited", "it ran again", seen => seen.IsAtRest() && seen.Status!.Runs!.Count == 3);
        Assert.Equal(("UpToDate", "v000001", done.Status.Digest), (again.Reason(), again.Status!.Version, again.Status.Digest));
    }

    [Fact]
    public async Task A_gate_that_does_not_hold_is_shown_with_its_value_and_nothing_is_registered_until_it_does()
    {
        var installation = await shared.StartAsync(node);
        var training = TrainingRuns.Over(node.Reviews(Few), "gated");

        var refused = await installation.ApplyToEndAsync(training.With(spec => spec with { Evaluation = spec.Evaluation with { Gates = [new Gate { Name = "perfect", Metric = MetricNames.Accuracy, AtLeast = "1" }] } }));
        Assert.Equal(("Failed", "GateFailed", null), (refused.Reason(), refused.Stalled(), refused.Status!.Version));
        var kubectl = installation.Kubectl;
        Assert.Matches(@"(?m)^gated +Failed +1/1 +linear +f1_macro=0\.\d{4} +\d+\w+$", kubectl.Run("get", "tr", "gated"));
        Assert.Matches(@"^perfect: accuracy 0\.\d{4} is not at least 1$", kubectl.Run("get", "tr", "gated", "-o", "jsonpath={.status.conditions[?(@.type==\"GatesPassed\")].message}"));
        Assert.Matches(
            @"GateFailed +accuracy 0\.\d{4} is not at least 1 \(perfect\)",
            await kubectl.WaitForAsync(
                ["get", "events", "--field-selector", "involvedObject.kind=TrainingRun,involvedObject.name=gated", "-o", "custom-columns=R:.reason,M:.message"],
                text => text.Contains("GateFailed", StringComparison.Ordinal), "the event"));
        Assert.Empty(await Registry(installation).ListVersionsAsync($"{installation.Space.Name}.gated", TestContext.Current.CancellationToken));

        var done = await installation.ApplyToEndAsync(training);
        Assert.Equal(("Registered", null, "v000001"), (done.Reason(), done.Stalled(), done.Status!.Version));
    }

    [Fact]
    public async Task Bad_data_stalls_it_at_once_with_the_field_and_the_value()
    {
        var installation = await shared.StartAsync(node);
        var training = TrainingRuns.Over(node.Reviews(Few), "unknown-label").With(spec => spec with { Dataset = spec.Dataset with { Labels = new DatasetLabels { Allowed = ["good", "fair"] } } });

        var stalled = await installation.ApplyToEndAsync(training);

        Assert.Equal(("Failed", "InputRejected"), (stalled.Reason(), stalled.Stalled()));
        Assert.Contains("bad", stalled.Message(), StringComparison.Ordinal);
        Assert.Equal("False InputRejected", $"{stalled.Condition(TrainingRunConditions.DataReady)!.Status} {stalled.Condition(TrainingRunConditions.DataReady)!.Reason}");
        Assert.Equal(["prepare-a0"], await installation.AttemptsAsync("unknown-label"));
    }

    [Fact]
    public async Task A_version_of_an_EmbeddingJob_is_the_dataset_and_its_next_one_starts_a_run()
    {
        var installation = await shared.StartAsync(node);
        var training = TrainingRuns.Over("/none", "follows").With(spec => spec with
        {
            Dataset = spec.Dataset with { Source = null, Embeddings = new DatasetEmbeddings { Job = "chunks" }, Follow = true, IdField = null },
            Features = [new FeatureBlock { Name = "vectors", Embedding = new EmbeddingFeatures() }],
            Candidates = [new Candidate { Name = "linear", LogisticRegression = new LogisticRegression { C = "100" } }],
        });
        installation.Apply(training);
        await installation.WaitAsync<TrainingRun>("follows", "it waits for the EmbeddingJob", seen => seen.Reason() == "WaitingForDataset");

        var chunks = EmbeddingJobs.Over(node.Reviews(Few), "chunks").With(spec => spec with { Source = spec.Source with { TextField = "text", IdField = "id", MetadataFields = ["label"] } });
        await installation.ApplyToEndAsync(chunks);
        var first = await installation.WaitAsync<TrainingRun>("follows", "it is registered", seen => seen.IsAtRest() && seen.Reason() != "WaitingForDataset");
        Assert.Equal(("Registered", "v000001", "v000001", Few), (first.Reason(), first.Status!.Version, first.Status.Run!.Input, first.Status.Dataset!.Rows));

        await installation.ApplyToEndAsync(chunks.With(spec => spec with { Source = spec.Source with { Uri = $"file://{node.Reviews(Few + 20)}" } }));
        var second = await installation.WaitAsync<TrainingRun>("follows", "the next run is over", seen => seen.IsAtRest() && seen.Status!.Runs!.Count == 2);
        Assert.Equal(("Registered", "v000002", "dataset:v000002", Few + 20), (second.Reason(), second.Status!.Version, second.Status.Run!.Trigger, second.Status.Dataset!.Rows));
        var card = (await Registry(installation).ResolveAsync($"{installation.Space.Name}.follows", null, TestContext.Current.CancellationToken)).Card;
        Assert.Equal($"{installation.Space.Name}.chunks 2", $"{card.Lineage!.Embeddings!.Name} {card.Lineage.Embeddings.Version}");
    }

    private static ModelRegistry Registry(Installation installation) => new(new FileObjectStore(installation.Store));

    /// <summary>The records of the trials of an object's only run, by file name.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> Records(Installation installation, string name)
    {
        var workspace = Assert.Single(Directory.GetDirectories(Path.Combine(installation.Store, "training", $"{installation.Space.Name}.{name}")));
        var records = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(Path.Combine(workspace, "trials"), "*.json"))
        {
            records[Path.GetFileName(file)] = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        }

        return records;
    }
}
