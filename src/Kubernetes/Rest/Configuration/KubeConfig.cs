using TextOps.Crds.Yaml;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>
/// Several kubeconfigs as one, merged as kubectl does: the first file that has a cluster, user, context or current context decides; entries are taken whole. Only what the
/// chosen context names is judged.
/// </summary>
internal sealed class KubeConfig(IReadOnlyList<KubeConfigFile> files, string source)
{
    /// <summary>Kind of the entries in <c>clusters</c>.</summary>
    public const string Cluster = "cluster";

    /// <summary>Kind of the entries in <c>users</c>.</summary>
    public const string User = "user";

    /// <summary>Kind of the entries in <c>contexts</c>.</summary>
    public const string Context = "context";

    /// <summary>What the context says; the current one where <paramref name="name"/> is null.</summary>
    public ClusterConfiguration Load(string? name, ClusterEnvironment environment, TimeProvider time)
    {
        name ??= files.Select(file => file.CurrentContext).FirstOrDefault(current => current.Length > 0)
            ?? throw new ClusterConfigurationException($"current-context is not set in {source}; {Choices(Context)}, or set it: kubectl config use-context NAME");
        var context = Find(Context, name) ?? throw Missing($"there is no context {name} in {source}", Context, name);
        var cluster = new KubeConfigCluster(Named(context, Cluster) ?? throw context.Error(Cluster, $"is missing; {Choices(Cluster)}"));
        var user = Named(context, User);
        var configuration = new ClusterConfiguration
        {
            Server = cluster.Server,
            CertificateAuthority = cluster.CertificateAuthority,
            InsecureSkipTlsVerify = cluster.InsecureSkipTlsVerify,
            TlsServerName = cluster.TlsServerName,
            Proxy = cluster.Proxy,
            Credentials = user is null ? AnonymousCredentials.Instance : new KubeConfigUser(user, cluster, environment, time).Credentials(),
        };
        return context.Text("namespace") is { Length: > 0 } ns ? configuration with { Namespace = ns } : configuration;
    }

    private KubeConfigNode? Named(KubeConfigNode context, string kind)
    {
        var name = context.Text(kind);
        return name.Length == 0 ? null : Find(kind, name) ?? throw Missing(context.Error(kind, $"names {name}, which {source} does not have").Message, kind, name);
    }

    private KubeConfigNode? Find(string kind, string name) => files.Select(file => file.Entries.GetValueOrDefault((kind, name))).FirstOrDefault(entry => entry is not null);

    private ClusterConfigurationException Missing(string problem, string kind, string name)
    {
        var nearest = NearestName.Of(name, Names(kind));
        return new ClusterConfigurationException($"{problem}; {(nearest is null ? "" : $"did you mean {nearest}? ")}{Choices(kind)}");
    }

    private string Choices(string kind) => Names(kind) is { Count: > 0 } names ? $"{kind}s: {string.Join(", ", names)}" : $"it has no {kind}";

    private IReadOnlyList<string> Names(string kind) =>
        [.. files.SelectMany(file => file.Entries.Keys).Where(entry => entry.Kind == kind).Select(entry => entry.Name).Distinct().Order(StringComparer.Ordinal)];
}
