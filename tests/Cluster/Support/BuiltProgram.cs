using System.Diagnostics;
using TextOps.Crds.Tasks;
using TextOps.Tests;

namespace TextOps.Cluster.Tests.Support;

/// <summary>A program of ours as a child process, from where it was built.</summary>
internal sealed class BuiltProgram : ChildProcess
{
    /// <summary>What the node has in the place of Secrets with a bearer token.</summary>
    public const string Token = "token-of-the-tests";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private BuiltProgram(ProcessStartInfo start)
        : base(start, Deadline)
    {
    }

    /// <summary>Path of a program: <c>Operator</c>/<c>textops-operator</c>, <c>Local</c>/<c>textops</c>, <c>Runner</c>/<c>textops-runner</c>.</summary>
    public static string PathOf(string project, string program)
    {
        // tests/Cluster/bin/<configuration>/net10.0: the programs were built with the same configuration.
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Repository.File("src", project, "bin", framework.Parent!.Name, framework.Name, program);
    }

    /// <summary>Starts <c>textops-operator</c>.</summary>
    public static BuiltProgram StartOperator(params string[] arguments) => new(StartInfo(PathOf("Operator", "textops-operator"), arguments));

    /// <summary>Starts <c>textops node</c> over the runner that was built.</summary>
    public static BuiltProgram StartNode(params string[] arguments)
    {
        var start = StartInfo(PathOf("Local", "textops"), ["node", .. arguments]);
        start.Environment["TEXTOPS_RUNNER"] = PathOf("Runner", "textops-runner");
        start.Environment[ServeEnvironment.BearerToken] = Token;
        return new BuiltProgram(start);
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public int Stop()
    {
        Signal("TERM");
        WaitForExit();
        return ExitCode;
    }

    private static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments) => new(program, arguments)
    {
        WorkingDirectory = Repository.Root,
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
