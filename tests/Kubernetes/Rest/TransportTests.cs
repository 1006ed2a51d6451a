using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Rest.Transport;
using TextOps.Kubernetes.Tests.Rest.Faults;
using TextOps.Kubernetes.Tests.Rest.Support;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Rest;

/// <summary>Whom the client trusts, who it is, and how it shares a connection.</summary>
public sealed class TransportTests : IDisposable
{
    private readonly TestAuthority authority = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => authority.Dispose();

    [Fact]
    public async Task The_clusters_own_authority_is_trusted_and_HTTP_2_is_spoken()
    {
        await using var server = await StartAsync(authority.Issue("server", IPAddress.Loopback));
        server.Next(Spoil.Answer(200, ScriptedServer.ConfigMap));
        Assert.NotNull(await GetAsync(server.Configuration with { CertificateAuthority = authority.Certificates }));
        Assert.Equal("HTTP/2", server.Seen.Single().Protocol);
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused_with_what_to_check_and_without_a_second_try()
    {
        using var other = new TestAuthority();
        await using var server = await StartAsync(other.Issue("server", IPAddress.Loopback));
        foreach (var trusted in (X509Certificate2Collection?[])[authority.Certificates, null])
        {
            var problem = await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(server.Configuration with { CertificateAuthority = trusted }));
            Assert.StartsWith(
                $"GET /api/v1/namespaces/n/configmaps/a at {server.Address.ToString().TrimEnd('/')}: its certificate or ours is refused (", problem.Message, StringComparison.Ordinal);
            Assert.EndsWith("; check certificate-authority, tls-server-name and the client certificate", problem.Message, StringComparison.Ordinal);
        }

        Assert.Empty(server.Seen);
        server.Next(Spoil.Answer(200, ScriptedServer.ConfigMap));
        Assert.NotNull(await GetAsync(server.Configuration with { InsecureSkipTlsVerify = true }));
    }

    [Fact]
    public async Task The_certificate_is_checked_for_the_name_that_is_configured()
    {
        await using var server = await StartAsync(authority.Issue("api.example.test"));
        var configuration = server.Configuration with { CertificateAuthority = authority.Certificates };
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(configuration));
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(configuration with { TlsServerName = "other.example.test" }));
        server.Next(Spoil.Answer(200, ScriptedServer.ConfigMap));
        Assert.NotNull(await GetAsync(configuration with { TlsServerName = "api.example.test" }));
    }

    [Fact]
    public async Task A_renewed_client_certificate_is_used_at_once_and_a_watch_goes_on_with_the_old_one()
    {
        var shown = new List<string>();
        await using var server = await StartAsync(authority.Issue("server", IPAddress.Loopback), options =>
        {
            options.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            options.ClientCertificateValidation = (certificate, _, _) =>
            {
                lock (shown)
                {
                    shown.Add(certificate.Subject);
                }

                return true;
            };
        });
        var source = new ClientCertificates(authority.Issue("client-1"), authority.Issue("client-2"));
        using var client = NewClient(server.Configuration with { CertificateAuthority = authority.Certificates, Credentials = source });
        using var more = new SemaphoreSlim(0);
        server.Next(async exchange =>
        {
            exchange.Start(200);
            for (var i = 0; i < 2; i++)
            {
                await exchange.SendLineAsync(Spoil.Event("ADDED", ScriptedServer.ConfigMap));
                await more.WaitAsync(exchange.Gone);
            }
        });
        await using var watch = client.WatchAsync<V1ConfigMap>("n", null, "1", Ct).GetAsyncEnumerator(Ct);
        Assert.True(await Eventually.ComesAsync(watch.MoveNextAsync().AsTask()));

        server.Next(Spoil.Refuse(401, "Unauthorized", "the certificate has expired"));
        server.Next(Spoil.Answer(200, ScriptedServer.ConfigMap));
        Assert.NotNull(await client.GetAsync<V1ConfigMap>("a", "n", Ct));
        Assert.Equal(["CN=client-1", "CN=client-2"], shown);
        more.Release();
        Assert.True(await Eventually.ComesAsync(watch.MoveNextAsync().AsTask()));
    }

    [Fact]
    public async Task More_watches_than_a_connection_has_streams_keep_no_call_waiting()
    {
        await using var server = await StartAsync(authority.Issue("server", IPAddress.Loopback));
        using var client = NewClient(server.Configuration with { CertificateAuthority = authority.Certificates });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var watches = new List<IAsyncEnumerator<Kubernetes.Client.WatchEvent<V1ConfigMap>>>();
        for (var i = 0; i < 120; i++)
        {
            server.Next(Spoil.EventsThenSilence(Spoil.Event("ADDED", ScriptedServer.ConfigMap)));
            var watch = client.WatchAsync<V1ConfigMap>("n", null, "1", stop.Token).GetAsyncEnumerator(stop.Token);
            Assert.True(await Eventually.ComesAsync(watch.MoveNextAsync().AsTask()));
            watches.Add(watch);
        }

        server.Next(Spoil.Answer(200, ScriptedServer.ConfigMap));
        Assert.NotNull(await Eventually.ComesAsync(client.GetAsync<V1ConfigMap>("a", "n", Ct)));
        Assert.All(server.Seen, request => Assert.Equal("HTTP/2", request.Protocol));
        await stop.CancelAsync();
        foreach (var watch in watches)
        {
            await watch.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("https://10.1.2.3:6443", "localhost,10.0.0.0/8,.svc", true)]
    [InlineData("https://[fd00::7]:6443", "fd00::/8", true)]
    [InlineData("https://11.1.2.3:6443", "localhost,10.0.0.0/8", false)]
    [InlineData("https://api.example.test", "10.0.0.0/8", false)]
    [InlineData("https://10.1.2.3", "", false)]
    public void Networks_in_NO_PROXY_are_known(string server, string noProxy, bool direct) => Assert.Equal(direct, ServerProxy.IsInNetwork(new Uri(server), noProxy));

    [Fact]
    public async Task A_configured_proxy_is_asked_even_for_this_machine()
    {
        await using var proxy = await FaultProxy.StartAsync();
        proxy.Next(Spoil.Answer(200, ScriptedServer.ConfigMap));
        Assert.NotNull(await GetAsync(new ClusterConfiguration { Server = new Uri("http://127.0.0.1:1/"), Proxy = proxy.Address }));
        Assert.Equal("/api/v1/namespaces/n/configmaps/a", proxy.Seen.Single().Path);
        Assert.Null(ServerProxy.For(new Uri("https://127.0.0.1:6443"), null));
    }

    private static Task<FaultProxy> StartAsync(X509Certificate2 certificate, Action<HttpsConnectionAdapterOptions>? more = null) => FaultProxy.StartAsync(https: options =>
    {
        options.ServerCertificate = certificate;
        more?.Invoke(options);
    });

    private static async Task<V1ConfigMap?> GetAsync(ClusterConfiguration configuration)
    {
        using var client = NewClient(configuration);
        return await client.GetAsync<V1ConfigMap>("a", "n", Ct);
    }

    private static RestKubernetesClient NewClient(ClusterConfiguration configuration) =>
        new(configuration, new RestClientOptions { CallsPerSecond = 1000, Burst = 1000 }, TimeProvider.System, NullLogger.Instance);

    /// <summary>The next certificate whenever one is refused.</summary>
    private sealed class ClientCertificates(params X509Certificate2[] certificates) : ICredentialSource
    {
        private int current;

        public ValueTask<ClusterCredential> GetAsync(ClusterCredential? refused, CancellationToken cancellationToken)
        {
            current += refused is null ? 0 : 1;
            return ValueTask.FromResult(new ClusterCredential(null, certificates[current]));
        }
    }
}
