using System.CommandLine;
using TextOps.Artifacts.Stores;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Local.Commands.Models;
using TextOps.Onnx.Embeddings;

namespace TextOps.Local.Commands;

/// <summary>The command line of <c>textops</c>.</summary>
internal static class TextOpsCommand
{
    private const int Failed = 1;
    private const int Refused = 2;
    private const int Interrupted = 130;

    /// <summary>Runs what <paramref name="args"/> ask for; answers the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("TextOps: embeds, trains and deploys text models from Kubernetes objects; here without a cluster.")
        {
            RunCommand.Create(),
            ValidateCommand.Create(),
            GetCommand.Create(),
            SearchCommand.Create(),
            ModelsCommand.Create(),
            PullCommand.Create(),
            PredictCommand.Create(),
            PromoteCommand.Create(),
            NodeCommand.Create(),
        };
        var parsed = root.Parse(args);
        try
        {
            // The runners need a moment to end after Ctrl-C.
            var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
            return parsed.Errors.Count > 0 ? Refused : code;
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (Exception exception) when (exception is UsageException or StoreLockedException or ModelFormatException or StoreRefusedException or ClusterConfigurationException or CredentialException)
        {
            await Console.Error.WriteLineAsync(exception is UsageException { Message: var message } && message.Contains('\n', StringComparison.Ordinal) ? message : $"textops: {exception.Message}");
            return Refused;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or KubernetesException or HttpRequestException)
        {
            await Console.Error.WriteLineAsync($"textops: {exception.Message}");
            return Failed;
        }
    }
}
