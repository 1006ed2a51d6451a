using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>A kubeconfig's cluster.</summary>
internal sealed class KubeConfigCluster
{
    private const string ExecExtension = "client.authentication.k8s.io/exec";
    private static readonly string[] ServerSchemes = ["https", "http"];
    private static readonly string[] ProxySchemes = ["http", "https", "socks5"];
    private static readonly string[] ExecTexts = ["tls-server-name", "proxy-url"];
    private readonly KubeConfigNode node;
    private readonly byte[]? authorityPem;

    public KubeConfigCluster(KubeConfigNode node)
    {
        this.node = node;
        Server = Address("server", node.Required("server", "write the API server's address: https://HOST:PORT"), ServerSchemes);
        InsecureSkipTlsVerify = node.Flag("insecure-skip-tls-verify");
        TlsServerName = node.Text("tls-server-name") is { Length: > 0 } name ? name : null;
        Proxy = node.Text("proxy-url") is { Length: > 0 } proxy ? Address("proxy-url", proxy, ProxySchemes) : null;
        authorityPem = ReadAuthority();
        CertificateAuthority = ParseAuthority();
    }

    public Uri Server { get; }

    public X509Certificate2Collection? CertificateAuthority { get; }

    public bool InsecureSkipTlsVerify { get; }

    public string? TlsServerName { get; }

    public Uri? Proxy { get; }

    /// <summary>The cluster as an exec plugin is told of it (client.authentication.k8s.io/v1, Cluster).</summary>
    public JsonObject ExecInfo()
    {
        var info = new JsonObject { ["server"] = node.Text("server") };
        foreach (var field in ExecTexts.Where(node.Has))
        {
            info[field] = node.Text(field);
        }

        if (InsecureSkipTlsVerify)
        {
            info["insecure-skip-tls-verify"] = true;
        }

        if (authorityPem is not null)
        {
            info["certificate-authority-data"] = Convert.ToBase64String(authorityPem);
        }

        if (node.Children("extensions").FirstOrDefault(extension => extension.Text("name") == ExecExtension)?.Raw("extension") is { } config)
        {
            info["config"] = config.DeepClone();
        }

        return info;
    }

    private string AuthorityField => node.Has("certificate-authority-data") ? "certificate-authority-data" : "certificate-authority";

    // The address may hold a password: it is not shown.
    private Uri Address(string field, string value, string[] schemes) =>
        Uri.TryCreate(value, UriKind.Absolute, out var address) && schemes.Contains(address.Scheme) && address.Host.Length > 0 && address is { Query: "", Fragment: "" }
            ? address
            : throw node.Error(field, $"is no address; write {schemes[0]}://HOST:PORT ({string.Join(", ", schemes)} can be used)");

    private byte[]? ReadAuthority()
    {
        if (node.Data("certificate-authority-data") is { } data)
        {
            return !node.Has("certificate-authority") ? data : throw node.Error("certificate-authority", "is given beside certificate-authority-data; remove one");
        }

        var path = node.FilePath("certificate-authority");
        try
        {
            return path is null ? null : SmallFile.Read(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw node.Error("certificate-authority", $"({path}) cannot be read: {error.Message}", error);
        }
    }

    private X509Certificate2Collection? ParseAuthority()
    {
        if (authorityPem is null)
        {
            return null;
        }

        if (InsecureSkipTlsVerify)
        {
            throw node.Error("insecure-skip-tls-verify", $"is true beside {AuthorityField}; remove one");
        }

        try
        {
            return PemCertificates.Authorities(Encoding.UTF8.GetString(authorityPem));
        }
        catch (CryptographicException error)
        {
            var where = node.FilePath("certificate-authority") is { } path ? $"({path}) " : "";
            throw node.Error(AuthorityField, $"{where}cannot be used: {error.Message}", error);
        }
    }
}
