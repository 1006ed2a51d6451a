using TextOps.Kubernetes.Rest.Configuration;

namespace TextOps.Kubernetes.Tests.Rest.Configuration;

internal static class CredentialSourceExtensions
{
    /// <summary>The credential for the next request; <paramref name="refused"/> just got a 401.</summary>
    public static Task<ClusterCredential> AskAsync(this ICredentialSource source, ClusterCredential? refused = null, CancellationToken cancellationToken = default) =>
        source.GetAsync(refused, cancellationToken).AsTask();

    /// <summary>The bearer token for the next request.</summary>
    public static async Task<string?> TokenAsync(this ICredentialSource source, ClusterCredential? refused = null) =>
        (await source.AskAsync(refused)).Authorization?.Parameter;

    /// <summary>The message of the error that asking ends with.</summary>
    public static async Task<string> RefuseAsync(this ICredentialSource source, ClusterCredential? refused = null) =>
        (await Assert.ThrowsAsync<CredentialException>(() => source.AskAsync(refused))).Message;
}
