using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Tests;
using YamlDotNet.Serialization;

namespace TextOps.Kubernetes.Tests.Rest.Support;

/// <summary>The administrator's way to the test cluster: server, authority and token of its kubeconfig.</summary>
internal static class AdminConfiguration
{
    public static ClusterConfiguration Read(TestCluster cluster)
    {
        var kubeConfig = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(File.ReadAllText(cluster.KubeConfig));
        var server = First(kubeConfig, "clusters", "cluster");
        return new ClusterConfiguration
        {
            Server = new Uri((string)server["server"]),
            CertificateAuthority = server.TryGetValue("certificate-authority", out var path) ? Authority((string)path) : null,
            InsecureSkipTlsVerify = server.TryGetValue("insecure-skip-tls-verify", out var skip) && (string)skip == "true",
            Credentials = new FixedToken((string)First(kubeConfig, "users", "user")["token"]),
        };
    }

    private static Dictionary<object, object> First(Dictionary<string, object> kubeConfig, string list, string member) =>
        (Dictionary<object, object>)((Dictionary<object, object>)((List<object>)kubeConfig[list])[0])[member];

    private static X509Certificate2Collection Authority(string path)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(path);
        return certificates;
    }

    private sealed class FixedToken(string token) : ICredentialSource
    {
        private readonly ClusterCredential credential = new(new AuthenticationHeaderValue("Bearer", token), null);

        public ValueTask<ClusterCredential> GetAsync(ClusterCredential? refused, CancellationToken cancellationToken) => ValueTask.FromResult(credential);
    }
}
