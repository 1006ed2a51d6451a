using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>Credentials that stay as they are.</summary>
internal sealed class StaticCredentials(ClusterCredential credential) : ICredentialSource
{
    /// <summary>Basic authentication (RFC 7617).</summary>
    public static StaticCredentials Basic(string user, string password) =>
        new(new ClusterCredential(new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))), null));

    /// <summary>A bearer token (RFC 6750).</summary>
    public static StaticCredentials Bearer(string token) => new(new ClusterCredential(BearerToken.Header(token), null));

    /// <summary>A client certificate.</summary>
    public static StaticCredentials Certificate(X509Certificate2 certificate) => new(new ClusterCredential(null, certificate));

    /// <inheritdoc/>
    public ValueTask<ClusterCredential> GetAsync(ClusterCredential? refused, CancellationToken cancellationToken) => ValueTask.FromResult(credential);
}
