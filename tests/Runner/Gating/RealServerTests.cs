using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Runner.Tests.Processes;
using TextOps.Tests;
using static TextOps.Runner.Tests.Gating.StageFolder;

namespace TextOps.Runner.Tests.Gating;

/// <summary>A trained version, served by the program, judged by the program, its predictions kept by the program.</summary>
public sealed class RealServerTests : IDisposable
{
    private const string Secret = "s3cr3t-t0ken";
    private const string Good = "the prose is brilliant, the ending is lovely, the hero is wise";

    private readonly TrainingFolder training = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => training.Dispose();

    [Fact]
    public async Task A_version_serves_passes_its_gates_and_leaves_only_whole_parts_when_it_is_killed()
    {
        training.WriteReviews(200);
        var version = (await training.RunAsync()).Version!;
        using var server = RunnerProcess.StartWith(
            ServeEnvironment.BearerToken, Secret, "serve", "--task", RunnerProcess.WriteTask(training.File("serve.json"), ServeTask(version)), "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--threads", "1");
        server.WaitUntil(() => UrlOf(server) is not null, "the server");
        var url = UrlOf(server)!;

        var task = new GateTask
        {
            Owner = training.Task.Owner,
            RunId = "00000000000000c1",
            Output = training.Task.Output,
            Stage = "staging",
            Version = version.Version,
            Digest = version.Digest,
            Gates = [AtLeast("accuracy", "0.7"), AtLeast("smoke_pass_rate", "1", "smoke"), AtMost("serving_latency_ms_p99", "60000", "fast"), AtMost("error_rate", "0", "errors")],
            Probe = new ServingProbe
            {
                Url = url,
                Smoke = [new SmokeRequest { Name = "good", Text = Good, Fields = new Dictionary<string, string> { ["price"] = "12.5" }, Label = "positive", MinScore = "0.6" }],
                SoakSeconds = 2,
            },
            Alias = "ready",
        };
        using var gate = RunnerProcess.StartWith(ServeEnvironment.BearerToken, Secret, "gate", "--task", RunnerProcess.WriteTask(training.File("gate.json"), task), "--listen", "127.0.0.1:0");
        Assert.True(gate.Wait() == TaskExitCodes.Succeeded, gate.Output + gate.Error);
        var result = gate.Result().Gate!;
        Assert.True(result.Verdict == GateVerdicts.Passed, result.Message);
        Assert.Equal(("1", "0"), (result.Gates[1].Value, result.Gates[3].Value));
        Assert.Equal(version.Version, (await training.Registry.Aliases.ReadAsync(TrainingFolder.Model, "ready", Cancel))!.Version);

        using var client = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", Secret) } };
        var answer = await (await client.PostAsync(new Uri($"{url}/predict"), Body(new JsonObject { ["text"] = Good }.ToJsonString()), Cancel)).Content.ReadAsStringAsync(Cancel);
        var id = (string)JsonNode.Parse(answer)!["id"]!;
        server.WaitUntil(() => Lines().Any(line => (string)line["id"]! == id), "the prediction in the log");
        server.Signal("KILL");
        server.Wait();

        var line = Lines().Single(line => (string)line["id"]! == id);
        Assert.Equal(("prediction", VersionNumber.Name(version.Version), "staging", "positive"), ((string)line["kind"]!, (string)line["version"]!, (string)line["stage"]!, (string)line["output"]!["label"]!));
        Assert.All(Directory.EnumerateFiles(training.File("store"), "*", SearchOption.AllDirectories), file => Assert.DoesNotContain(Secret, File.ReadAllText(file), StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, server.Output + server.Error + gate.Output + gate.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feedback_and_what_was_predicted_last_are_written_when_the_server_is_told_to_stop()
    {
        training.WriteReviews(200);
        var version = (await training.RunAsync()).Version!;
        var task = ServeTask(version) with { Serving = new Serving { DrainSeconds = 0 } };
        task = task with { PredictionLog = task.PredictionLog! with { FlushSeconds = 3600, SampleRate = "0" } };
        using var server = RunnerProcess.Start("serve", "--task", RunnerProcess.WriteTask(training.File("serve.json"), task), "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--threads", "1");
        server.WaitUntil(() => UrlOf(server) is not null, "the server");
        using var client = new HttpClient();
        var answer = await (await client.PostAsync(new Uri($"{UrlOf(server)}/predict"), Body(new JsonObject { ["text"] = Good }.ToJsonString()), Cancel)).Content.ReadAsStringAsync(Cancel);
        var id = (string)JsonNode.Parse(answer)!["id"]!;
        (await client.PostAsync(new Uri($"{UrlOf(server)}/feedback"), Body(new JsonObject { ["id"] = id, ["label"] = "negative" }.ToJsonString()), Cancel)).EnsureSuccessStatusCode();
        Assert.Empty(Lines());
        server.Signal("TERM");
        Assert.True(server.Wait() == TaskExitCodes.Succeeded, server.Output + server.Error);
        var line = Assert.Single(Lines());
        Assert.Equal(("feedback", id, "negative"), ((string)line["kind"]!, (string)line["id"]!, (string)line["label"]!));
    }

    private ServeTask ServeTask(RegisteredVersion version) => new()
    {
        Owner = training.Task.Owner,
        RunId = "00000000000000c1",
        Output = training.Task.Output,
        Stage = "staging",
        Version = version.Version,
        Digest = version.Digest,
        Serving = new Serving { DrainSeconds = 0 },
        PredictionLog = new PredictionLog { Uri = training.Task.Output.Uri, FlushSeconds = 1 },
    };

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static string? UrlOf(RunnerProcess server) => Regex.Match(server.Output, @"serving at (?<url>http://[0-9.:]+)", RegexOptions.NonBacktracking) is { Success: true } match ? match.Groups["url"].Value : null;

    private List<JsonNode> Lines()
    {
        var folder = training.File("store", "predictions");
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.jsonl", SearchOption.AllDirectories).SelectMany(File.ReadLines).Select(line => JsonNode.Parse(line)!)]
            : [];
    }
}
