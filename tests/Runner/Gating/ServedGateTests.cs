using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Tasks;
using static TextOps.Runner.Tests.Gating.StageFolder;

namespace TextOps.Runner.Tests.Gating;

/// <summary>What is judged of a version that serves.</summary>
public sealed class ServedGateTests : IAsyncLifetime
{
    private const string Secret = "s3cr3t-t0ken";

    private readonly StageFolder folder = new();
    private StubStage stage = null!;

    private static SmokeRequest Great { get; } = new() { Name = "great", Text = "Great book", Fields = new Dictionary<string, string> { ["price"] = "12.5" }, Label = "positive", MinScore = "0.8" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => stage = await StubStage.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await stage.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_version_that_passes_gets_evidence_and_then_the_alias()
    {
        var model = await folder.RegisterAsync(("f1_macro", 0.9));
        var result = await folder.JudgeAsync(
            folder.Probe(model, stage.Url, AtLeast("f1_macro", "0.8"), AtLeast("smoke_pass_rate", "1", "smoke"), AtMost("serving_latency_ms_p95", "60000", "fast"), AtMost("error_rate", "0", "errors"))
                with { Probe = new ServingProbe { Url = stage.Url, Smoke = [Great], SoakSeconds = 1 } });

        Assert.True(result.Verdict == GateVerdicts.Passed, result.Message);
        Assert.Equal(["good-enough", "smoke", "fast", "errors"], result.Gates.Select(gate => gate.Name));
        Assert.Equal("0", result.Gates[3].Value);
        var file = folder.VersionFile(1, "evidence", $"staging-{model.Digest[7..]}.json");
        Assert.Equal(FileUri.FromPath(file), result.Evidence);
        var evidence = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancel))!;
        Assert.Equal(["apiVersion", "kind", "stage", "version", "digest", "judged", "judgedGates", "gates", "owner", "time"], evidence.AsObject().Select(field => field.Key));
        Assert.Equal(("textops.dev/v1alpha1", "Evidence", "staging", 1, model.Digest), ((string)evidence["apiVersion"]!, (string)evidence["kind"]!, (string)evidence["stage"]!, (int)evidence["version"]!, (string)evidence["digest"]!));
        Assert.Equal(1, (await folder.Registry.Aliases.ReadAsync(Model, "ready", Cancel))!.Version);
    }

    [Fact]
    public async Task Requests_carry_the_text_under_the_models_own_name_and_fields_as_numbers()
    {
        await JudgeAsync([Great]);
        var request = Assert.Single(stage.Requests);
        Assert.Equal("/predict", request.Path);
        Assert.Equal("""{"price":12.5,"reviewText":"Great book"}""", request.Body.ToJsonString());
    }

    [Theory]
    [InlineData("another label", 200, """{"label": "negative", "score": 0.9}""", "smoke request great: label is 'negative', and 'positive' is expected")]
    [InlineData("not sure enough", 200, """{"label": "positive", "score": 0.79}""", "smoke request great: score is 0.79, and at least 0.8 is expected")]
    [InlineData("no label", 200, """{"score": 0.79}""", "smoke request great: the answer has no label and score")]
    [InlineData("not JSON", 200, "<html>", "smoke request great: the answer has no label and score")]
    [InlineData("too deep", 200, """{"label":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}""", "smoke request great: the answer has no label and score")]
    [InlineData("refused", 422, """{"detail": "field \u001b[31mprice\u001b[0m is unknown"}""", @"smoke request great: status 422: field \u001b[31mprice\u001b[0m is unknown")]
    [InlineData("broken", 500, "", "smoke request great: status 500")]
    [InlineData("redirected", 307, "", "smoke request great: status 307: redirects are not followed")]
    public async Task A_smoke_request_that_is_not_answered_as_expected_fails_the_version(string narrative, int status, string body, string expected)
    {
        Assert.NotEmpty(narrative);
        stage.Answer = _ => (status, body);
        var result = await JudgeAsync([Great], AtLeast("smoke_pass_rate", "1"));
        Assert.Equal(GateVerdicts.GateFailed, result.Verdict);
        Assert.Equal($"gate good-enough does not hold: smoke_pass_rate is 0, and must be at least 1 ({expected})", result.Message);
        Assert.Empty(await folder.Registry.Aliases.ListAsync(Model, Cancel));
        Assert.False(Directory.Exists(folder.VersionFile(1, "evidence")));
    }

    [Theory]
    [InlineData("a vector", "[[0.6, -0.8]]", null)]
    [InlineData("two vectors", "[[0.6], [0.8]]", "the answer is not one vector of finite numbers")]
    [InlineData("no number", "[[0.6, null]]", "the answer is not one vector of finite numbers")]
    [InlineData("endless", "[[0.6, 1e999]]", "the answer is not one vector of finite numbers")]
    [InlineData("empty", "[[]]", "the answer is not one vector of finite numbers")]
    public async Task An_embedding_model_answers_with_a_vector(string narrative, string body, string? fault)
    {
        registered = await folder.RegisterAsync(card => card with { Task = ModelTask.SentenceSimilarity, Signature = new ModelSignature { TextField = "text", Dimensions = 2, MaxTokens = 256 }, Candidate = null, Features = [] });
        stage.Answer = _ => (200, body);
        var result = await JudgeAsync([new SmokeRequest { Name = "any", Text = "Great book" }]);
        Assert.Equal(("/embed", """{"inputs":"Great book"}"""), stage.Requests.Select(request => (request.Path, request.Body.ToJsonString())).Single());
        Assert.True(result.Verdict == (fault is null ? GateVerdicts.Passed : GateVerdicts.GateFailed), narrative);
        Assert.True(fault is null ? result.Message is null : result.Message!.StartsWith($"smoke request any: {fault}", StringComparison.Ordinal), result.Message);
        Assert.Contains("it expects a label or score, and only classifiers give one", (await JudgeAsync([Great with { Fields = null }])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"index": 0, "score": 0.9}, {"index": 1, "score": 0.1}]""", null)]
    [InlineData("""[{"index": 1, "score": 0.9}, {"index": 0, "score": 0.1}]""", "texts[1] comes first, and texts[0] is expected to")]
    [InlineData("""[]""", "the answer is no ranking")]
    [InlineData("""{"label": "positive"}""", "the answer is no ranking")]
    public async Task A_cross_encoder_ranks_the_first_text_first(string body, string? fault)
    {
        registered = await folder.RegisterAsync(card => card with { Task = ModelTask.TextRanking, Signature = new ModelSignature { TextField = "text", MaxTokens = 512 }, Candidate = null, Features = [] });
        stage.Answer = _ => (200, body);
        var smoke = new SmokeRequest { Name = "any", Text = "who wrote it?", Texts = ["Ada did.", "It rains."] };
        var result = await JudgeAsync([smoke]);
        Assert.Equal(("/rerank", """{"query":"who wrote it?","texts":["Ada did.","It rains."]}"""), stage.Requests.Select(request => (request.Path, request.Body.ToJsonString())).Single());
        Assert.True(fault is null ? result.Message is null : result.Message!.StartsWith($"smoke request any: {fault}", StringComparison.Ordinal), result.Message);
        Assert.Contains("a cross-encoder ranks texts; give some in texts", (await JudgeAsync([smoke with { Texts = null }])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_gate_of_them_all_smoke_requests_must_pass_and_with_one_as_many_as_it_says()
    {
        stage.Answer = request => (200, (string)request.Body["reviewText"]! == "Great book" ? """{"label": "positive", "score": 0.9}""" : """{"label": "negative", "score": 0.9}""");
        SmokeRequest[] smoke = [Great, Great with { Name = "awful", Text = "Awful book" }];
        var result = await JudgeAsync(smoke);
        Assert.Equal(GateVerdicts.GateFailed, result.Verdict);
        Assert.StartsWith("smoke request awful: label is 'negative'", result.Message, StringComparison.Ordinal);
        Assert.Equal(GateVerdicts.Passed, (await JudgeAsync(smoke, AtLeast("smoke_pass_rate", "0.5"))).Verdict);
    }

    [Fact]
    public async Task A_gate_of_smoke_requests_fails_where_there_are_none()
    {
        var result = await JudgeAsync([], AtLeast("smoke_pass_rate", "0"));
        Assert.Equal("gate good-enough does not hold: smoke_pass_rate could not be measured: the stage has no smoke requests", result.Message);
    }

    [Fact]
    public async Task It_waits_until_the_version_answers()
    {
        stage.Version = number => number < 7 ? "v000000" : number == 8 ? null : "v000001";
        Assert.Equal(GateVerdicts.Passed, (await JudgeAsync([])).Verdict);
    }

    [Fact]
    public async Task A_url_that_never_answers_as_the_version_is_no_fault_of_the_version()
    {
        folder.Limits = folder.Limits with { Patience = TimeSpan.FromMilliseconds(50) };
        stage.Version = _ => "v000002";
        var error = await Assert.ThrowsAsync<IOException>(() => JudgeAsync([]));
        Assert.Contains("did not answer as v000001 within 0 s; the last answer: status 200 of version 'v000002", error.Message, StringComparison.Ordinal);
        Assert.Equal(TaskExitCodes.Retry, TaskFailure.Of(error).ExitCode);
        await stage.DisposeAsync();
        Assert.Contains("refused", (await Assert.ThrowsAsync<IOException>(() => JudgeAsync([]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_answer_of_another_version_is_a_failure()
    {
        stage.Version = number => number < 2 || number % 2 == 0 ? "v000001" : "v000000";
        var result = await JudgeAsync([], AtMost("error_rate", "0.01"));
        Assert.Equal(GateVerdicts.GateFailed, result.Verdict);
        Assert.Matches(@"error_rate is 0\.[345]\d*, and must be at most 0.01 \(\d+ of \d+ requests failed, the first of ours with status 200 of version 'v000000'\)", result.Message);
    }

    [Fact]
    public async Task Errors_of_real_clients_count_by_the_pods_own_counts()
    {
        // Two pods behind one address; one of them answers others with errors, and is restarted in between.
        long looks = 0;
        stage.Health = (requests, _) => (Interlocked.Increment(ref looks) % 2) switch
        {
            0 => new JsonObject { ["pod"] = "pod-a", ["requests"] = 1_000_000 + requests, ["errors"] = 500_000, ["uptimeSeconds"] = 9000 },
            _ => new JsonObject { ["pod"] = "pod-b", ["requests"] = looks < 6 ? 5000 : 100 + requests, ["errors"] = looks < 6 ? 0 : 50, ["uptimeSeconds"] = 9000 },
        };
        var result = await JudgeAsync([], 1, AtMost("error_rate", "0.05"));
        Assert.Equal(GateVerdicts.GateFailed, result.Verdict);
        Assert.Matches(@"\(50 of \d+ requests failed\)", result.Message);
    }

    [Fact]
    public async Task A_pod_that_came_later_counts_from_its_start()
    {
        long looks = 0;
        stage.Health = (requests, _) => Interlocked.Increment(ref looks) <= 2
            ? new JsonObject { ["pod"] = "old", ["requests"] = 10, ["errors"] = 0, ["uptimeSeconds"] = 9000 }
            : new JsonObject { ["pod"] = "new", ["requests"] = 1000, ["errors"] = 10, ["uptimeSeconds"] = 0.001 };
        Assert.Equal("0.01", Round((await JudgeAsync([], 1, AtMost("error_rate", "0"))).Gates[0].Value!));
    }

    [Fact]
    public async Task Latency_is_measured_from_request_to_whole_answer()
    {
        stage.Before = async context =>
        {
            if (context.Request.Path == "/predict")
            {
                await Task.Delay(30, Cancel);
            }
        };
        var result = await JudgeAsync([], AtMost("serving_latency_ms_p50", "25"), AtMost("serving_latency_ms_p99", "60000", "far"));
        Assert.Equal([false, true], result.Gates.Select(gate => gate.Passed));
        Assert.InRange(double.Parse(result.Gates[0].Value!, CultureInfo.InvariantCulture), 30, 60000);
        Assert.Equal(44, stage.Requests.Count);
        Assert.Equal(3, stage.Requests.Select(request => (string)request.Body["reviewText"]!).Distinct().Count());
    }

    [Fact]
    public async Task Latency_of_requests_that_all_fail_is_unknown()
    {
        stage.Answer = _ => (503, """{"detail": "the queue is full"}""");
        var result = await JudgeAsync([], AtMost("serving_latency_ms_p50", "60000"));
        Assert.Equal("gate low-enough does not hold: serving_latency_ms_p50 could not be measured: 0 requests were answered well, others not: status 503: the queue is full", result.Message);
    }

    [Fact]
    public async Task An_answer_that_is_too_long_or_never_ends_is_none()
    {
        stage.Answer = _ => (200, new string(' ', 5 * 1024 * 1024));
        Assert.Contains("the answer is longer than 4194304 bytes", (await JudgeAsync([Great])).Message, StringComparison.Ordinal);
        folder.Limits = folder.Limits with { RequestTimeout = TimeSpan.FromMilliseconds(300) };
        stage.Before = async context =>
        {
            if (context.Request.Path == "/predict")
            {
                await context.Response.WriteAsync("{", context.RequestAborted);
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
        };
        Assert.Contains("no answer within 0.3 s", (await JudgeAsync([Great])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirects_lead_nowhere()
    {
        await using var elsewhere = await StubStage.StartAsync();
        stage.Before = context =>
        {
            context.Response.Headers.Location = $"{elsewhere.Url}/predict";
            return Task.CompletedTask;
        };
        stage.Answer = _ => (307, "");
        await JudgeAsync([Great]);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task Link_local_addresses_are_not_asked()
    {
        folder.Limits = folder.Limits with { Patience = TimeSpan.Zero };
        var model = await folder.RegisterAsync();
        foreach (var url in new[] { "http://169.254.169.254", "http://[fe80::1]", "http://[::ffff:169.254.169.254]" })
        {
            var error = await Assert.ThrowsAsync<IOException>(() => folder.JudgeAsync(folder.Probe(model, url)));
            Assert.Contains("link-local", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Asked_again_it_answers_with_the_evidence_and_does_not_ask_the_stage()
    {
        var model = await folder.RegisterAsync(("f1_macro", 0.9));
        var task = folder.Probe(model, stage.Url, AtLeast("f1_macro", "0.8"));
        var first = await folder.JudgeAsync(task);
        var written = await File.ReadAllBytesAsync(folder.VersionFile(1, "evidence", $"staging-{model.Digest[7..]}.json"), Cancel);
        await folder.Registry.Aliases.TryRemoveAsync(Model, "ready", AliasExpectation.Any, Cancel);
        await stage.DisposeAsync();

        var again = await folder.JudgeAsync(task);

        Assert.Equal(JsonSerializer.Serialize(first), JsonSerializer.Serialize(again));
        Assert.Equal(written, await File.ReadAllBytesAsync(folder.VersionFile(1, "evidence", $"staging-{model.Digest[7..]}.json"), Cancel));
        Assert.Equal(1, (await folder.Registry.Aliases.ReadAsync(Model, "ready", Cancel))!.Version);
    }

    [Fact]
    public async Task Judged_by_something_else_it_is_judged_again_and_the_evidence_replaced()
    {
        var model = await folder.RegisterAsync(("f1_macro", 0.9));
        var task = folder.Probe(model, stage.Url, AtLeast("f1_macro", "0.8"));
        await folder.JudgeAsync(task);
        foreach (var other in new[] { task with { Gates = [AtLeast("f1_macro", "0.85")] }, task with { Probe = task.Probe! with { Smoke = [Great] } }, task with { Probe = task.Probe! with { SoakSeconds = 1 } } })
        {
            var before = await folder.Registry.Evidence.ReadAsync(Model, 1, "staging", model.Digest, Cancel);
            Assert.Equal(GateVerdicts.Passed, (await folder.JudgeAsync(other)).Verdict);
            Assert.NotEqual(before!.Judged, (await folder.Registry.Evidence.ReadAsync(Model, 1, "staging", model.Digest, Cancel))!.Judged);
        }

        Assert.NotEmpty(stage.Requests);
    }

    [Fact]
    public async Task Killed_at_any_write_it_passes_the_next_time_and_is_never_half_passed()
    {
        var kills = 0;
        for (var killed = true; killed; kills++)
        {
            using var fresh = new StageFolder { Limits = folder.Limits };
            var task = fresh.Probe(await fresh.RegisterAsync(("f1_macro", 0.9)), stage.Url, AtLeast("f1_macro", "0.8"));
            var changes = kills;
            fresh.OpenStore = (uri, time) => new DyingStore(ObjectStores.Open(uri, time), changes);
            killed = await Record.ExceptionAsync(() => fresh.JudgeAsync(task)) is KilledException;
            var evidence = await fresh.Registry.Evidence.ReadAsync(Model, 1, "staging", task.Digest, Cancel);
            Assert.True(evidence is not null || await fresh.Registry.Aliases.ReadAsync(Model, "ready", Cancel) is null, $"the alias was moved before there was evidence, killed at {kills}");
            fresh.OpenStore = ObjectStores.Open;
            Assert.Equal(GateVerdicts.Passed, (await fresh.JudgeAsync(task)).Verdict);
            Assert.Equal(1, (await fresh.Registry.Aliases.ReadAsync(Model, "ready", Cancel))!.Version);
        }

        // Evidence and alias, each before and after the write.
        Assert.Equal(5, kills);
    }

    [Fact]
    public async Task A_stop_ends_it_at_once()
    {
        using var stop = new CancellationTokenSource();
        var task = folder.Probe(await folder.RegisterAsync(), stage.Url) with { Probe = new ServingProbe { Url = stage.Url, Smoke = [], SoakSeconds = 3600 } };
        var judging = folder.JudgeAsync(task, stop.Token);
        while (stage.Requests.IsEmpty)
        {
            await Task.Delay(5, Cancel);
        }

        Assert.Equal(("Soaking", 3600), (folder.Progress.Snapshot().Phase, folder.Progress.Snapshot().Total));
        var watch = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => judging);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task The_token_goes_to_the_stage_and_nowhere_else()
    {
        folder.Token = $"{Secret}\n";
        var log = new LogLines();
        folder.Log = log;
        stage.Answer = request => (422, $$"""{"detail": "you sent {{request.Authorization}}"}""");
        var failed = await JudgeAsync([Great]);
        Assert.Equal($"Bearer {Secret}", Assert.Single(stage.Requests).Authorization);
        stage.Answer = request => (200, """{"label": "positive", "score": 0.9}""");
        var passed = await JudgeAsync([Great]);

        Assert.Equal((GateVerdicts.GateFailed, GateVerdicts.Passed), (failed.Verdict, passed.Verdict));
        Assert.Contains("you sent Bearer [token]", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, JsonSerializer.Serialize(failed) + JsonSerializer.Serialize(passed) + log.Text, StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(folder.File("store"), "*", SearchOption.AllDirectories), file => Assert.DoesNotContain(Secret, File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_token_that_the_stage_does_not_take_is_refused(int status)
    {
        stage.Before = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.CompleteAsync();
        };
        var error = await Assert.ThrowsAsync<TaskRefusedException>(() => JudgeAsync([]));
        Assert.Contains($"answers with status {status}: it does not take the token of TEXTOPS_BEARER_TOKEN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_no_header_takes_is_refused_without_being_told()
    {
        folder.Token = $"{Secret}\r\nx-other: 1";
        var error = await Assert.ThrowsAsync<TaskRefusedException>(() => JudgeAsync([]));
        Assert.DoesNotContain(Secret, error.Message, StringComparison.Ordinal);
    }

    private static string Round(string value) => double.Parse(value, CultureInfo.InvariantCulture).ToString("0.##", CultureInfo.InvariantCulture);

    private Task<GateResult> JudgeAsync(IReadOnlyList<SmokeRequest> smoke, params IReadOnlyList<Gate> gates) => JudgeAsync(smoke, 0, gates);

    private RegisteredModel? registered;

    private async Task<GateResult> JudgeAsync(IReadOnlyList<SmokeRequest> smoke, int soakSeconds, params IReadOnlyList<Gate> gates)
    {
        registered ??= await folder.RegisterAsync(("f1_macro", 0.9));
        return await folder.JudgeAsync(folder.Probe(registered, stage.Url, gates) with { Probe = new ServingProbe { Url = stage.Url, Smoke = smoke, SoakSeconds = soakSeconds } });
    }
}
