using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using TextOps.Operator.Host;
using TextOps.Operator.Host.Settings;
using TextOps.Tests;

namespace TextOps.Operator.Tests.Host;

/// <summary>The program itself, over a cluster that does not answer.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void It_says_its_options_and_its_version()
    {
        using var help = Program.Start("--help");
        Assert.Equal(0, help.End());
        Assert.All(new HostSettings().All, setting => Assert.Contains(setting.Name, help.Output, StringComparison.Ordinal));

        using var version = Program.Start("--version");
        Assert.Equal(0, version.End());
        Assert.Equal(OperatorCommand.Version, version.Output.Trim());
    }

    [Theory]
    [InlineData("a kubeconfig that is not there", "--kubeconfig=/nowhere/kubeconfig", "textops-operator: the given kubeconfig (/nowhere/kubeconfig) names no file that exists; correct the path")]
    [InlineData("a bad value", "--workers=0", "textops-operator: --workers '0' is not a whole number from 1 to 256")]
    public void What_is_wrong_is_one_line_on_standard_error_and_exit_code_2(string narrative, string argument, string line)
    {
        using var program = Program.Start(argument);

        Assert.True(program.End() == 2, narrative);
        Assert.Equal(line, program.Error.TrimEnd());
        Assert.Empty(program.Output);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task While_the_cluster_is_away_it_lives_is_not_ready_and_stops_when_told(string signal)
    {
        using var program = Program.Start("--kubeconfig", KubeConfig(), "--health-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0");
        program.WaitUntil(() => program.Output.Contains("OperatorStarted", StringComparison.Ordinal), "the start");
        var started = JsonNode.Parse(program.Output.Split('\n').Single(line => line.Contains("OperatorStarted", StringComparison.Ordinal)))!;
        using var http = new HttpClient();

        using var health = await http.GetAsync(new Uri(new Uri((string)started["health"]!), "healthz"), TestContext.Current.CancellationToken);
        using var ready = await http.GetAsync(new Uri(new Uri((string)started["health"]!), "readyz"), TestContext.Current.CancellationToken);
        var metrics = await http.GetStringAsync(new Uri(new Uri((string)started["metrics"]!), "metrics"), TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (health.StatusCode, ready.StatusCode));
        Assert.Contains("rest_client_requests_total{code=\"<error>\"", metrics, StringComparison.Ordinal);
        program.Signal(signal);
        Assert.Equal(0, program.End());
        Assert.Empty(program.Error);
        Assert.All(program.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.NotNull(JsonNode.Parse(line)!["timestamp"]));
    }

    public void Dispose() => folder.Dispose();

    // Port 1 is nobody's.
    private string KubeConfig()
    {
        var path = folder.File("kubeconfig");
        File.WriteAllText(path, """
            apiVersion: v1
            kind: Config
            current-context: away
            contexts: [{name: away, context: {cluster: away, user: nobody}}]
            clusters: [{name: away, cluster: {server: "http://127.0.0.1:1"}}]
            users: [{name: nobody, user: {token: none}}]
            """);
        return path;
    }

    private sealed class Program(ProcessStartInfo start) : ChildProcess(start, TimeSpan.FromSeconds(60))
    {
        public static Program Start(params string[] arguments) => new(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "textops-operator"), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });

        public int End()
        {
            WaitForExit();
            return ExitCode;
        }
    }
}
