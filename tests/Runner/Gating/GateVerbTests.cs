using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Tasks;
using static TextOps.Runner.Tests.Gating.StageFolder;

namespace TextOps.Runner.Tests.Gating;

/// <summary>What is judged before a version serves.</summary>
public sealed class GateVerbTests : IDisposable
{
    private readonly StageFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("it reaches all", "0.8", "2", GateVerdicts.Passed)]
    [InlineData("it misses one", "0.9", "2", GateVerdicts.GateFailed)]
    [InlineData("it misses both", "0.9", "1", GateVerdicts.GateFailed)]
    public async Task The_card_is_judged_and_nothing_is_written(string narrative, string least, string most, string verdict)
    {
        var model = await folder.RegisterAsync(("f1_macro", 0.85), ("latency_ms_p95", 1.5));

        var result = await folder.JudgeAsync(folder.Check(model, AtLeast("f1_macro", least), AtMost("latency_ms_p95", most), AtMost("serving_latency_ms_p99", "0", "later")) with { Alias = "ready" });

        Assert.True(result.Verdict == verdict, $"{narrative}: {result.Message}");
        Assert.Equal(["good-enough", "low-enough"], result.Gates.Select(gate => gate.Name));
        Assert.Null(result.Evidence);
        Assert.Null(await folder.Registry.Evidence.ReadAsync(Model, 1, "staging", model.Digest, CancellationToken.None));
        Assert.Empty(await folder.Registry.Aliases.ListAsync(Model, CancellationToken.None));
    }

    [Fact]
    public async Task A_gate_that_does_not_hold_is_named_with_value_and_bound()
    {
        var model = await folder.RegisterAsync(("f1_macro", 0.85), ("accuracy", 0.7));
        var result = await folder.JudgeAsync(folder.Check(model, AtLeast("f1_macro", "0.9"), AtLeast("accuracy", "0.75", "right")));
        Assert.Equal("gate good-enough does not hold: f1_macro is 0.85, and must be at least 0.9; gate right does not hold: accuracy is 0.7, and must be at least 0.75", result.Message);
    }

    [Fact]
    public async Task A_metric_that_nobody_gives_fails_and_the_message_says_which_there_are()
    {
        var model = await folder.RegisterAsync(("f1_macro", 0.85));
        var result = await folder.JudgeAsync(folder.Check(model, AtLeast("f1macro", "0.5")));
        Assert.Equal(GateVerdicts.GateFailed, result.Verdict);
        Assert.Equal(
            "gate good-enough does not hold: there is no metric f1macro; use one of the card (f1_macro, model_bytes) or of serving (smoke_pass_rate, error_rate, serving_latency_ms_p50, serving_latency_ms_p95, serving_latency_ms_p99)",
            result.Message);
    }

    [Theory]
    [InlineData(100, GateVerdicts.Passed)]
    [InlineData(1, GateVerdicts.GateFailed)]
    public async Task The_size_of_a_model_is_that_of_its_files_where_the_evaluation_does_not_say_it(int most, string verdict) =>
        Assert.Equal(verdict, (await folder.JudgeAsync(folder.Check(await folder.RegisterAsync(), AtMost("model_bytes", $"{most}")))).Verdict);

    [Theory]
    [InlineData("equal", 0.85, "0", true)]
    [InlineData("worse by less", 0.86, "0.02", true)]
    [InlineData("worse by more", 0.9, "0.02", false)]
    public async Task The_version_of_an_alias_sets_a_bound_by_its_card(string narrative, double other, string maxDrop, bool holds)
    {
        await NameAsync(await folder.RegisterAsync(("f1_macro", other)), "production");
        var result = await folder.JudgeAsync(folder.Check(await folder.RegisterAsync(("f1_macro", 0.85)), Relative("f1_macro", "production", maxDrop)));
        Assert.True(result.Verdict == (holds ? GateVerdicts.Passed : GateVerdicts.GateFailed), narrative);
    }

    [Fact]
    public async Task An_alias_of_nothing_or_of_this_very_version_holds()
    {
        var model = await folder.RegisterAsync(("f1_macro", 0.5));
        Assert.Equal(GateVerdicts.Passed, (await folder.JudgeAsync(folder.Check(model, Relative("f1_macro", "production")))).Verdict);
        await NameAsync(model, "production");
        Assert.Equal(GateVerdicts.Passed, (await folder.JudgeAsync(folder.Check(model, Relative("f1_macro", "production")))).Verdict);
    }

    [Fact]
    public async Task A_version_that_cannot_be_compared_with_fails_the_gate_and_not_the_task()
    {
        await NameAsync(await folder.RegisterAsync(("f1_macro", 0.5)), "production");
        File.WriteAllText(folder.VersionFile(1, "model.json"), "{}");
        var result = await folder.JudgeAsync(folder.Check(await folder.RegisterAsync(("f1_macro", 0.9)), Relative("f1_macro", "production")));
        Assert.Equal(GateVerdicts.GateFailed, result.Verdict);
        Assert.Contains("must be comparable with production: ", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_not_there_is_said_to_be_missing()
    {
        var model = await folder.RegisterAsync();
        var result = await folder.JudgeAsync(folder.Check(model) with { Version = 7 });
        Assert.Equal(GateVerdicts.VersionNotFound, result.Verdict);
        Assert.Contains("models/reviews/v000007 is not a committed version", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_digest_than_the_approved_one_stops_it_with_both_digests()
    {
        var model = await folder.RegisterAsync();
        var other = $"sha256:{new string('a', 64)}";
        var result = await folder.JudgeAsync(folder.Check(model) with { Digest = other });
        Assert.Equal(GateVerdicts.ApprovalMismatch, result.Verdict);
        Assert.Contains(model.Digest, result.Message, StringComparison.Ordinal);
        Assert.Contains(other, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_of_the_stage_before_is_waited_for()
    {
        var model = await folder.RegisterAsync();
        var task = folder.Check(model) with { Stage = "production", After = "staging" };
        var result = await folder.JudgeAsync(task);
        Assert.Equal(GateVerdicts.AwaitingEvidence, result.Verdict);
        Assert.Contains($"evidence/staging-{model.Digest[7..]}.json does not exist", result.Message, StringComparison.Ordinal);

        await using var stage = await StubStage.StartAsync();
        Assert.Equal(GateVerdicts.Passed, (await folder.JudgeAsync(folder.Probe(model, stage.Url))).Verdict);
        Assert.Equal(GateVerdicts.Passed, (await folder.JudgeAsync(task)).Verdict);
    }

    [Fact]
    public async Task Evidence_of_another_version_is_none_even_under_this_ones_name()
    {
        var (first, second) = (await folder.RegisterAsync(), await folder.RegisterAsync());
        await using var stage = await StubStage.StartAsync();
        await folder.JudgeAsync(folder.Probe(first, stage.Url));
        Directory.CreateDirectory(folder.VersionFile(2, "evidence"));
        File.Copy(folder.VersionFile(1, "evidence", $"staging-{first.Digest[7..]}.json"), folder.VersionFile(2, "evidence", $"staging-{second.Digest[7..]}.json"));
        var error = await Assert.ThrowsAsync<StoreRefusedException>(() => folder.JudgeAsync(folder.Check(second) with { Stage = "production", After = "staging" }));
        Assert.Contains("it is about stage 'staging', version 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_comes_back_is_not_judged_by_what_came_after_it()
    {
        var (first, second) = (await folder.RegisterAsync(("f1_macro", 0.8)), await folder.RegisterAsync(("f1_macro", 0.9)));
        var gate = Relative("f1_macro", "ready");
        await using var stage = await StubStage.StartAsync();
        Assert.Equal(GateVerdicts.Passed, (await folder.JudgeAsync(folder.Probe(first, stage.Url, gate))).Verdict);
        stage.Version = _ => "v000002";
        Assert.Equal(GateVerdicts.Passed, (await folder.JudgeAsync(folder.Probe(second, stage.Url, gate))).Verdict);

        var back = await folder.JudgeAsync(folder.Check(first, gate));
        Assert.Equal(GateVerdicts.Passed, back.Verdict);
        Assert.Null(back.Evidence);
        Assert.Equal(2, (await folder.Registry.Aliases.ReadAsync(Model, "ready", CancellationToken.None))!.Version);
        Assert.Equal(GateVerdicts.GateFailed, (await folder.JudgeAsync(folder.Check(first, gate with { Name = "another-one" }))).Verdict);
    }

    [Fact]
    public async Task A_damaged_card_is_refused_and_a_store_that_is_away_tried_again()
    {
        var task = folder.Check(await folder.RegisterAsync());
        folder.OpenStore = (uri, time) => new BrokenStore(ObjectStores.Open(uri, time)) { Fault = () => new IOException("the network is down") };
        Assert.Equal(TaskExitCodes.Retry, TaskFailure.Of(await Assert.ThrowsAsync<IOException>(() => folder.JudgeAsync(task))).ExitCode);
        folder.OpenStore = ObjectStores.Open;
        File.WriteAllText(folder.VersionFile(1, "model.json"), "{}");
        Assert.Equal(TaskErrorReasons.StoreRefused, TaskFailure.Of(await Assert.ThrowsAsync<StoreRefusedException>(() => folder.JudgeAsync(task))).Error.Reason);
    }

    [Fact]
    public async Task Sixteen_gates_with_long_names_fit_a_termination_message()
    {
        var metric = $"recall[{new string('"', 290)}]";
        var model = await folder.RegisterAsync((metric, 0.123456789));
        var gates = Enumerable.Range(10, 16).Select(number => AtLeast(metric, "123456789012345.123456789012345", $"{new string('g', 61)}{number}")).ToList();
        var result = await folder.JudgeAsync(folder.Check(model, gates));
        Assert.True(ResultDocument.Fits(new TaskResult { Gate = result }));
        Assert.Equal(gates.Select(gate => gate.Name), result.Gates.Select(gate => gate.Name));
        Assert.StartsWith("gate ggg", result.Message, StringComparison.Ordinal);
    }

    private Task NameAsync(RegisteredModel model, string alias) => folder.Registry.Aliases.TrySetAsync(model, alias, AliasExpectation.Any, DateTimeOffset.UtcNow, CancellationToken.None);
}
