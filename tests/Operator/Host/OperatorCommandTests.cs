using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Operator.Host;
using TextOps.Operator.Host.Settings;

namespace TextOps.Operator.Tests.Host;

public sealed class OperatorCommandTests : IAsyncDisposable
{
    private static readonly string[] NoServers = ["--health-address", "0", "--metrics-address", "0"];

    private readonly ScriptedPlane plane = new();
    private readonly StringWriter error = new();
    private readonly MemoryStream log = new();

    [Fact]
    public async Task A_plane_that_ends_well_is_exit_code_0_and_the_plane_is_disposed()
    {
        plane.End.SetResult();

        Assert.Equal(0, await RunAsync(NoServers));

        Assert.True(plane.IsDisposed);
        Assert.Contains("\"event\":\"OperatorStarted\"", Log(), StringComparison.Ordinal);
        Assert.Contains("\"event\":\"OperatorStopped\"", Log(), StringComparison.Ordinal);
        Assert.Empty(error.ToString());
    }

    [Fact]
    public async Task A_plane_that_fails_is_exit_code_1_and_logged()
    {
        plane.End.SetException(new InvalidOperationException("a worker died"));

        Assert.Equal(1, await RunAsync(NoServers));

        Assert.True(plane.IsDisposed);
        Assert.Contains("\"level\":\"Critical\",\"event\":\"OperatorFailed\"", Log(), StringComparison.Ordinal);
        Assert.Contains("a worker died", Log(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a bad value", "--workers=0", "--workers '0' is not a whole number from 1 to 256")]
    [InlineData("an unknown option", "--wrokers=1", "--wrokers")]
    [InlineData("an argument", "start", "start")]
    public async Task What_is_wrong_is_one_line_on_standard_error_and_exit_code_2(string narrative, string arg, string said)
    {
        Assert.True(await RunAsync([arg]) == 2, narrative);

        var line = Assert.Single(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("textops-operator: ", line, StringComparison.Ordinal);
        Assert.Contains(said, line, StringComparison.Ordinal);
        Assert.Empty(Log());
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_told_is_exit_code_2()
    {
        var command = new OperatorCommand(
            (_, _, _) => throw new ConfigurationException("no cluster is configured:\ngive --kubeconfig"), new Dictionary<string, string>(), error, log);

        Assert.Equal(2, await command.RunAsync(NoServers));
        Assert.Equal("textops-operator: no cluster is configured: give --kubeconfig", error.ToString().TrimEnd());
    }

    [Fact]
    public async Task Variables_reach_the_plane()
    {
        plane.End.SetResult();
        HostOptions? seen = null;
        var command = new OperatorCommand(
            (options, _, _) =>
            {
                seen = options;
                return plane;
            },
            new Dictionary<string, string> { ["TEXTOPS_WATCH_NAMESPACES"] = "team-a" },
            error,
            log);

        Assert.Equal(0, await command.RunAsync(NoServers));
        Assert.Equal(["team-a"], seen!.WatchNamespaces);
    }

    [Fact]
    public void The_help_shows_each_option_with_its_variable_and_default()
    {
        Assert.All(new HostSettings().All, setting =>
        {
            Assert.EndsWith($"[{(setting.Variable is null ? "" : setting.Variable + "; ")}default: {setting.DefaultText}]", setting.Option.Description, StringComparison.Ordinal);
            Assert.True(setting.Variable is null || setting.Variable == "TEXTOPS_" + setting.Name[2..].ToUpperInvariant().Replace('-', '_'), setting.Name);
        });
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM, 143)]
    [InlineData(PosixSignal.SIGINT, 130)]
    public void The_first_signal_asks_to_stop_and_the_second_ends_at_once(PosixSignal signal, int code)
    {
        var exits = new List<int>();
        using var signals = new StopSignals(exits.Add, NullLogger<StopSignals>.Instance);

        var first = new PosixSignalContext(PosixSignal.SIGTERM);
        signals.Handle(first);
        Assert.True(first.Cancel);
        Assert.True(signals.Stop.IsCancellationRequested);
        Assert.Empty(exits);

        signals.Handle(new PosixSignalContext(signal));
        Assert.Equal([code], exits);
    }

    public async ValueTask DisposeAsync()
    {
        await plane.DisposeAsync();
        await error.DisposeAsync();
        await log.DisposeAsync();
    }

    private Task<int> RunAsync(string[] args) => new OperatorCommand((_, _, _) => plane, new Dictionary<string, string>(), error, log).RunAsync(args);

    private string Log() => Encoding.UTF8.GetString(log.ToArray());
}
