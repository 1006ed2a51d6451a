using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TextOps.Kubernetes.Rest.Configuration;

namespace TextOps.Kubernetes.Rest.Transport;

/// <summary>Makes the connections to an API server: whom to trust, which way to go, when a connection is dead.</summary>
internal static class ClusterHandler
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    public static SocketsHttpHandler Create(ClusterConfiguration configuration, X509Certificate2? clientCertificate)
    {
        var proxy = ServerProxy.For(configuration.Server, configuration.Proxy);
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = proxy is not null,
            Proxy = proxy,
            SslOptions = Tls(configuration, clientCertificate),
            ConnectTimeout = TimeSpan.FromSeconds(15),

            // More watches than a connection has streams must not keep other calls waiting.
            EnableMultipleHttp2Connections = true,

            // A peer that is gone without a word is noticed within half a minute, by calls and watches alike.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),

            // Servers behind one address come and go.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
        };
    }

    private static SslClientAuthenticationOptions Tls(ClusterConfiguration configuration, X509Certificate2? clientCertificate)
    {
        var tls = new SslClientAuthenticationOptions();
        if (clientCertificate is not null)
        {
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => clientCertificate;
        }

        if (configuration.InsecureSkipTlsVerify)
        {
#pragma warning disable CA5359 // The user asked for it: insecure-skip-tls-verify.
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (configuration.CertificateAuthority is { } authority)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            policy.CustomTrustStore.AddRange(authority);
            policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
            tls.CertificateChainPolicy = policy;
        }

        return tls;
    }
}
