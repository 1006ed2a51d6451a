using System.Diagnostics;
using System.Text.Json.Nodes;

namespace TextOps.Bench.Operator;

/// <summary>The program <c>textops-operator</c> for one namespace, with the rights of config/rbac.</summary>
internal sealed class OperatorProcess : IAsyncDisposable
{
    private readonly HttpClient http = new();
    private readonly Process process;
    private readonly Task rest;
    private readonly Uri metrics;

    private OperatorProcess(Process process, Uri metrics)
    {
        this.process = process;
        this.metrics = metrics;

        // Its log has to be read, or it waits.
        rest = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
    }

    /// <summary>Starts it, and waits until it knows all objects.</summary>
    public static async Task<OperatorProcess> StartAsync(string program, Cluster cluster, string @namespace, double callsPerSecond, int burst)
    {
        var child = Process.Start(new ProcessStartInfo(program,
        [
            "--kubeconfig", cluster.KubeConfig, "--context", "operator", "--watch-namespaces", @namespace, "--leader-elect=false", "--store", "s3://bucket/bench",
            "--qps", $"{callsPerSecond}", "--burst", $"{burst}", "--health-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0",
        ]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            var said = JsonNode.Parse(line)!;
            if ((string?)said["event"] == "OperatorStarted")
            {
                var started = new OperatorProcess(child, new Uri(new Uri((string)said["metrics"]!), "/metrics"));
                await started.WaitAsync(new Uri(new Uri((string)said["health"]!), "/readyz"));
                return started;
            }
        }

        throw new InvalidOperationException("the operator ended before it had started");
    }

    /// <summary>What it says of itself now.</summary>
    public async Task<Reading> ReadAsync() => Reading.Parse(await http.GetStringAsync(metrics));

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync();
        await rest;
        process.Dispose();
        http.Dispose();
    }

    private async Task WaitAsync(Uri ready)
    {
        while (true)
        {
            using var answer = await http.GetAsync(ready);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(50);
        }
    }
}
