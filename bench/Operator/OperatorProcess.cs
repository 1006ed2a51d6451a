using System.Diagnostics;
using System.Text.Json.Nodes;

namespace TextOps.Bench.Operator;

/// <summary>The program <c>textops-operator</c> for one namespace, with the rights of config/rbac.</summary>
internal sealed class OperatorProcess : IAsyncDisposable
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(12);

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
    /// <param name="program">Path of the program.</param>
    /// <param name="cluster">Its cluster.</param>
    /// <param name="namespace">Its namespace.</param>
    /// <param name="pace">What it may do at once.</param>
    /// <param name="thrifty">The garbage collector gives room for speed, so that what is resident comes close to what is in use.</param>
    public static async Task<OperatorProcess> StartAsync(string program, Cluster cluster, string @namespace, Pace pace, bool thrifty = false)
    {
        var start = new ProcessStartInfo(program,
        [
            "--kubeconfig", cluster.KubeConfig, "--context", "operator", "--watch-namespaces", @namespace, "--leader-elect=false", "--store", "s3://bucket/bench",
            "--qps", $"{pace.CallsPerSecond}", "--burst", $"{pace.Burst}", "--workers", $"{pace.Workers}", "--health-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0",
        ]) { UseShellExecute = false, RedirectStandardOutput = true };
        if (thrifty)
        {
            start.Environment["DOTNET_GCConserveMemory"] = "9";
            start.Environment["DOTNET_GCgen0size"] = "0x200000";
        }

        var child = Process.Start(start)!;
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

    /// <summary>Waits until it has called nobody for longer than it waits for anything but the end of a time to live.</summary>
    public async Task<Reading> CalmAsync()
    {
        for (var before = await ReadAsync(); ;)
        {
            await Task.Delay(Calm);
            var now = await ReadAsync();
            if (now.Since(before) == 0)
            {
                return now;
            }

            before = now;
        }
    }

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
