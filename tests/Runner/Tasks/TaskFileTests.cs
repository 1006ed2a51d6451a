using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Runner.Tasks;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Tasks;

public sealed class TaskFileTests : IDisposable
{
    private const string Plan = """
        {
          "apiVersion": "textops.dev/v1alpha1", "kind": "PlanTask", "runId": "0011223344556677", "trigger": "spec", "shards": 2, "format": "jsonl",
          "owner": { "namespace": "default", "name": "tickets" }, "output": { "uri": "file:///store", "name": "default.tickets" },
          "source": { "uri": "file:///corpus.jsonl" }, "model": { "uri": "file:///model" }, "chunking": {}, "validation": {}
        }
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Reads_a_task_and_fills_in_defaults()
    {
        var task = Assert.IsType<PlanTask>(TaskFile.Read(Write(Plan), nameof(PlanTask)));
        Assert.Equal("tickets", task.Owner.Name);
        Assert.Equal(2048, task.Chunking.Size);
    }

    [Theory]
    [InlineData("unknown field", "$.shardz", "2", "shardz")]
    [InlineData("unknown nested field", "$.chunking.sise", "2", "sise")]
    [InlineData("missing field", "$.trigger", null, "trigger")]
    [InlineData("kind of another verb", "$.kind", "\"EmbedTask\"", "kind must be \"PlanTask\"")]
    [InlineData("version of another time", "$.apiVersion", "\"textops.dev/v1\"", "apiVersion must be \"textops.dev/v1alpha1\"")]
    [InlineData("number out of range", "$.shards", "0", "shards (0) must be from 1 to 1000")]
    [InlineData("nested number out of range", "$.chunking.size", "0", "chunking: ")]
    [InlineData("two fields that do not go together", "$.chunking.overlap", "3000", "overlap must be smaller than size")]
    [InlineData("a fraction that is none", "$.validation.maxRejectedFraction", "\"1.5\"", "validation: ")]
    [InlineData("an enum's number", "$.format", "1", "format")]
    [InlineData("a name that would leave the folder", "$.output.name", "\"../x\"", "output.name (../x)")]
    public void Refuses_with_the_field_in_the_message(string narrative, string path, string? value, string expected)
    {
        var task = JsonNode.Parse(Plan)!.AsObject();
        var fields = path.Split('.')[1..];
        var parent = fields[..^1].Aggregate(task, (node, field) => node[field]!.AsObject());
        parent.Remove(fields[^1]);
        if (value is not null)
        {
            parent[fields[^1]] = JsonNode.Parse(value);
        }

        var refused = Assert.Throws<TaskRefusedException>(() => TaskFile.Read(Write(task.ToJsonString()), nameof(PlanTask)));
        Assert.Equal(TaskErrorReasons.InvalidSpec, refused.Reason);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(narrative);
    }

    [Theory]
    [InlineData("{\"apiVersion\":", "LineNumber: 0")]
    [InlineData("[]", "apiVersion must be")]
    [InlineData("""{ "kind": "PlanTask", "kind": "PlanTask" }""", "uplicate")]
    public void Refuses_what_is_no_task(string content, string expected)
    {
        var refused = Assert.Throws<TaskRefusedException>(() => TaskFile.Read(Write(content), nameof(PlanTask)));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_file_that_is_not_there_or_too_large()
    {
        Assert.Contains("absent.json", Assert.Throws<TaskRefusedException>(() => TaskFile.Read(folder.File("absent.json"), nameof(PlanTask))).Message, StringComparison.Ordinal);
        var large = Write(Plan + new string(' ', TaskFile.MaxBytes));
        Assert.Contains("more than 524288", Assert.Throws<TaskRefusedException>(() => TaskFile.Read(large, nameof(PlanTask))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_what_the_operator_writes()
    {
        var task = new CommitTask
        {
            Owner = new TaskOwner { Namespace = "a", Name = "b" },
            RunId = "00112233",
            Output = new TaskOutput { Uri = "file:///x", Name = "a.b" },
            Version = 4,
            KeepVersions = 2,
        };
        Assert.Equal(task, TaskFile.Read(Write(JsonSerializer.Serialize(task, Json.Strict)), nameof(CommitTask)));
    }

    private string Write(string content)
    {
        var path = folder.File("task.json");
        File.WriteAllText(path, content);
        return path;
    }
}
