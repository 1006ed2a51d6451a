namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>A header from one source and a client certificate from another; where the first gives a certificate too, that one is shown.</summary>
internal sealed class CombinedCredentials(ICredentialSource header, ICredentialSource certificate) : ICredentialSource
{
    private readonly Lock gate = new();
    private Parts? last;

    /// <inheritdoc/>
    public async ValueTask<ClusterCredential> GetAsync(ClusterCredential? refused, CancellationToken cancellationToken)
    {
        Parts? before;
        lock (gate)
        {
            before = ReferenceEquals(last?.Whole, refused) ? last : null;
        }

        var first = await header.GetAsync(before?.Header, cancellationToken);
        var second = await certificate.GetAsync(before?.Certificate, cancellationToken);
        lock (gate)
        {
            // The same parts are the same whole, so that a source can tell its own credential when it is refused.
            if (last is null || !ReferenceEquals(last.Header, first) || !ReferenceEquals(last.Certificate, second))
            {
                last = new Parts(first, second, new ClusterCredential(first.Authorization, first.ClientCertificate ?? second.ClientCertificate));
            }

            return last.Whole;
        }
    }

    private sealed record Parts(ClusterCredential Header, ClusterCredential Certificate, ClusterCredential Whole);
}
