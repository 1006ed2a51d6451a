using System.Net;
using System.Security.Cryptography.X509Certificates;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Tests;

namespace TextOps.Kubernetes.Tests.Rest.Configuration;

public sealed class KubeConfigTests : IDisposable
{
    private readonly ConfigurationFolder folder = new();

    [Fact]
    public async Task Reaches_the_real_API_server()
    {
        var configuration = folder.Load(TestCluster.Require().KubeConfig);
        var credential = await configuration.Credentials.GetAsync(null, default);
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions =
            {
                ClientCertificates = credential.ClientCertificate is { } certificate ? [certificate] : [],
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
            },
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(configuration.CertificateAuthority!);
        using var client = new HttpClient(handler) { BaseAddress = configuration.Server };
        client.DefaultRequestHeaders.Authorization = credential.Authorization;

        using var answer = await client.GetAsync(new Uri("/api/v1/namespaces/default", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Reads_a_token() => Assert.Equal("Bearer s3cret", await folder.HeaderAsync("    token: s3cret"));

    [Fact]
    public async Task Reads_a_user_name_and_a_password() =>
        Assert.Equal("Basic YWxpY2U6b3BlbiBzZXNhbWU=", await folder.HeaderAsync("    username: alice\n    password: open sesame"));

    public void Dispose() => folder.Dispose();
}
