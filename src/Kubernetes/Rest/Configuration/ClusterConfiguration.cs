using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>How an API server is reached: what a kubeconfig's context, or the files that a pod is given, say.</summary>
public sealed record ClusterConfiguration
{
    /// <summary>Address of the API server, with a path where it lies below one.</summary>
    public required Uri Server { get; init; }

    /// <summary>The namespace that is meant where a user names none.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>The certificates that the server's chain must end in; null: those of the system.</summary>
    public X509Certificate2Collection? CertificateAuthority { get; init; }

    /// <summary>Takes any certificate of the server: <c>insecure-skip-tls-verify</c>.</summary>
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>The name that the server's certificate is checked for; null: that of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Proxy for all requests; null: the one of the environment (<c>HTTPS_PROXY</c>, <c>NO_PROXY</c>).</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Who asks.</summary>
    public ICredentialSource Credentials { get; init; } = AnonymousCredentials.Instance;

    /// <summary>The server and the namespace; a proxy's address may hold a password.</summary>
    public override string ToString() => $"{Server} (namespace {Namespace})";
}

/// <summary>Gives the credentials of requests; those that expire are renewed in time. Safe for use by many at once.</summary>
public interface ICredentialSource
{
    /// <summary>
    /// The credential to use now. <paramref name="refused"/> is one that the server just answered 401 to: where the source can, it gives a new one.
    /// </summary>
    /// <exception cref="CredentialException">There is none to be had; the message says from where and what to do.</exception>
    ValueTask<ClusterCredential> GetAsync(ClusterCredential? refused, CancellationToken cancellationToken);
}

/// <summary>What a request shows.</summary>
/// <param name="Authorization">The header; null: none.</param>
/// <param name="ClientCertificate">The certificate, with its key; null: none.</param>
public sealed record ClusterCredential(AuthenticationHeaderValue? Authorization, X509Certificate2? ClientCertificate)
{
    /// <summary>Of which kind it is; no secrets.</summary>
    public override string ToString() => $"{Authorization?.Scheme ?? "no header"}, {(ClientCertificate is null ? "no certificate" : $"certificate of {ClientCertificate.Subject}")}";
}

/// <summary>Credentials could not be had.</summary>
public sealed class CredentialException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>No credentials.</summary>
public sealed class AnonymousCredentials : ICredentialSource
{
    private static readonly ClusterCredential None = new(null, null);

    private AnonymousCredentials()
    {
    }

    /// <summary>The one there is.</summary>
    public static AnonymousCredentials Instance { get; } = new();

    /// <inheritdoc/>
    public ValueTask<ClusterCredential> GetAsync(ClusterCredential? refused, CancellationToken cancellationToken) => ValueTask.FromResult(None);
}
