using TextOps.Crds.Yaml;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>One kubeconfig (kubernetes.io/docs/reference/config-api/kubeconfig.v1), not yet merged with others.</summary>
internal sealed class KubeConfigFile
{
    private readonly Dictionary<(string Kind, string Name), KubeConfigNode> entries = [];

    private KubeConfigFile(Manifest manifest)
    {
        var root = new KubeConfigNode(manifest, manifest.Content, "", "");
        CurrentContext = root.Text("current-context");
        foreach (var kind in new[] { KubeConfig.Cluster, KubeConfig.User, KubeConfig.Context })
        {
            foreach (var item in root.Children($"{kind}s"))
            {
                var name = item.Required("name", $"name the {kind}");
                if (!entries.TryAdd((kind, name), item.ChildOrEmpty(kind).As($"{kind} {name}")))
                {
                    throw item.Error("name", $"is {name} for the second time; give each {kind} a name of its own");
                }
            }
        }
    }

    /// <summary>Name of the context that is meant where a user names none; empty where the file does not say.</summary>
    public string CurrentContext { get; }

    /// <summary>Clusters, users and contexts by kind and name.</summary>
    public IReadOnlyDictionary<(string Kind, string Name), KubeConfigNode> Entries => entries;

    /// <summary>Reads a file; null where it is empty, such as <c>/dev/null</c>.</summary>
    /// <exception cref="ClusterConfigurationException">It is no kubeconfig.</exception>
    public static KubeConfigFile? Read(string path)
    {
        var reading = ManifestReader.Read(path);
        if (reading.Errors is [{ Line: 0 }] && new FileInfo(path).Length == 0)
        {
            return null;
        }

        if (reading.Errors.Count > 0)
        {
            throw new ClusterConfigurationException(string.Join('\n', reading.Errors.Select(WithoutSecret)));
        }

        return reading.Manifests switch
        {
            [{ ApiVersion: "v1", Kind: "Config" } manifest] => new KubeConfigFile(manifest),
            [var other] => throw new ClusterConfigurationException(other.Error("kind",
                $"{other.Kind} ({other.ApiVersion}) is no kubeconfig; expected kind Config, apiVersion v1").ToString()),
            var several => throw new ClusterConfigurationException($"{path} holds {several.Count} documents, expected one; list several files in KUBECONFIG instead"),
        };
    }

    // What the reader of manifests says of a value may show the value, and a user's may be a secret.
    private static ManifestError WithoutSecret(ManifestError error) =>
        error.Path.StartsWith("users[", StringComparison.Ordinal) && error.Path.Contains("].user", StringComparison.Ordinal)
            ? error with { Message = $"{error.Path} cannot be read as it is written; write it once, and text in double quotes" }
            : error;
}
