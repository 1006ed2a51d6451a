using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Runner.Tests.Processes;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Serve;

/// <summary>The program as a pod runs it, with a model that was trained and registered.</summary>
public sealed partial class ServeProcessTests : IAsyncLifetime
{
    private const string Classic = """{"reviewText": "Great book, highly recommend!", "text_len": 30.0, "word_count": 5.0}""";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TrainingFolder folder = new();
    private readonly HttpClient client = new() { Timeout = Deadline };
    private RegisteredModel version = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        folder.WriteReviews(200, change: (row, review) => review["reviewText"] = (row % 2 == 0 ? "Great book, highly recommend! " : "Dull book, a waste of time. ") + $"No. {row}");
        await folder.RunAsync();
        version = (await folder.Registry.ReadAsync(TrainingFolder.Model, 1, Cancel))!;
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Serves_a_registered_version_from_its_task_until_it_is_told_to_stop()
    {
        using var runner = Start(Task() with { PredictionLog = new PredictionLog { FlushSeconds = 3600 } });
        var (address, metrics) = Addresses(runner);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(metrics, "/healthz"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(metrics, "/readyz"));

        var answer = await AskAsync(address, Classic);
        Assert.Equal("positive", (string?)answer["label"]);
        Assert.Equal("v000001", (string?)answer["version"]);
        Assert.Equal("staging", (string?)answer["stage"]);
        Assert.Equal(["text_len", "word_count"], answer["recomputed"]!.AsArray().Select(name => (string)name!));
        Assert.Equal("negative", (string?)(await AskAsync(address, """{"reviewText": "Dull book, a waste of time.", "price": 3}"""))["label"]);
        using (var feedback = await client.PostAsJsonAsync($"{address}/feedback", new { id = (string)answer["id"]!, label = "positive" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.Accepted, feedback.StatusCode);
        }

        var counted = await client.GetStringAsync($"{metrics}/metrics", Cancel);
        Assert.Contains("textops_serve_requests_total{code=\"200\",path=\"/predict\"} 2\n", counted, StringComparison.Ordinal);
        Assert.Contains("textops_serve_predictions_total{label=\"positive\"} 1\n", counted, StringComparison.Ordinal);
        Assert.Contains("textops_serve_recomputed_fields_total{field=\"word_count\"} 1\n", counted, StringComparison.Ordinal);
        Assert.Contains("textops_runner_build_info", counted, StringComparison.Ordinal);
        Assert.Equal(2, (int)JsonNode.Parse(await client.GetStringAsync($"{metrics}/stats", Cancel))!["paths"]!["/predict"]!["200"]!);
        Assert.Equal("sentiment-serving", (string?)JsonNode.Parse(await client.GetStringAsync($"{address}/health", Cancel))!["pod"]);

        var pin = Assert.Single(await folder.Registry.Pins.ListAsync(TrainingFolder.Model, Cancel), pin => pin.Holder == "default.sentiment.staging");
        Assert.Equal(1, pin.Version);
        runner.Signal("TERM");
        Assert.Equal(0, runner.Wait());
        var part = Assert.Single(Directory.EnumerateFiles(folder.File("store", "predictions"), "*.jsonl", SearchOption.AllDirectories));
        Assert.Equal(3, (await File.ReadAllLinesAsync(part, Cancel)).Length);
        Assert.DoesNotContain("recommend", runner.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File("scratch")));
    }

    [Fact]
    public async Task Stops_being_ready_first_and_fails_no_request_while_it_drains()
    {
        using var runner = Start(Task(new Serving { DrainSeconds = 2 }));
        var (address, metrics) = Addresses(runner);
        using var end = new CancellationTokenSource();
        var answered = 0;
        var load = Enumerable.Range(0, 4).Select(_ => System.Threading.Tasks.Task.Run(
            async () =>
            {
                while (!end.IsCancellationRequested)
                {
                    Assert.Equal("positive", (string?)(await AskAsync(address, Classic))["label"]);
                    Interlocked.Increment(ref answered);
                }
            },
            Cancel)).ToList();
        await UntilAsync(() => System.Threading.Tasks.Task.FromResult(Volatile.Read(ref answered) > 50), runner);
        runner.Signal("TERM");
        await UntilAsync(async () => await StatusAsync(metrics, "/readyz") == HttpStatusCode.ServiceUnavailable, runner);
        var before = Volatile.Read(ref answered);
        await UntilAsync(() => System.Threading.Tasks.Task.FromResult(Volatile.Read(ref answered) > before + 50), runner);
        await end.CancelAsync();
        await System.Threading.Tasks.Task.WhenAll(load);
        Assert.Equal(0, runner.Wait());
        Assert.Contains("\"event\":\"ServingStopped\"", runner.Output, StringComparison.Ordinal);
        Assert.Contains("\"errors\":0", runner.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_signal_does_not_wait_for_the_drain()
    {
        using var runner = Start(Task(new Serving { DrainSeconds = 3600 }));
        Addresses(runner);
        runner.Signal("TERM");
        runner.WaitUntil(() => runner.Output.Contains("\"event\":\"Draining\"", StringComparison.Ordinal), "it drains");
        runner.Signal("TERM");
        Assert.Equal(0, runner.Wait());
    }

    [Fact]
    public void Another_digest_is_refused_before_anything_is_copied()
    {
        var digest = $"sha256:{new string('0', 64)}";
        var error = Refused(Task() with { Digest = digest });
        Assert.Equal(TaskErrorReasons.InvalidSpec, error.Reason);
        Assert.Contains(version.Digest, error.Message, StringComparison.Ordinal);
        Assert.Contains(digest, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File("scratch")));
    }

    [Theory]
    [InlineData("a file that is cut off", "model.onnx", 100, "model.onnx is damaged: it has 100 bytes")]
    [InlineData("a file that is gone", "featurizer.json", -1, "featurizer.json is missing")]
    public void A_damaged_file_is_refused(string narrative, string file, int length, string expected)
    {
        var path = folder.File("store", "models", TrainingFolder.Model, "v000001", file);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (length < 0)
        {
            File.Delete(path);
        }
        else
        {
            using var cut = File.OpenWrite(path);
            cut.SetLength(length);
        }

        var error = Refused(Task());
        Assert.True(error.Reason == TaskErrorReasons.StoreRefused && error.Message.Contains(expected, StringComparison.Ordinal), $"{narrative}: {error}");
    }

    [Fact]
    public void A_version_that_is_not_there_is_refused() =>
        Assert.Contains("v000009 is not a committed version", Refused(Task() with { Version = 9 }).Message, StringComparison.Ordinal);

    [Fact]
    public void A_token_that_is_not_there_is_refused()
    {
        var serving = new Serving { Access = new ServingAccess { BearerTokenSecretRef = new V1KeySelector { Name = "access", Key = "token" } } };
        Assert.Contains("TEXTOPS_BEARER_TOKEN is empty", Refused(Task(serving)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serves_a_folder_alone()
    {
        using var runner = RunnerProcess.StartWith(
            ServeEnvironment.BearerToken, "secret", "serve", "--model", Repository.File("models", "minilm-static-256"), "--name", "mini", "--max-inputs", "2",
            "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0");
        var (address, _) = Addresses(runner);
        using var refused = await PostAsync($"{address}/embed", """{"inputs": "a"}""", null);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var answer = await PostAsync($"{address}/v1/embeddings", """{"input": ["a", "b"], "model": "mini"}""", "secret");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("minilm-static-256", Assert.Single(answer.Headers.GetValues("x-textops-version")));
        using var many = await PostAsync($"{address}/embed", """{"inputs": ["a", "b", "c"]}""", "secret");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, many.StatusCode);
        runner.Signal("INT");
        Assert.Equal(0, runner.Wait());
    }

    [Fact]
    public async Task Serves_the_folder_of_a_version_alone()
    {
        using var runner = RunnerProcess.Start("serve", "--model", folder.File("store", "models", TrainingFolder.Model, "v000001"), "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0");
        var answer = await AskAsync(Addresses(runner).Address, Classic);
        Assert.Equal(("positive", "v000001"), ((string?)answer["label"], (string?)answer["version"]));
        Assert.Null(answer["stage"]);
    }

    [Theory]
    [InlineData("neither", "give --task FILE, or --model DIR")]
    [InlineData("both", "give --task FILE, or --model DIR", "--task", "t.json", "--model", "m")]
    [InlineData("a limit beside a task", "--max-queue is for --model", "--task", "t.json", "--max-queue", "5")]
    [InlineData("a limit out of range", "--max-inputs '0' is not a whole number from 1 to 10000", "--model", "m", "--max-inputs", "0")]
    public void A_wrong_command_line_is_refused(string narrative, string expected, params string[] arguments)
    {
        using var runner = RunnerProcess.Start(["serve", .. arguments]);
        Assert.True(runner.Wait() == TaskExitCodes.Refused, narrative);
        Assert.Contains(expected, runner.Error, StringComparison.Ordinal);
    }

    private ServeTask Task(Serving? serving = null) => new()
    {
        Owner = new TaskOwner { Namespace = "default", Name = "sentiment" },
        RunId = "00000000000000c1",
        Output = new TaskOutput { Uri = FileUri.FromPath(folder.File("store")), Name = TrainingFolder.Model },
        Stage = "staging",
        Version = 1,
        Digest = version.Digest,
        Serving = serving ?? new Serving { DrainSeconds = 0 },
    };

    private RunnerProcess Start(ServeTask task) => RunnerProcess.StartWith(
        ServeEnvironment.PodName, "sentiment-serving", "serve", "--task", RunnerProcess.WriteTask(folder.File("serve.json"), task), "--scratch", folder.File("scratch"),
        "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0");

    private TaskError Refused(ServeTask task)
    {
        using var runner = Start(task);
        Assert.True(runner.Wait() == TaskExitCodes.Refused, runner.Output + runner.Error);
        return runner.Result().Error!;
    }

    private static (string Address, string Metrics) Addresses(RunnerProcess runner)
    {
        runner.WaitUntil(() => Served().IsMatch(runner.Output), "its addresses");
        var said = Served().Match(runner.Output);
        return (said.Groups["address"].Value, said.Groups["metrics"].Value);
    }

    private async Task<JsonNode> AskAsync(string address, string request)
    {
        using var response = await PostAsync($"{address}/predict", request, token: null);
        var body = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode} {body}");
        return JsonNode.Parse(body)!;
    }

    private async Task<HttpResponseMessage> PostAsync(string uri, string json, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        return await client.SendAsync(request, Cancel);
    }

    private async Task<HttpStatusCode> StatusAsync(string address, string path)
    {
        using var response = await client.GetAsync(new Uri(address + path), Cancel);
        return response.StatusCode;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, RunnerProcess runner)
    {
        for (var watch = Stopwatch.StartNew(); !await holds(); await System.Threading.Tasks.Task.Delay(5, Cancel))
        {
            Assert.True(watch.Elapsed < Deadline, runner.Output);
        }
    }

    [GeneratedRegex(@"serving at (?<address>http://[^;]+); probes and metrics at (?<metrics>http://[^""]+)""", RegexOptions.NonBacktracking)]
    private static partial Regex Served();
}
