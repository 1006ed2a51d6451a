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
        var credential = await configuration.Credentials.AskAsync();
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

    [Theory]
    [InlineData("token: s3cret", "Bearer s3cret", "a token")]
    [InlineData("token: s3cret, tokenFile: '', username: null", "Bearer s3cret", "empty fields are absent fields")]
    [InlineData("username: alice, password: open sesame", "Basic YWxpY2U6b3BlbiBzZXNhbWU=", "a user name and a password")]
    [InlineData("", null, "nobody")]
    public async Task A_user_shows(string user, string? header, string narrative)
    {
        var credential = await folder.User(user).AskAsync();

        Assert.Equal(header, credential.Authorization?.ToString());
        Assert.True(credential.ClientCertificate is null, narrative);
    }

    [Fact]
    public async Task A_token_file_goes_before_a_token()
    {
        folder.Write("token", "from-file");

        Assert.Equal("from-file", await folder.User("token: from-config, tokenFile: token").TokenAsync());
    }

    [Fact]
    public async Task A_certificate_may_stand_beside_a_token()
    {
        using var certificates = new TestCertificates();
        var (certificate, key) = certificates.Issue("alice");
        var credentials = folder.User(
            $"token: s3cret, client-certificate-data: {ConfigurationFolder.Base64(certificate)}, client-key-data: {ConfigurationFolder.Base64(key)}");

        var credential = await credentials.AskAsync();

        Assert.Equal("CN=alice", credential.ClientCertificate?.Subject);
        Assert.Equal("s3cret", credential.Authorization?.Parameter);
        Assert.Same(credential, await credentials.AskAsync(refused: credential));
    }

    [Fact]
    public void Reads_the_fields_of_a_cluster()
    {
        using var certificates = new TestCertificates();
        var authority = ConfigurationFolder.Base64("# two of them\n" + certificates.Authority.ExportCertificatePem() + "\n" + certificates.Issue("other").Certificate);

        var secure = folder.Load(folder.WriteKubeConfig(cluster: $"certificate-authority-data: {authority}, tls-server-name: api.internal, proxy-url: 'socks5://user:pass@proxy:1080'"));
        Assert.Equal(new Uri("https://main.example:6443"), secure.Server);
        Assert.Equal(2, secure.CertificateAuthority!.Count);
        Assert.Equal("api.internal", secure.TlsServerName);
        Assert.Equal(new Uri("socks5://user:pass@proxy:1080"), secure.Proxy);
        Assert.False(secure.InsecureSkipTlsVerify);

        Assert.True(folder.Load(folder.WriteKubeConfig(cluster: "insecure-skip-tls-verify: true")).InsecureSkipTlsVerify);
    }

    [Fact]
    public void Ignores_what_it_does_not_know_and_entries_that_are_not_meant()
    {
        var path = folder.Write("config", """
            apiVersion: v1
            kind: Config
            preferences: { colors: true }
            extensions: [{ name: other, extension: { last-update: "Tue, 01 Mar 2022 12:00:00 UTC" } }]
            current-context: good
            contexts:
            - { name: good, context: { cluster: good, user: good, extensions: [{ name: context_info }] } }
            - { name: bad, context: { cluster: bad, user: bad } }
            clusters:
            - { name: good, cluster: { server: "https://good:6443", disable-compression: true } }
            - { name: bad, cluster: { server: 17 } }
            users:
            - { name: good }
            - { name: bad, user: { auth-provider: { name: gcp } } }
            """);

        Assert.Equal("good", folder.Load(path).Server.Host);
        Assert.Equal($"{path}:11:27: cluster bad: clusters[1].cluster.server is a number, expected a string; put it in quotes", folder.Refuse(path, "bad"));
    }

    [Fact]
    public void Reads_JSON() => Assert.Equal("json", folder.Load(folder.Write("config", """
        { "apiVersion": "v1", "kind": "Config", "current-context": "c", "contexts": [{ "name": "c", "context": { "cluster": "c" } }],
          "clusters": [{ "name": "c", "cluster": { "server": "https://json:1" } }] }
        """)).Server.Host);

    [Fact]
    public void Refuses_a_context_that_is_not_there_and_names_those_that_are()
    {
        var path = $"{folder.WriteKubeConfig(file: "a", name: "staging")}:{folder.WriteKubeConfig(file: "b", name: "production")}";

        Assert.Equal(
            $"there is no context prodution in {folder.File("a")}, {folder.File("b")}; did you mean production? contexts: production, staging",
            folder.Refuse(path, "prodution"));
    }

    [Theory]
    [InlineData("cluster: main, user: main", "cluster: nowhere, user: main",
        "FILE:6:14: context main: contexts[0].context.cluster names nowhere, which FILE does not have; clusters: main")]
    [InlineData("cluster: main, user: main", "cluster: main, user: mian",
        "FILE:6:29: context main: contexts[0].context.user names mian, which FILE does not have; did you mean main? users: main")]
    [InlineData("cluster: main, user: main", "user: main", "FILE:6:3: context main: contexts[0].context.cluster is missing; clusters: main")]
    [InlineData("current-context: main", "", "current-context is not set in FILE; contexts: main, or set it: kubectl config use-context NAME")]
    [InlineData("kind: Config", "kind: Secret", "FILE:2:1: Secret (v1) is no kubeconfig; expected kind Config, apiVersion v1")]
    [InlineData("- name: main\n  context", "- context", "FILE:5:3: contexts[0].name is missing; name the context")]
    [InlineData("users:", "users: {}\nother:", "FILE:10:1: users is an object, expected a list")]
    public void Refuses_a_file_that_does_not_fit_together(string part, string replacement, string message)
    {
        var path = folder.WriteKubeConfig();
        var text = File.ReadAllText(path);
        Assert.Contains(part, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(part, replacement, StringComparison.Ordinal));

        Assert.Equal(message.Replace("FILE", path, StringComparison.Ordinal), folder.Refuse(path));
    }

    [Fact]
    public void Refuses_a_name_that_is_given_twice()
    {
        var path = folder.WriteKubeConfig();
        File.AppendAllText(path, "\n- { name: main, user: {} }\n");

        Assert.Equal($"{path}:13:5: users[1].name is main for the second time; give each user a name of its own", folder.Refuse(path));
    }

    [Theory]
    [InlineData("insecure-skip-tls-verify: 'true'", "clusters[0].cluster.insecure-skip-tls-verify is a string, expected true or false")]
    [InlineData("certificate-authority: ca.pem", "clusters[0].cluster.certificate-authority (FOLDER/ca.pem) cannot be read")]
    [InlineData("certificate-authority: config", "clusters[0].cluster.certificate-authority (FOLDER/config) cannot be used: there is no certificate in it; expected PEM")]
    [InlineData("certificate-authority-data: bm9uc2Vuc2U=", "clusters[0].cluster.certificate-authority-data cannot be used: there is no certificate in it")]
    [InlineData("certificate-authority-data: LS0t=LS1", "clusters[0].cluster.certificate-authority-data is not Base64; encode the file: base64 -w0 FILE")]
    [InlineData("certificate-authority-data: bm9uc2Vuc2U=, certificate-authority: a", "certificate-authority is given beside certificate-authority-data; remove one")]
    [InlineData("certificate-authority-data: bm9uc2Vuc2U=, insecure-skip-tls-verify: true", "insecure-skip-tls-verify is true beside certificate-authority-data; remove one")]
    [InlineData("proxy-url: 'ftp://me:hidden@proxy'", "clusters[0].cluster.proxy-url is no address; write http://HOST:PORT (http, https, socks5 can be used)")]
    public void Refuses_a_cluster(string fields, string message) => AssertRefused(folder.WriteKubeConfig(cluster: fields), message);

    [Theory]
    [InlineData("server.example:6443")]
    [InlineData("ftp://server.example")]
    [InlineData("https://server.example/?a=b")]
    [InlineData("/etc/passwd")]
    public void Refuses_a_server_that_is_no_address(string server)
    {
        var path = folder.WriteKubeConfig();
        File.WriteAllText(path, File.ReadAllText(path).Replace("https://main.example:6443", server, StringComparison.Ordinal));

        AssertRefused(path, "clusters[0].cluster.server is no address; write https://HOST:PORT");
    }

    [Theory]
    [InlineData("auth-provider: { name: gcp, config: { access-token: hidden } }", "auth-provider was removed from Kubernetes in 1.26; use an exec plugin instead")]
    [InlineData("token: hidden, as: root", "users[0].user.as is not supported")]
    [InlineData("token: hidden, as-groups: ['system:masters']", "users[0].user.as-groups is not supported")]
    [InlineData("token: hidden, username: alice, password: hidden", "users[0].user.username is given beside token; remove one")]
    [InlineData("token: hidden, exec: { command: x }", "users[0].user.exec is given beside token; remove one")]
    [InlineData("username: alice", "users[0].user.password is missing; username needs it")]
    [InlineData("password: hidden", "users[0].user.username is missing; password needs it")]
    [InlineData("token: 'hid den'", "users[0].user.token is empty, or holds spaces")]
    [InlineData("token: 123454321", "users[0].user.token is a number, expected a string; put it in quotes")]
    [InlineData("token: 0123454321", "users[0].user.token cannot be read as it is written; write it once, and text in double quotes")]
    [InlineData("exec: { command: x, args: [0123454321] }", "users[0].user.exec.args[0] cannot be read as it is written; write it once, and text in double quotes")]
    [InlineData("client-certificate: a.pem", "users[0].user.client-key is missing; client-certificate needs it")]
    [InlineData("client-key-data: aGlkZGVu", "users[0].user.client-certificate is missing; client-key needs it")]
    [InlineData("client-key: a.pem, client-key-data: aGlkZGVu", "users[0].user.client-key is given beside client-key-data; remove one")]
    [InlineData("client-certificate-data: aGlkZGVu, client-key-data: aGlkZGVu", "users[0].user.client-certificate-data cannot be used: the client certificate and its key cannot be used")]
    [InlineData("exec: { command: x }", "users[0].user.exec.apiVersion is \"\", expected client.authentication.k8s.io/v1 or")]
    [InlineData("exec: { command: x, apiVersion: client.authentication.k8s.io/v1alpha1 }", "update the plugin and its entry")]
    [InlineData("exec: { apiVersion: client.authentication.k8s.io/v1 }", "users[0].user.exec.command is missing; name the program")]
    [InlineData("exec: { apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always }", "there is no terminal to ask at")]
    [InlineData("exec: { apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Maybe }", "is Maybe, expected Never or IfAvailable")]
    [InlineData("exec: { apiVersion: client.authentication.k8s.io/v1, command: x, args: [1] }", "users[0].user.exec.args[0] is a number, expected a string")]
    [InlineData("exec: { apiVersion: client.authentication.k8s.io/v1, command: x, env: [{ value: hidden }] }", "users[0].user.exec.env[0].name is missing")]
    public void Refuses_a_user_and_shows_no_secret(string fields, string message)
    {
        var shown = AssertRefused(folder.WriteKubeConfig(fields), message);

        Assert.DoesNotContain("hidden", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("aGlkZGVu", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("123454321", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: [", "not valid YAML")]
    [InlineData("- a\n- b", "the document is a list")]
    [InlineData("apiVersion: v1", "kind is missing")]
    [InlineData("apiVersion: v1\nkind: Config\n---\napiVersion: v1\nkind: Config", "holds 2 documents, expected one; list several files in KUBECONFIG instead")]
    public void Refuses_bad_YAML(string text, string message)
    {
        var path = folder.Write("config", text);

        Assert.Contains(path, AssertRefused(path, message), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_file_above_one_mebibyte() =>
        AssertRefused(folder.WriteKubeConfig($"token: {new string('x', 1 << 20)}"), "at most 1048576 are read");

    [Fact]
    public async Task Shows_no_secret_when_it_is_printed()
    {
        var configuration = folder.Load(folder.WriteKubeConfig("token: s3cret", "proxy-url: 'http://user:s3cret@proxy:1'"));
        var credential = await configuration.Credentials.AskAsync();

        Assert.DoesNotContain("s3cret", $"{configuration} {credential} {configuration.Credentials}", StringComparison.Ordinal);
        Assert.Equal("https://main.example:6443/ (namespace default)", configuration.ToString());
        Assert.Equal("Bearer, no certificate", credential.ToString());
    }

    public void Dispose() => folder.Dispose();

    private string AssertRefused(string path, string message)
    {
        var shown = folder.Refuse(path);
        Assert.Contains(message.Replace("FOLDER", folder.File(), StringComparison.Ordinal), shown, StringComparison.Ordinal);
        return shown;
    }
}
