using System.Diagnostics;
using TextOps.Tests;

namespace TextOps.Cluster.Tests.Support;

/// <summary>kubectl as an administrator types it.</summary>
internal sealed class Kubectl(TestCluster cluster, string @namespace)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    /// <summary>Runs it in the namespace to its end.</summary>
    public KubectlResult Try(IEnumerable<string> arguments, string? input = null)
    {
        using var kubectl = Start(arguments, input);
        return kubectl.Wait();
    }

    /// <summary>Starts it; <c>get -w</c> goes on until it is disposed of.</summary>
    public KubectlProcess Start(IEnumerable<string> arguments, string? input = null) =>
        new(cluster.Kubectl, ["--kubeconfig", cluster.KubeConfig, "--context", "admin", "-n", @namespace, .. arguments], Deadline, input);

    /// <summary>Runs it and answers what it printed; fails with all that it said where it fails.</summary>
    public string Run(params string[] arguments) => Run(arguments, null);

    /// <summary>Runs it with standard input and answers what it printed.</summary>
    public string Run(string[] arguments, string? input)
    {
        var result = Try(arguments, input);
        Assert.True(result.ExitCode == 0, $"kubectl {string.Join(' ', arguments)}: exit code {result.ExitCode}\n{result.Output}{result.Error}");
        return result.Output;
    }

    /// <summary>Polls until what it prints satisfies <paramref name="holds"/>, and answers that.</summary>
    public async Task<string> WaitForAsync(string[] arguments, Func<string, bool> holds, string what)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            var result = Try(arguments);
            if (result.ExitCode == 0 && holds(result.Output))
            {
                return result.Output;
            }

            Assert.True(watch.Elapsed < Deadline, $"waited for {what}; kubectl {string.Join(' ', arguments)} last said:\n{result.Output}{result.Error}");
        }
    }
}

/// <summary>How it ended and what it said.</summary>
internal sealed record KubectlResult(int ExitCode, string Output, string Error);
