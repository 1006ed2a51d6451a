using System.Security.Cryptography;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>
/// Credentials of an exec plugin: kept until shortly before they expire or until the server refuses them. The plugin runs once at a time, however many wait for it.
/// </summary>
internal sealed class ExecCredentials(ExecPlugin plugin, TimeProvider time) : ICredentialSource
{
    // KEP-541 sets no limit; a plugin that asks a cloud for a token takes seconds.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // A request that is sent now must still be good when it arrives; short-lived credentials keep four fifths of their life.
    private static readonly TimeSpan MaxMargin = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private Issued? kept;
    private Task<ClusterCredential>? running;

    /// <inheritdoc/>
    public ValueTask<ClusterCredential> GetAsync(ClusterCredential? refused, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (kept is not null && (ReferenceEquals(kept.Credential, refused) || time.GetUtcNow() >= kept.RenewAt))
            {
                kept = null;
            }

            if (kept is not null)
            {
                return ValueTask.FromResult(kept.Credential);
            }

            // One who stops waiting does not stop the others' run.
            running ??= Task.Run(RunAsync, CancellationToken.None);
            return new ValueTask<ClusterCredential>(running.WaitAsync(cancellationToken));
        }
    }

    private async Task<ClusterCredential> RunAsync()
    {
        Issued? issued = null;
        try
        {
            using var limit = new CancellationTokenSource(Limit, time);
            issued = Accept(ExecCredentialDocument.Parse(await ExecProcess.RunAsync(plugin, limit.Token), plugin));
            return issued.Credential;
        }
        finally
        {
            lock (gate)
            {
                kept = issued;
                running = null;
            }
        }
    }

    private Issued Accept(ExecCredentialDocument.Credentials answer)
    {
        ClusterCredential credential;
        try
        {
            credential = answer.ToCredential();
        }
        catch (CryptographicException error)
        {
            throw plugin.Error($"answered with a client certificate that cannot be used: {error.Message}", error);
        }

        var end = answer.ExpirationTimestamp ?? DateTimeOffset.MaxValue;
        if (credential.ClientCertificate is { } certificate && new DateTimeOffset(certificate.NotAfter) is var notAfter && notAfter < end)
        {
            end = notAfter;
        }

        var now = time.GetUtcNow();
        var life = end - now;
        if (life <= TimeSpan.Zero)
        {
            throw plugin.Error($"answered with credentials that expired at {Shown(end)}, it is {Shown(now)}; empty its cache, or set the clock");
        }

        return new Issued(credential, end - (life / 5 < MaxMargin ? life / 5 : MaxMargin));
    }

    private static string Shown(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}";

    private sealed record Issued(ClusterCredential Credential, DateTimeOffset RenewAt);
}
