using System.Collections;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>What a process finds around it that tells of a cluster.</summary>
public sealed class ClusterEnvironment
{
    /// <summary>Where a pod's service account lies (kubernetes.io/docs, "Accessing the Kubernetes API from a Pod").</summary>
    public const string PodServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>The environment variables; exec plugins inherit them.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>The user's home folder; empty where there is none.</summary>
    public required string Home { get; init; }

    /// <summary>Folder with <c>token</c>, <c>ca.crt</c> and <c>namespace</c>.</summary>
    public string ServiceAccountFolder { get; init; } = PodServiceAccountFolder;

    /// <summary>That of this process, as it is now.</summary>
    public static ClusterEnvironment Current() => new()
    {
        Variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal),
        Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
    };

    /// <summary>A variable; empty where it is not set.</summary>
    internal string Variable(string name) => Variables.GetValueOrDefault(name) ?? "";
}
