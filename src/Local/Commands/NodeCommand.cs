using System.CommandLine;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using TextOps.Crds;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Runtime;
using TextOps.Local.Node;
using TextOps.Local.Node.Services;

namespace TextOps.Local.Commands;

/// <summary>
/// <c>textops node</c>: a node of a real API server without containers or root, for development and tests. Pods that the scheduler binds to it run as
/// processes of this machine's runner, and Services of our objects get ports of 127.0.0.1.
/// </summary>
internal static partial class NodeCommand
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var kubeConfig = new Option<string?>("--kubeconfig") { HelpName = "FILE", Description = "Kubeconfig of the cluster; default: $KUBECONFIG, then ~/.kube/config." };
        var context = new Option<string?>("--context") { HelpName = "NAME", Description = "Context of the kubeconfig; default: its current one." };
        var name = new Option<string>("--name") { HelpName = "NAME", Description = "Name of the node.", DefaultValueFactory = _ => "process-node" };
        name.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } value && !DnsLabel().IsMatch(value))
            {
                result.AddError($"--name {value} must be a DNS label: lower-case letters, digits and '-', at most 63 characters");
            }
        });
        var pods = new Option<string>("--pods") { HelpName = "DIR", Description = "Folder of the pods' files.", DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "textops-node") };
        var firstPort = new Option<int>("--first-port")
        {
            HelpName = "PORT", Description = "First port of 127.0.0.1 that a Service of ours may get.", DefaultValueFactory = _ => new ServiceProxyOptions().FirstPort,
        };
        firstPort.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var port and not (>= 1 and <= 65535))
            {
                result.AddError($"--first-port {port} must be from 1 to 65535");
            }
        });
        var logLevel = CommonOptions.LogLevel();
        var command = new Command("node", "Plays a node of a cluster: its pods run here, as processes of the runner, whatever their image. For development and tests; ends on Ctrl-C.")
        { kubeConfig, context, name, pods, firstPort, logLevel };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var logs = LocalLog.Create(parsed.GetValue(logLevel)!);
            var cluster = new ClusterConfigurationLoader(ClusterEnvironment.Current(), TimeProvider.System).Load(new ClusterConfigurationOptions { KubeConfig = parsed.GetValue(kubeConfig), Context = parsed.GetValue(context) });
            var node = new ProcessNodeOptions
            {
                NodeName = parsed.GetRequiredValue(name),
                RunnerProgram = RunnerProgram.Find(),
                PodsFolder = Path.Combine(Path.GetFullPath(parsed.GetRequiredValue(pods)), parsed.GetRequiredValue(name)),
            };
            var services = new ServiceProxyOptions { FirstPort = parsed.GetValue(firstPort), LabelSelector = ApiGroup.KindLabel };
            return await RunAsync(cluster, node, services, logs, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(ClusterConfiguration cluster, ProcessNodeOptions options, ServiceProxyOptions serviceOptions, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        using var client = new RestKubernetesClient(cluster, new RestClientOptions { FieldManager = "textops-node", CallsPerSecond = 500, Burst = 1000 }, time, logs.CreateLogger<RestKubernetesClient>());
        var registration = new NodeRegistration(client, options.NodeName, time);
        await using var node = new ProcessNode(client, options, time, logs.CreateLogger<ProcessNode>());
        await using var host = new ControllerHost(client, [], time, logs);
        host.Add(node, new ControllerOptions { Workers = 16 });
        await using var services = ServiceProxy.AddTo(host, client, serviceOptions, logs.CreateLogger<ServiceProxy>());

        await registration.RegisterAsync(cancellationToken);
        await node.StartAsync(cancellationToken);
        await host.StartAsync(cancellationToken);
        await Console.Out.WriteLineAsync($"node {options.NodeName} runs pods of {cluster.Server} as processes; Ctrl-C ends it");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await registration.UnregisterAsync(CancellationToken.None);
            await host.StopAsync(StopDeadline);
        }

        return 0;
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DnsLabel();
}
