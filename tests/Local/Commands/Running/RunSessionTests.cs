using Spectre.Console;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Kubernetes.Tests.Support;
using TextOps.Local.Commands;
using TextOps.Local.Commands.Running;
using TextOps.Local.Display;
using TextOps.Local.Tests.Display;
using TextOps.Tests;
using static TextOps.Local.Tests.Display.Deployments;

namespace TextOps.Local.Tests.Commands.Running;

/// <summary>A session whose objects are what the test says, by a clock that the test moves.</summary>
public sealed class RunSessionTests : IDisposable
{
    private const string Manifest = """
        apiVersion: textops.dev/v1alpha1
        kind: ModelDeployment
        metadata: {name: book-reviews}
        spec:
          model: {name: book-reviews}
          stages:
          - {name: staging, follow: staging}
          - {name: production, after: staging, approval: {}}

        """;

    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();
    private readonly StringWriter output = new() { NewLine = "\n" };
    private readonly StringWriter error = new() { NewLine = "\n" };
    private readonly CancellationTokenSource end = new();
    private readonly List<ManifestObject> applied = [];
    private volatile IReadOnlyList<ObjectView> views = [new ModelDeploymentView(Valid(), File: null)];

    public RunSessionTests() => File.WriteAllText(Path, Manifest);

    private string Path => folder.File("m.yaml");

    public void Dispose()
    {
        end.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task It_stays_and_serves_once_nothing_goes_on_any_more_until_it_is_ended()
    {
        var (session, running) = Start();
        await TurnAsync();
        Shows(Stage("staging", "RollingOut", target: "v000001"), Stage("production", "AwaitingApproval"));
        await TurnAsync();
        Shows(Stage("staging", "Serving", "v000001"), Stage("production", "AwaitingApproval"));
        await UntilAsync("serving until Ctrl-C", running);
        Assert.True(session.IsServing);
        Assert.Contains("\n    bin/textops promote book-reviews --version 1 --file m.yaml --store s\n", output.ToString(), StringComparison.Ordinal);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.ComesAsync(running));
    }

    [Fact]
    public async Task While_it_stays_a_changed_manifest_is_applied_and_what_comes_of_it_is_said_again()
    {
        Shows(Stage("staging", "Serving", "v000001"), Stage("production", "AwaitingApproval"));
        var (_, running) = Start();
        await UntilAsync("serving until Ctrl-C", running);
        await TurnAsync();
        Assert.Empty(applied);

        await File.WriteAllTextAsync(Path, Manifest.Replace("approval: {}", "approval: {}, replicas: x", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await UntilAsync("", running, () => error.ToString().Contains("m.yaml:8:", StringComparison.Ordinal));
        Assert.StartsWith($"textops: not applied: {Path}:8:", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(applied);

        await File.WriteAllTextAsync(Path, Manifest.Replace("approval: {}", $"approval: {{version: 1, digest: \"sha256:{new string('a', 64)}\"}}", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await UntilAsync("ModelDeployment default/book-reviews is applied as ", running);
        Assert.Equal(1, ((ModelDeployment)Assert.Single(applied).Entity).Spec.Stages[1].Approval!.Version);
        Shows(Stage("staging", "Serving", "v000001"), Stage("production", "RollingOut", target: "v000001"));
        await UntilAsync("book-reviews/production  RollingOut", running);
        Shows(Stage("staging", "Serving", "v000001"), Stage("production", "Serving", "v000001"));
        await UntilAsync("production   v000001   1/1     Serving   http://127.0.0.1:8081", running);
        Assert.False(running.IsCompleted);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.ComesAsync(running));
    }

    [Fact]
    public async Task Where_all_is_stalled_and_nothing_serves_it_ends_at_once()
    {
        Shows(Stage("staging", "GateFailed"), Stage("production", "AwaitingApproval"));
        var (session, running) = Start();
        Assert.Equal(1, await Eventually.ComesAsync(running));
        Assert.False(session.IsServing);
        Assert.Equal("\ntextops: book-reviews: GateFailed: a gate does not hold\n", error.ToString());
    }

    [Fact]
    public async Task A_version_that_nobody_makes_is_waited_for_a_while()
    {
        Shows(Stage("staging", "Resolving"), Stage("production", "AwaitingApproval"));
        var (_, running) = Start();
        var before = time.GetUtcNow();
        while (!running.IsCompleted)
        {
            await TurnAsync(running);
        }

        Assert.Equal(1, await running);
        Assert.InRange(time.GetUtcNow() - before, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(11));
        Assert.Equal("\ntextops: book-reviews: Resolving: in words\n", error.ToString());
    }

    [Fact]
    public async Task It_ends_where_it_is_not_to_stay()
    {
        Shows(Stage("staging", "Serving", "v000001"), Stage("production", "Serving", "v000001"));
        var (session, running) = Start(stays: false);
        Assert.Equal(0, await Eventually.ComesAsync(running));
        Assert.False(session.IsServing);
    }

    [Fact]
    public async Task Runs_end_as_they_did()
    {
        views = [new TrainingRunView(Trainings.Valid().Saying("Running", "searching"))];
        var (_, running) = Start();
        await TurnAsync();
        views = [new TrainingRunView(Trainings.Valid().Saying("Registered", "registered v000001", ConditionStatus.True))];
        await TurnAsync();
        Assert.Equal(0, await Eventually.ComesAsync(running));
    }

    private void Shows(params StageStatus[] stages) => views = [new ModelDeploymentView(Valid().Going(stages), "m.yaml")];

    private (RunSession Session, Task<int> Running) Start(bool stays = true)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        var watch = new ManifestWatch([Path], "default", ManifestFiles.Read([Path], "default"));
        var session = new RunSession(_ => Task.FromResult(views), ApplyAsync, watch, new RunReport("s", output, error, time), console, error, stays, time);
        return (session, Task.Run(() => session.FollowAsync(end.Token)));
    }

    private Task ApplyAsync(ManifestObject manifest, CancellationToken cancellationToken)
    {
        applied.Add(manifest);
        return Task.CompletedTask;
    }

    /// <summary>Lets the session look again.</summary>
    private async Task TurnAsync(Task? running = null)
    {
        await Eventually.HoldsAsync("the session waits", () => time.Waiting > 0 || running?.IsCompleted == true);
        time.Advance(TimeSpan.FromSeconds(1));
    }

    private async Task UntilAsync(string said, Task running, Func<bool>? holds = null)
    {
        holds ??= () => output.ToString().Contains(said, StringComparison.Ordinal);
        for (var turn = 0; turn < 40 && !holds(); turn++)
        {
            await TurnAsync(running);
            await Eventually.HoldsAsync("the session waits again", () => time.Waiting > 0 || running.IsCompleted);
        }

        Assert.True(holds(), $"waited for {said}\n{output}{error}");
    }
}
