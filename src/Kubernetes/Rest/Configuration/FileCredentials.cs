namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>
/// Credentials in files that others replace: read again every ten seconds, and at once when the server refused what was read. A file that is missing or half written for a
/// moment does not take away credentials that still work.
/// </summary>
internal abstract class FileCredentials(TimeProvider time) : ICredentialSource
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly Lock gate = new();
    private ClusterCredential? last;
    private long readAt;

    /// <inheritdoc/>
    public ValueTask<ClusterCredential> GetAsync(ClusterCredential? refused, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var works = last is not null && !ReferenceEquals(last, refused);
            if (works && time.GetElapsedTime(readAt) < Interval)
            {
                return ValueTask.FromResult(last!);
            }

            try
            {
                last = Read(last);
            }
            catch (CredentialException) when (works)
            {
                // What was read before is shown until the server refuses it.
            }

            readAt = time.GetTimestamp();
            return ValueTask.FromResult(last!);
        }
    }

    /// <summary>Reads the files; gives <paramref name="last"/> back where they say the same.</summary>
    /// <exception cref="CredentialException">They cannot be used.</exception>
    protected abstract ClusterCredential Read(ClusterCredential? last);
}
