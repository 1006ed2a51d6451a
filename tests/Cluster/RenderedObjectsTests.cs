using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Cluster.Tests.Support;
using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Tasks;
using TextOps.Tests;

namespace TextOps.Cluster.Tests;

/// <summary>
/// The API server takes all that the operator renders, and drops nothing: 1.20 drops fields that it does not know without a word, so what is read back is
/// compared with what was written. Our own kind is served by a current server and is written with <c>fieldValidation=Strict</c>.
/// </summary>
public sealed class RenderedObjectsTests
{
    private const string Collection = "/apis/textops.dev/v1alpha1/namespaces";

    [Fact]
    public void The_example_sets_every_field_that_a_runner_has() =>
        Assert.All(typeof(RunnerSpec).GetProperties(), property => Assert.True(property.GetValue(Runner) is not null, property.Name));

    [Fact]
    public async Task Child_objects_of_an_EmbeddingJob_with_every_field_set_are_stored_as_they_were_rendered()
    {
        var job = EmbeddingJobs.Over("/nowhere.txt", "rendered").With(spec => spec with { Suspend = true });
        await CreateChildrenAsync(@namespace => job with { Metadata = job.Metadata with { Namespace = @namespace } }, Documents);
    }

    [Fact]
    public async Task Child_objects_of_a_TrainingRun_with_every_field_set_are_stored_as_they_were_rendered()
    {
        var training = TrainingRuns.Searching("/nowhere.jsonl", "rendered", trials: 4).With(spec => spec with { Suspend = true });
        await CreateChildrenAsync(@namespace => training with { Metadata = training.Metadata with { Namespace = @namespace } }, Documents);
    }

    [Fact]
    public void The_comparison_finds_what_a_server_drops()
    {
        using var space = new TestNamespace(TestCluster.Controllers);
        var job = JsonNode.Parse(
            """
            {
              "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": "newer" },
              "spec": { "managedBy": "example.org/newer-than-1-20", "template": { "spec": { "restartPolicy": "Never", "containers": [{ "name": "it", "image": "it" }] } } }
            }
            """)!.AsObject();
        Assert.SkipUnless(space.Kubectl.Run("version", "-o", "json").Contains("\"gitVersion\": \"v1.20", StringComparison.Ordinal), "this API server knows newer fields");

        space.Kubectl.Run(["create", "--validate=false", "-f", "-"], job.ToJsonString());

        Assert.Equal(["Job.spec.managedBy"], Missing(job, JsonNode.Parse(space.Kubectl.Run("get", "job", "newer", "-o", "json")), "Job"));
    }

    [Theory]
    [InlineData("embeddingjobs")]
    [InlineData("trainingruns")]
    [InlineData("modeldeployments")]
    public void An_object_with_every_field_set_is_taken_strictly_and_stored_as_it_was_written(string plural)
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources);
        var run = Full(plural, space.Name);

        space.Kubectl.Run(["create", "--raw", $"{Collection}/{space.Name}/{plural}?fieldValidation=Strict", "-f", "-"], run.ToJsonString());

        var stored = JsonNode.Parse(space.Kubectl.Run("get", plural, "full", "-o", "json"));
        Assert.Empty(Missing(run, stored, plural));
    }

    [Theory]
    [InlineData("embeddingjobs", "spec.chunking.overlapp")]
    [InlineData("embeddingjobs", "spec.runner.resources.reqests")]
    [InlineData("embeddingjobs", "spec.sources")]
    [InlineData("trainingruns", "spec.search.objective.folts")]
    [InlineData("trainingruns", "spec.evaluation.gatez")]
    [InlineData("trainingruns", "spec.registry")]
    [InlineData("modeldeployments", "spec.serving.maxQueues")]
    [InlineData("modeldeployments", "spec.monitoring.predictionLog.texts")]
    public void An_unknown_field_is_refused_with_its_path(string plural, string path)
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources);
        var run = Full(plural, space.Name);
        var parts = path.Split('.');
        parts[..^1].Aggregate((JsonNode)run, (node, part) => node[part]!)[parts[^1]] = 1;

        var result = space.Kubectl.Try(["create", "--raw", $"{Collection}/{space.Name}/{plural}?fieldValidation=Strict", "-f", "-"], run.ToJsonString());

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains($"unknown field \"{path}\"", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("embeddingjobs")]
    [InlineData("trainingruns")]
    [InlineData("modeldeployments")]
    public void A_status_with_every_field_set_is_taken_strictly_and_stored_as_it_was_written(string plural)
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources);
        space.Kubectl.Run(["create", "-f", "-"], Full(plural, space.Name).ToJsonString());
        var stored = JsonNode.Parse(space.Kubectl.Run("get", plural, "full", "-o", "json"))!.AsObject();
        stored["status"] = plural switch
        {
            "trainingruns" => JsonSerializer.SerializeToNode(Filled.Of<TrainingRunStatus>(), Json.Objects),
            "modeldeployments" => JsonSerializer.SerializeToNode(Filled.Of<ModelDeploymentStatus>(), Json.Objects),
            _ => JsonSerializer.SerializeToNode(Filled.Of<EmbeddingJobStatus>(), Json.Objects),
        };

        space.Kubectl.Run(["replace", "--raw", $"{Collection}/{space.Name}/{plural}/full/status?fieldValidation=Strict", "-f", "-"], stored.ToJsonString());

        Assert.Empty(Missing(stored["status"]!, JsonNode.Parse(space.Kubectl.Run("get", plural, "full", "-o", "json"))!["status"], "status"));
    }

    private static async Task CreateChildrenAsync<T>(Func<string, T> ownerIn, Func<T, IEnumerable<(string Part, string Verb, TaskDocument Task)>> documents)
        where T : class, IRunObject<IRunSpec, IRunStatus>
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources);
        using var api = ApiAccess.Client(ApiAccess.Configuration(space.Cluster, "admin"));
        var owner = await api.CreateAsync(ownerIn(space.Name), TestContext.Current.CancellationToken);
        foreach (var document in documents(owner))
        {
            var (configMap, job) = TaskJobBuilder.Build(owner, "0123456789abcdef", new TaskToStart(document.Part, 0, document.Verb, document.Task), Runner, "registry.example/runner:1", "team-a");
            foreach (var child in new[] { JsonSerializer.SerializeToNode(configMap, Json.Objects)!.AsObject(), JsonSerializer.SerializeToNode(job, Json.Objects)!.AsObject() })
            {
                // kubectl checks it against the fields that the server publishes, and the server against its rules.
                space.Kubectl.Run(["create", "--validate=strict", "-f", "-"], child.ToJsonString());
                var stored = space.Kubectl.Run("get", child["kind"]!.GetValue<string>(), child["metadata"]!["name"]!.GetValue<string>(), "-o", "json");
                Assert.Empty(Missing(child, JsonNode.Parse(stored), child["kind"]!.GetValue<string>()));
            }
        }
    }

    /// <summary>Paths of <paramref name="written"/> that <paramref name="stored"/> lacks or has otherwise.</summary>
    internal static IEnumerable<string> Missing(JsonNode written, JsonNode? stored, string path) => (written, stored) switch
    {
        (JsonObject ours, JsonObject theirs) => ours.SelectMany(field => Missing(field.Value!, theirs[field.Key], $"{path}.{field.Key}")),
        (JsonArray ours, JsonArray theirs) when ours.Count == theirs.Count => ours.SelectMany((item, index) => Missing(item!, theirs[index], $"{path}[{index}]")),
        _ => JsonNode.DeepEquals(written, stored) ? [] : [path],
    };

    private static IEnumerable<(string Part, string Verb, TaskDocument Task)> Documents(EmbeddingJob owner)
    {
        var (of, output, runId) = (new TaskOwner { Namespace = owner.Metadata.Namespace!, Name = owner.Metadata.Name! }, new TaskOutput { Uri = "s3://bucket/prefix", Name = "rendered" }, "0123456789abcdef");
        yield return ("plan", "plan", new PlanTask
        {
            Owner = of,
            RunId = runId,
            Output = output,
            Trigger = "spec",
            Source = owner.Spec.Source,
            Model = owner.Spec.Model,
            Chunking = owner.Spec.Chunking,
            Validation = owner.Spec.Validation,
            Format = owner.Spec.Output.Format,
            Shards = 1,
        });
        yield return ("s00000", "embed", new EmbedTask { Owner = of, RunId = runId, Output = output, Version = 1, Shard = 0 });
        yield return ("commit", "commit", new CommitTask { Owner = of, RunId = runId, Output = output, Version = 1, KeepVersions = 3 });
    }

    private static IEnumerable<(string Part, string Verb, TaskDocument Task)> Documents(TrainingRun owner)
    {
        var (of, output, runId) = (new TaskOwner { Namespace = owner.Metadata.Namespace!, Name = owner.Metadata.Name! }, new TaskOutput { Uri = "s3://bucket/prefix", Name = "rendered" }, "0123456789abcdef");
        var spec = FullTrainingRun().Spec;
        var best = new Trial { Number = 3, Candidate = owner.Spec.Candidates[0] with { Search = null }, Parameters = new Dictionary<string, string> { ["c"] = "0.1" } };
        var train = new TrainTask { Owner = of, RunId = runId, Output = output, Workspace = "training/rendered/w", Trials = [best, best with { Number = 4 }], Objective = spec.Search.Objective, Seed = 7 };
        yield return (TaskParts.Prepare, "prepare", new PrepareTask
        {
            Owner = of,
            RunId = runId,
            Output = output,
            Trigger = "spec",
            Dataset = spec.Dataset,
            Embeddings = new EmbeddingsVersion { Uri = "s3://bucket/prefix", Name = "chunks", Version = 3 },
            Features = spec.Features,
            Candidates = spec.Candidates,
            Search = spec.Search,
            Evaluation = spec.Evaluation,
            Alias = "staging",
        });
        yield return (TaskParts.Trials(0), "train", train);
        yield return (TaskParts.Fit, "train", train with { Trials = [best], Fit = true });
        yield return (TaskParts.Evaluate, "evaluate", new EvaluateTask
        {
            Owner = of,
            RunId = runId,
            Output = output,
            Workspace = "training/rendered/w",
            Best = 3,
            Objective = spec.Search.Objective,
            Evaluation = spec.Evaluation,
            Alias = "staging",
            KeepVersions = 3,
        });
    }

    /// <summary>An object with every field of the spec, as a manifest.</summary>
    private static JsonObject Full(string plural, string @namespace)
    {
        var manifest = plural switch
        {
            "trainingruns" => JsonSerializer.SerializeToNode(FullTrainingRun(), Json.Objects)!,
            "modeldeployments" => JsonSerializer.SerializeToNode(RenderedDeploymentTests.Full(), Json.Objects)!,
            _ => JsonSerializer.SerializeToNode(FullEmbeddingJob(), Json.Objects)!,
        };
        manifest["metadata"]!["namespace"] = @namespace;
        return manifest.AsObject();
    }

    private static EmbeddingJob FullEmbeddingJob()
    {
        var job = EmbeddingJobs.Over("/nowhere.txt", "full");
        var spec = job.Spec with
        {
            Source = job.Spec.Source with { Format = TextFormat.Jsonl, TextField = "text", IdField = "id", MetadataFields = ["label"] },
            Model = job.Spec.Model with { Revision = "main", Pooling = PoolingMode.Mean, Normalize = true, MaxTokens = 128, Prompt = "query: " },
            Output = new EmbeddingOutput { Uri = "s3://bucket/prefix", Name = "full", KeepVersions = 3 },
            Suspend = true,
            Schedule = new RunSchedule { Cron = "0 2 * * *", TimeZone = "Europe/Berlin", ConcurrencyPolicy = ConcurrencyPolicy.Replace, StartingDeadlineSeconds = 600 },
            ActiveDeadlineSeconds = 3600,
            QueueName = "team-a",
            Runner = Runner,
        };
        Assert.All(typeof(EmbeddingJobSpec).GetProperties(), property => Assert.True(property.GetValue(spec) is not null, property.Name));
        return job with { Spec = spec };
    }

    private static TrainingRun FullTrainingRun()
    {
        var training = TrainingRuns.Searching("/nowhere.jsonl", "full", trials: 4);
        var spec = training.Spec with
        {
            Dataset = training.Spec.Dataset with
            {
                Fields = [new NumericField { Name = "price", Type = NumericType.Integer, Minimum = "0", Maximum = "9.5", Nullable = true }],
                Labels = new DatasetLabels { Allowed = ["good", "bad"], Map = new Dictionary<string, string> { ["1"] = "bad" } },
                Split = new DatasetSplit { Method = SplitMethod.Given, ValidationUri = "s3://bucket/validation.jsonl", TestUri = "s3://bucket/test.jsonl" },
            },
            Features =
            [
                new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures { MaxFeatures = 1000 } },
                new FeatureBlock { Name = "numbers", Numeric = new NumericFeatures { Derived = [DerivedNumber.TextLength], Fields = ["price"] } },
                new FeatureBlock { Name = "vectors", Embedding = new EmbeddingFeatures { Model = new EmbeddingModel { Uri = "hf://example/model", Revision = "main", MaxTokens = 128 } } },
            ],
            Candidates =
            [
                .. training.Spec.Candidates,
                new Candidate
                {
                    Name = "boosting",
                    Features = ["numbers", "vectors"],
                    GradientBoosting = new GradientBoosting(),
                    Search = new CandidateSearch
                    {
                        Algorithm = SearchAlgorithm.Grid,
                        Space =
                        [
                            new SearchParameter { Name = "maxDepth", Int = new IntegerRange { Min = 2, Max = 8, Step = 2 } },
                            new SearchParameter { Name = "subsample", Categorical = ["0.8", "1"], When = new SearchCondition { Parameter = "maxDepth", Values = ["2"] } },
                        ],
                    },
                },
                new Candidate { Name = "forest", Features = ["vectors"], RandomForest = new RandomForest() },
            ],
            Search = training.Spec.Search with { Objective = new Objective { Metric = MetricNames.LogLoss, Folds = 5 } },
            Evaluation = new Evaluation
            {
                Gates =
                [
                    new Gate { Name = "good", Metric = MetricNames.Accuracy, AtLeast = "0.8" },
                    new Gate { Name = "fast", Metric = MetricNames.LatencyP95, AtMost = "5" },
                    new Gate { Name = "not-worse", Metric = MetricNames.F1Macro, RelativeTo = new GateReference { Alias = "production", MaxDrop = "0.01" } },
                ],
            },
            Register = new Registration { Registry = "s3://bucket/prefix", Name = "full", Alias = "staging", KeepVersions = 3 },
            Suspend = true,
            Schedule = new RunSchedule { Cron = "0 2 * * *", TimeZone = "Europe/Berlin", ConcurrencyPolicy = ConcurrencyPolicy.Replace, StartingDeadlineSeconds = 600 },
            ActiveDeadlineSeconds = 3600,
            QueueName = "team-a",
            Runner = Runner,
        };
        Assert.All(typeof(TrainingRunSpec).GetProperties(BindingFlags.Public | BindingFlags.Instance), property => Assert.True(property.GetValue(spec) is not null, property.Name));
        return training with { Spec = spec };
    }

    internal static RunnerSpec Runner { get; } = new()
    {
        Image = "registry.example/runner:1",
        Resources = new V1ResourceRequirements
        {
            Requests = new Dictionary<string, Quantity> { ["cpu"] = new("500m"), ["memory"] = new("1Gi") },
            Limits = new Dictionary<string, Quantity> { ["cpu"] = new("2"), ["memory"] = new("4Gi"), ["nvidia.com/gpu"] = new("1") },
        },
        ServiceAccountName = "embedder",
        Env =
        [
            new V1EnvVar { Name = "PLAIN", Value = "text" },
            new V1EnvVar { Name = "AWS_SECRET_ACCESS_KEY", ValueFrom = new V1EnvVarSource { SecretKeyRef = new V1KeySelector { Name = "store", Key = "secret", Optional = false } } },
            new V1EnvVar { Name = "REGION", ValueFrom = new V1EnvVarSource { ConfigMapKeyRef = new V1KeySelector { Name = "store", Key = "region", Optional = true } } },
            new V1EnvVar { Name = "NODE", ValueFrom = new V1EnvVarSource { FieldRef = new V1FieldSelector { FieldPath = "spec.nodeName" } } },
        ],
        EnvFrom =
        [
            new V1EnvFromSource { Prefix = "S_", SecretRef = new V1LocalObjectReference { Name = "store" } },
            new V1EnvFromSource { ConfigMapRef = new V1LocalObjectReference { Name = "store" } },
        ],
        NodeSelector = new Dictionary<string, string> { ["pool"] = "gpu" },
        Tolerations =
        [
            new V1Toleration { Key = "nvidia.com/gpu", Operator = "Exists", Effect = "NoSchedule" },
            new V1Toleration { Key = "spot", Operator = "Equal", Value = "true", Effect = "NoExecute", TolerationSeconds = 60 },
        ],
        Affinity = JsonNode.Parse(
            """
            {
              "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [{ "matchExpressions": [{ "key": "zone", "operator": "In", "values": ["a", "b"] }] }] } },
              "podAntiAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [{ "weight": 10, "podAffinityTerm": { "topologyKey": "kubernetes.io/hostname", "labelSelector": { "matchLabels": { "app": "runner" } } } }] }
            }
            """)!.AsObject(),
        RuntimeClassName = "nvidia",
        PriorityClassName = "batch",
        ImagePullPolicy = ImagePullPolicy.Always,
        ImagePullSecrets = [new V1LocalObjectReference { Name = "registry" }],
        PodLabels = new Dictionary<string, string> { ["team"] = "a" },
        PodAnnotations = new Dictionary<string, string> { ["example.org/note"] = "written by the test" },
        Cache = new RunnerCache { ClaimName = "models" },
        TerminationGracePeriodSeconds = 45,
    };
}
