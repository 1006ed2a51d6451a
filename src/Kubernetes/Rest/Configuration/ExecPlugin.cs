using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>
/// A command that gives credentials, as a kubeconfig's user names it (KEP-541, kubernetes.io/docs "client-go credential plugins"). No record: its arguments and variables
/// may hold secrets.
/// </summary>
internal sealed class ExecPlugin
{
    private static readonly string[] Versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
    private readonly string entry;
    private readonly string folder;
    private readonly string searchPath;
    private readonly string installHint;

    /// <summary>Reads a user's <c>exec</c>.</summary>
    /// <exception cref="ClusterConfigurationException">It is wrong, or needs a terminal.</exception>
    public ExecPlugin(KubeConfigNode node, KubeConfigCluster cluster, ClusterEnvironment environment)
    {
        entry = node.Place;
        folder = node.Folder;
        searchPath = environment.Variable("PATH");
        installHint = OneLine(node.Text("installHint"));
        ApiVersion = node.Text("apiVersion");
        if (!Versions.Contains(ApiVersion))
        {
            throw node.Error("apiVersion", $"is \"{ApiVersion}\", expected {string.Join(" or ", Versions)}; update the plugin and its entry");
        }

        Command = node.Required("command", "name the program");
        Arguments = node.Texts("args");
        if (node.Text("interactiveMode") is var mode && mode is not ("" or "Never" or "IfAvailable"))
        {
            throw node.Error("interactiveMode", mode == "Always"
                ? "is Always, but there is no terminal to ask at; use a plugin that runs without one, and Never or IfAvailable"
                : $"is {mode}, expected Never or IfAvailable");
        }

        var variables = environment.Variables.ToDictionary(StringComparer.Ordinal);
        foreach (var variable in node.Children("env"))
        {
            variables[variable.Required("name", "name the variable")] = variable.Text("value");
        }

        variables["KUBERNETES_EXEC_INFO"] = Info(node.Flag("provideClusterInfo") ? cluster.ExecInfo() : null).ToJsonString();
        Variables = variables;
    }

    /// <summary>Which version of the interface it speaks.</summary>
    public string ApiVersion { get; }

    /// <summary>The program, as it is written.</summary>
    public string Command { get; }

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Its whole environment.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>
    /// The program's file: with a slash in it, relative to the kubeconfig; else in PATH. The working directory is never looked at: whoever writes there would be run.
    /// </summary>
    /// <exception cref="CredentialException">There is no such file.</exception>
    public string FindCommand()
    {
        if (Command.Contains('/', StringComparison.Ordinal))
        {
            var file = Path.GetFullPath(Path.Combine(folder, Command));
            return File.Exists(file) ? file : throw Error($"is not there: {file} does not exist{Hint}");
        }

        return searchPath.Split(Path.PathSeparator).Where(Path.IsPathRooted).Select(place => Path.Combine(place, Command)).FirstOrDefault(IsExecutable)
            ?? throw Error($"is not in PATH{Hint}");
    }

    /// <summary>What is wrong with the plugin or its answer.</summary>
    public CredentialException Error(string problem, Exception? inner = null) => new($"{entry}: the exec plugin {Command} {problem}", inner);

    /// <summary>What to do where it cannot be started.</summary>
    public string Hint => installHint.Length > 0 ? $"; {installHint}" : "; install it, or correct command";

    /// <summary>Text of others for a message: terminals and logs obey control characters.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();

    private static bool IsExecutable(string file) =>
        File.Exists(file) && (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None;

    private JsonObject Info(JsonObject? cluster)
    {
        var spec = new JsonObject { ["interactive"] = false };
        if (cluster is not null)
        {
            spec["cluster"] = cluster;
        }

        return new JsonObject { ["kind"] = "ExecCredential", ["apiVersion"] = ApiVersion, ["spec"] = spec };
    }
}
