using System.Security.Cryptography;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>What the kubelet gives a pod to reach the API server that runs it.</summary>
internal sealed class InClusterFiles(ClusterEnvironment environment)
{
    private readonly string host = environment.Variable("KUBERNETES_SERVICE_HOST");
    private readonly string port = environment.Variable("KUBERNETES_SERVICE_PORT");

    /// <summary>Whether this is a pod with a service account.</summary>
    public bool Exist => host.Length > 0 && port.Length > 0 && File.Exists(Token);

    /// <summary>Why it is none, as a part of a sentence.</summary>
    public string WhyNot => host.Length == 0 || port.Length == 0
        ? "this is no pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set)"
        : $"this pod has no service account token ({Token} does not exist: automountServiceAccountToken may be false)";

    private string Token => Path.Combine(environment.ServiceAccountFolder, "token");

    private string Authority => Path.Combine(environment.ServiceAccountFolder, "ca.crt");

    private string Namespace => Path.Combine(environment.ServiceAccountFolder, "namespace");

    /// <summary>Reads them; the token is read again while the program runs, because the kubelet replaces it.</summary>
    public ClusterConfiguration Load(TimeProvider time)
    {
        // An IPv6 address needs brackets in a URL (RFC 3986, section 3.2.2).
        var address = $"https://{(host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host)}:{port}";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var server))
        {
            throw new ClusterConfigurationException($"KUBERNETES_SERVICE_HOST ({host}) and KUBERNETES_SERVICE_PORT ({port}) make no address; the kubelet sets them");
        }

        try
        {
            var configuration = new ClusterConfiguration
            {
                Server = server,
                CertificateAuthority = File.Exists(Authority) ? PemCertificates.Authorities(SmallFile.ReadText(Authority)) : null,
                Credentials = new TokenFileCredentials(Token, time),
            };
            var name = File.Exists(Namespace) ? SmallFile.ReadText(Namespace).Trim() : "";
            return name.Length > 0 ? configuration with { Namespace = name } : configuration;
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ClusterConfigurationException($"the pod's service account in {environment.ServiceAccountFolder} cannot be used: {error.Message}", error);
        }
    }
}
