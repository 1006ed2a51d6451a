using System.Security.Cryptography.X509Certificates;
using TextOps.Kubernetes.Rest.Configuration;

namespace TextOps.Kubernetes.Rest.Transport;

/// <summary>
/// The connections to an API server. A connection is authenticated by the client certificate that it was made with, so a new certificate gets new
/// connections; calls and watches on the old ones end there.
/// </summary>
internal sealed class ClusterTransport(ClusterConfiguration configuration) : IDisposable
{
    private readonly Lock gate = new();
    private HttpMessageInvoker? current;
    private HttpMessageInvoker? previous;
    private X509Certificate2? certificate;
    private bool disposed;

    /// <summary>Sends; the answer comes as soon as its headers are there.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, X509Certificate2? clientCertificate, CancellationToken cancellationToken) =>
        For(clientCertificate).SendAsync(request, cancellationToken);

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            current?.Dispose();
            previous?.Dispose();
        }
    }

    private HttpMessageInvoker For(X509Certificate2? clientCertificate)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, typeof(RestKubernetesClient));
            if (current is not null && Equals(certificate, clientCertificate))
            {
                return current;
            }

            // The last but one goes: of the last, a call may just have got hold. What runs on either goes on.
            previous?.Dispose();
            previous = current;
            certificate = clientCertificate;
            return current = new HttpMessageInvoker(ClusterHandler.Create(configuration, clientCertificate), disposeHandler: true);
        }
    }
}
