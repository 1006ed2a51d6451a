using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Runner.Tests.Gating;
using static TextOps.Runner.Tests.Gating.StageFolder;

namespace TextOps.Runner.Tests.Processes;

/// <summary>The verbs <c>resolve</c> and <c>gate</c> as Jobs run them.</summary>
public sealed class GateCommandTests : IDisposable
{
    private const string Secret = "s3cr3t-t0ken";

    private readonly StageFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_version_is_resolved_judged_served_and_judged_again()
    {
        await using var stage = await StubStage.StartAsync();
        var model = await folder.RegisterAsync(("f1_macro", 0.9));
        var resolved = Run(ResolveTask(folder.Store.Uri, "1", "champion")).Resolve!;
        Assert.Equal(("v000001", model.Digest), (resolved.Versions[0].Version, resolved.Versions[0].Digest));
        Assert.Contains("has no alias 'champion'", resolved.Versions[1].Message, StringComparison.Ordinal);

        Assert.Equal(GateVerdicts.Passed, Run(folder.Check(model, AtLeast("f1_macro", "0.8"))).Gate!.Verdict);
        var judged = Run(folder.Probe(model, stage.Url, AtLeast("f1_macro", "0.8"), AtMost("serving_latency_ms_p99", "60000"))).Gate!;
        Assert.Equal(GateVerdicts.Passed, judged.Verdict);
        Assert.True(File.Exists(FileUri.ToPath(judged.Evidence!)));
        Assert.Equal("v000001", Run(ResolveTask(folder.Store.Uri, "ready")).Resolve!.Versions[0].Version);
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_the_soak_ends_it_soon_with_nothing_written()
    {
        await using var stage = await StubStage.StartAsync();
        stage.Before = context =>
        {
            if (context.Request.Headers.Authorization != $"Bearer {Secret}")
            {
                context.Response.StatusCode = 401;
                return context.Response.CompleteAsync();
            }

            return Task.CompletedTask;
        };
        var model = await folder.RegisterAsync();
        var task = folder.Probe(model, stage.Url) with { Probe = new ServingProbe { Url = stage.Url, Smoke = [], SoakSeconds = 604_800 } };
        var result = folder.File("result.json");
        using var runner = RunnerProcess.StartWith(
            ServeEnvironment.BearerToken, Secret, "gate", "--task", RunnerProcess.WriteTask(folder.File("gate.json"), task), "--listen", "127.0.0.1:0", "--result", result);
        runner.WaitUntil(() => stage.Requests.Count > 3, "requests of the soak");
        using var client = new HttpClient();
        var progress = await client.GetFromJsonAsync<TaskProgress>(Regex.Match(runner.Output, @"http://[0-9.:]+/progress", RegexOptions.NonBacktracking).Value, Json.Strict, Cancel);
        Assert.Equal(("Soaking", 604_800), (progress!.Phase, progress.Total));

        var watch = Stopwatch.StartNew();
        runner.Signal("TERM");
        Assert.Equal(TaskExitCodes.Terminated, runner.Wait());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"it took {watch.Elapsed} to stop");
        Assert.False(File.Exists(result));
        Assert.False(Directory.Exists(folder.VersionFile(1, "evidence")));
        Assert.DoesNotContain(Secret, runner.Output + runner.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stage", "\"../x\"", "stage (../x) is no name of a stage")]
    [InlineData("version", "0", "version (0) must be from 1 to 999999")]
    [InlineData("digest", "\"sha256:x\"", "digest (sha256:x) is none; write sha256: and 64 lower-case hex digits")]
    [InlineData("after", "\"staging\"", "after (staging) must name another stage")]
    [InlineData("alias", "\"a/b\"", "alias (a/b) is no name of an alias")]
    [InlineData("gates", "[{\"name\": \"a\", \"metric\": \"b\"}]", "exactly one of atLeast, atMost and relativeTo must be given")]
    [InlineData("gates", "[{\"name\": \"a\", \"metric\": \"b\", \"atLeast\": \"1\"}, {\"name\": \"a\", \"metric\": \"c\", \"atLeast\": \"1\"}]", "gates has 'a' twice")]
    [InlineData("probe.url", "\"ftp://x\"", "probe.url (ftp://x) must be http:// or https:// with a host")]
    [InlineData("probe.url", "\"http://user:word@x\"", "must be http:// or https:// with a host, without user")]
    [InlineData("probe.url", "\"http://x?y\"", "must be http:// or https:// with a host, without user, query")]
    [InlineData("probe.url", "\"http://x/\"", "and a '/' at its end")]
    [InlineData("probe.soakSeconds", "-1", "probe.soakSeconds (-1) must be from 0 to 604800")]
    [InlineData("probe.smoke", "[{\"name\": \"a\", \"text\": \"b\", \"fields\": {\"price\": \"1,5\"}}]", "probe.smoke[a].fields[price] (1,5) is no decimal")]
    [InlineData("probe.smoke", "[{\"name\": \"a\", \"text\": \"\"}]", "probe.smoke[0]: The field Text must be")]
    [InlineData("probe.token", "\"x\"", "token")]
    public void A_gate_task_is_checked_whole(string path, string value, string expected)
    {
        var model = new GateTask
        {
            Owner = Owner, RunId = "00000000000000c1", Output = new TaskOutput { Uri = folder.Store.Uri, Name = Model }, Stage = "staging", Version = 1, Digest = $"sha256:{new string('a', 64)}", Gates = [],
            Probe = new ServingProbe { Url = "http://127.0.0.1:1", Smoke = [], SoakSeconds = 0 },
        };
        Assert.Contains(expected, Refusal(model, path, value), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("references", "[]", "references (0) must be from 1 to 16")]
    [InlineData("references", "[\"a\", \"a\"]", "references has 'a' twice")]
    [InlineData("references", "[\"../a\"]", "references has '../a', which is neither a version nor the name of an alias")]
    [InlineData("references", "[null]", "references[0] is null")]
    [InlineData("output.name", "\"Re views\"", "output.name (Re views) is no name of a model")]
    public void A_resolve_task_is_checked(string path, string value, string expected) =>
        Assert.Contains(expected, Refusal(ResolveTask(folder.Store.Uri, "1"), path, value), StringComparison.Ordinal);

    private TaskResult Run(TaskDocument task) => RunnerProcess.Run(task, folder.File("task.json"));

    private string Refusal(TaskDocument task, string path, string value)
    {
        var document = JsonSerializer.SerializeToNode(task, task.GetType(), Json.Strict)!;
        var parts = path.Split('.');
        var parent = parts[..^1].Aggregate(document, (node, part) => node[part]!);
        parent[parts[^1]] = System.Text.Json.Nodes.JsonNode.Parse(value);
        var file = folder.File("task.json");
        File.WriteAllText(file, document.ToJsonString());
        return Assert.Throws<TextOps.Runner.Tasks.TaskRefusedException>(() => TextOps.Runner.Tasks.TaskFile.Read(file, task.Kind)).Message;
    }
}
