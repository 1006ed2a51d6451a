using System.Text;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Tests.Support;
using TextOps.Tests;

namespace TextOps.Kubernetes.Tests.Rest.Configuration;

/// <summary>A home, a pod's service account folder and kubeconfigs, all in a folder of the test's own, and a loader that sees nothing else.</summary>
internal sealed class ConfigurationFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ManualTime Time { get; } = new();

    /// <summary>The environment.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal) { ["PATH"] = "/usr/bin:/bin" };

    public string Home => File("home");

    public string ServiceAccount => File("serviceaccount");

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    public string File(params string[] parts) => folder.File(parts);

    /// <summary>Writes a file, with the folders above it, and gives its path.</summary>
    public string Write(string name, string content)
    {
        var path = File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Writes a kubeconfig with one context, <paramref name="name"/>, whose cluster and user have that name too.</summary>
    /// <param name="user">The user's fields, in one line.</param>
    /// <param name="cluster">The cluster's fields beside the server, in one line.</param>
    public string WriteKubeConfig(string user = "", string cluster = "", string file = "config", string name = "main") => Write(file, $$"""
        apiVersion: v1
        kind: Config
        current-context: {{name}}
        contexts:
        - name: {{name}}
          context: { cluster: {{name}}, user: {{name}} }
        clusters:
        - name: {{name}}
          cluster: { server: "https://{{name}}.example:6443", {{cluster}} }
        users:
        - name: {{name}}
          user: { {{user}} }
        """);

    public ClusterConfiguration Load(string? path = null, string? context = null) => Load(new ClusterConfigurationOptions { KubeConfig = path, Context = context });

    public ClusterConfiguration Load(ClusterConfigurationOptions options) => new ClusterConfigurationLoader(
        new ClusterEnvironment { Variables = Variables, Home = Home, ServiceAccountFolder = ServiceAccount }, Time).Load(options);

    /// <summary>The message of the error that loading ends with.</summary>
    public string Refuse(string? path = null, string? context = null) => Assert.Throws<ClusterConfigurationException>(() => Load(path, context)).Message;

    /// <summary>The credentials of a user with these fields.</summary>
    public ICredentialSource User(string fields) => Load(WriteKubeConfig(fields)).Credentials;

    public void Dispose() => folder.Dispose();
}
