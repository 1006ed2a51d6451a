using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using TextOps.Kubernetes.Rest.Configuration;

namespace TextOps.Kubernetes.Tests.Rest.Configuration;

public sealed class ClientCertificateTests : IDisposable
{
    private readonly ConfigurationFolder folder = new();
    private readonly TestCertificates certificates = new();

    [Theory]
    [InlineData("EC PRIVATE KEY", false)]
    [InlineData("EC PRIVATE KEY", true)]
    [InlineData("RSA PRIVATE KEY", false)]
    [InlineData("PRIVATE KEY", true)]
    public async Task A_server_learns_who_the_client_is(string format, bool inFiles)
    {
        var (certificate, key) = certificates.Issue("alice", format);
        Assert.Contains($"-----BEGIN {format}-----", key, StringComparison.Ordinal);

        // openssl writes the curve before an EC key, and text before a certificate.
        (certificate, key) = ("subject=CN = alice\n" + certificate, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + key);
        folder.Write("alice.crt", certificate);
        folder.Write("alice.key", key);
        var credentials = folder.User(inFiles
            ? "client-certificate: alice.crt, client-key: alice.key"
            : $"client-certificate-data: {ConfigurationFolder.Base64(certificate)}, client-key-data: {ConfigurationFolder.Base64(key)}");

        Assert.Equal("CN=alice", await SubjectSeenByServerAsync(await credentials.AskAsync()));
    }

    public void Dispose()
    {
        certificates.Dispose();
        folder.Dispose();
    }

    private async Task<string?> SubjectSeenByServerAsync(ClusterCredential credential)
    {
        var (serverCertificate, serverKey) = certificates.Issue("server");
        using var identity = PemCertificates.ClientCertificate(serverCertificate, serverKey);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var accepted = await listener.AcceptTcpClientAsync();
        await using var serverSide = new SslStream(accepted.GetStream());
        await using var clientSide = new SslStream(client.GetStream());

        var serving = serverSide.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = identity,
            ClientCertificateRequired = true,
            CertificateChainPolicy = Policy(),
        });
        await clientSide.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ClientCertificates = [credential.ClientCertificate!],
            CertificateChainPolicy = Policy(),
        });
        await serving;
        return serverSide.RemoteCertificate?.Subject;
    }

    private X509ChainPolicy Policy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        CustomTrustStore = { certificates.Authority },
    };
}
