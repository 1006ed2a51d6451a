using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Tests.Tasks;

public sealed class TrainingTaskRulesTests : IDisposable
{
    private readonly TrainingFolder run = new();

    public void Dispose() => run.Dispose();

    private static PrepareResult Prepared { get; } = new()
    {
        UpToDate = false, Workspace = "training/reviews/x-00000000", Report = "", Rows = 0, Rejected = 0, Train = 0, Validation = 0, Test = 0, Labels = 0, Columns = 0,
    };

    [Theory]
    [InlineData("an unknown field", "dataset.textfield", "\"x\"", "textfield")]
    [InlineData("a range far down", "candidates.0.logisticRegression.maxIter", "0", "candidates[0].logisticRegression: The field MaxIter must be between 1 and 100000.")]
    [InlineData("a rule far down", "dataset.split.testFraction", "\"0.95\"", "dataset.split.validationFraction (0.1) and dataset.split.testFraction (0.95) together must be below 1; lower one")]
    [InlineData("two families", "candidates.0.randomForest", "{}", "exactly one of logisticRegression, gradientBoosting and randomForest must be given")]
    [InlineData("a name that is no model's", "output.name", "\"Re views\"", "output.name (Re views) is no name of a model; use at most 128 lower-case letters, digits, '.', '_' and '-'")]
    [InlineData("a run id that would leave the folder", "runId", "\"../x\"", "runId (../x) becomes part of names in the store")]
    [InlineData("an alias that is none", "alias", "\"a/b\"", "alias (a/b) is no name of an alias; use at most 63 lower-case letters, digits and '-'")]
    [InlineData("a version without embeddings", "embeddings", """{"uri": "file:///x", "name": "y", "version": 1}""", "embeddings must be given with dataset.embeddings, and only with it")]
    [InlineData("a field that is not declared", "features.1.numeric.fields", "[\"cost\"]", "features[numbers].numeric.fields names 'cost', which is not in dataset.fields; add it there")]
    [InlineData("a block that is not there", "candidates.0.features", "[\"word\"]", "candidates[linear].features names 'word', which is not in features; there are words, numbers")]
    [InlineData("a block twice", "features.1.name", "\"words\"", "features has 'words' twice; give each a name of its own")]
    [InlineData("null in a list", "candidates", "[null]", "candidates[0] is null; give a value, or leave it out")]
    [InlineData("no candidate", "candidates", "[]", "candidates must have at least one candidate")]
    public void A_prepare_task_is_checked_whole(string narrative, string path, string value, string expected)
    {
        Assert.NotEmpty(narrative);
        Assert.Contains(expected, Refusal(run.Task, path, value), StringComparison.Ordinal);
    }

    [Fact]
    public void Trees_take_no_sparse_block()
    {
        run.Task = run.Task with { Candidates = [new Candidate { Name = "trees", RandomForest = new RandomForest() }] };
        Assert.Contains(
            "candidates[trees].features names 'words', which is sparse (tfidf), and trees take dense blocks only; leave it out", Refusal(run.Task, "candidates.0.features", "[\"words\"]"), StringComparison.Ordinal);
        Assert.Contains(
            "candidates[trees] takes dense blocks only, and all of features are sparse (tfidf); add a numeric or an embedding block", Refusal(run.Task, "features", """[{"name": "words", "tfidf": {}}]"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trials", "[]", "trials (0) must be from 1 to 32")]
    [InlineData("trials.0.number", "-1", "trials: number must be 0 or more")]
    [InlineData("objective.metric", "\"rmse\"", "objective.metric (rmse) is not a metric of predictions")]
    [InlineData("objective.folds", "1", "objective: The field Folds must be between 2 and 20.")]
    public void A_train_task_is_checked(string path, string value, string expected) =>
        Assert.Contains(expected, Refusal(run.TrainTask(Prepared, new Trial { Number = 0, Candidate = TrainingFolder.Linear }), path, value), StringComparison.Ordinal);

    [Theory]
    [InlineData("best", "-1", "best (-1) must be 0 or more")]
    [InlineData("keepVersions", "0", "keepVersions (0) must be 1 or more")]
    [InlineData("evaluation.gates.0.metric", "\"speed\"", "evaluation.gates: metric (speed) is not known; use one of")]
    public void An_evaluate_task_is_checked(string path, string value, string expected) =>
        Assert.Contains(expected, Refusal(run.EvaluateTask(Prepared), path, value), StringComparison.Ordinal);

    [Fact]
    public void Good_tasks_are_read()
    {
        TaskDocument[] tasks = [run.Task, run.TrainTask(Prepared, new Trial { Number = 0, Candidate = TrainingFolder.Linear }), run.EvaluateTask(Prepared)];
        foreach (var task in tasks)
        {
            var path = run.File("task.json");
            var json = JsonSerializer.Serialize(task, task.GetType(), Json.Strict);
            File.WriteAllText(path, json);
            var read = TaskFile.Read(path, task.Kind);
            Assert.Equal(json, JsonSerializer.Serialize(read, read.GetType(), Json.Strict));
        }
    }

    private string Refusal(TaskDocument task, string path, string value)
    {
        var document = JsonNode.Parse(JsonSerializer.Serialize(task, task.GetType(), Json.Strict))!;
        var fields = path.Split('.');
        var parent = fields[..^1].Aggregate(document, (node, field) => int.TryParse(field, out var index) ? node[index]! : node[field]!);
        parent[fields[^1]] = JsonNode.Parse(value);
        File.WriteAllText(run.File("task.json"), document.ToJsonString());
        return Assert.Throws<TaskRefusedException>(() => TaskFile.Read(run.File("task.json"), task.Kind)).Message;
    }
}
