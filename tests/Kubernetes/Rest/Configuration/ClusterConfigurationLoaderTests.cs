using TextOps.Kubernetes.Rest.Configuration;

namespace TextOps.Kubernetes.Tests.Rest.Configuration;

public sealed class ClusterConfigurationLoaderTests : IDisposable
{
    private readonly ConfigurationFolder folder = new();

    [Fact]
    public void Takes_the_given_file_then_the_variable_then_the_pod_then_the_home_folder()
    {
        var given = folder.WriteKubeConfig(file: "given", name: "given");
        var listed = folder.WriteKubeConfig(file: "listed", name: "listed");
        folder.WriteKubeConfig(file: "home/.kube/config", name: "home");
        Assert.Equal("home.example", folder.Load().Server.Host);

        BeInPod();
        Assert.Equal("10.96.0.1", folder.Load().Server.Host);

        folder.Variables["KUBECONFIG"] = listed;
        Assert.Equal("listed.example", folder.Load().Server.Host);
        Assert.Equal("given.example", folder.Load(given).Server.Host);
    }

    [Fact]
    public void A_broken_source_is_an_error_and_no_reason_to_look_further()
    {
        folder.WriteKubeConfig(file: "home/.kube/config");
        folder.Variables["KUBECONFIG"] = folder.File("absent");

        Assert.Contains($"KUBECONFIG ({folder.File("absent")}) names no file that exists", folder.Refuse(), StringComparison.Ordinal);
        Assert.Contains($"the given kubeconfig ({folder.File("gone")}) names no file", folder.Refuse(folder.File("gone")), StringComparison.Ordinal);
        Assert.Contains("names the folder", folder.Refuse(folder.Home), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_all_that_was_looked_for_where_there_is_nothing()
    {
        Assert.Equal(
            "no cluster is configured: KUBECONFIG is not set, this is no pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set), " +
            $"and {folder.File("home", ".kube", "config")} does not exist; give the path of a kubeconfig or set KUBECONFIG to it",
            folder.Refuse());

        BeInPod();
        File.Delete(folder.File("serviceaccount", "token"));
        Assert.Contains("this pod has no service account token", folder.Refuse(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_what_the_kubelet_gives_a_pod()
    {
        using var certificates = new TestCertificates();
        BeInPod();
        folder.Write("serviceaccount/ca.crt", certificates.Authority.ExportCertificatePem());
        folder.Write("serviceaccount/namespace", "textops-system");

        var configuration = folder.Load();

        Assert.Equal(new Uri("https://10.96.0.1:443"), configuration.Server);
        Assert.Equal("textops-system", configuration.Namespace);
        Assert.Equal(certificates.Authority.RawData, Assert.Single(configuration.CertificateAuthority!).RawData);
        Assert.Equal("pod-token", await configuration.Credentials.TokenAsync());
    }

    [Fact]
    public async Task A_pods_token_is_read_again_when_the_kubelet_has_replaced_it()
    {
        BeInPod();
        var credentials = folder.Load().Credentials;
        Assert.Equal("pod-token", await credentials.TokenAsync());

        folder.Write("serviceaccount/token", "next");
        folder.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("next", await credentials.TokenAsync());
    }

    [Fact]
    public void An_IPv6_host_of_a_pod_gets_brackets()
    {
        BeInPod("fd00::1");

        Assert.Equal(new Uri("https://[fd00::1]:443/"), folder.Load().Server);
    }

    [Fact]
    public void A_pod_may_have_a_token_alone()
    {
        BeInPod();

        var configuration = folder.Load();

        Assert.Null(configuration.CertificateAuthority);
        Assert.Equal("default", configuration.Namespace);
    }

    [Fact]
    public void A_pods_authority_that_is_no_PEM_is_refused()
    {
        BeInPod();
        folder.Write("serviceaccount/ca.crt", "nonsense");

        Assert.Contains("-----BEGIN CERTIFICATE-----", folder.Refuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_means_a_kubeconfig_even_in_a_pod()
    {
        BeInPod();
        Assert.Contains("the context main was asked for in a pod", folder.Refuse(context: "main"), StringComparison.Ordinal);

        folder.WriteKubeConfig(file: "home/.kube/config");
        Assert.Equal("main.example", folder.Load(context: "main").Server.Host);
    }

    [Fact]
    public void The_namespace_is_the_given_one_or_the_contexts_or_default()
    {
        var plain = folder.WriteKubeConfig();
        var named = folder.Write("named", File.ReadAllText(plain).Replace("cluster: main,", "cluster: main, namespace: team,", StringComparison.Ordinal));

        Assert.Equal("default", folder.Load(plain).Namespace);
        Assert.Equal("team", folder.Load(named).Namespace);
        Assert.Equal("team", folder.Load(new ClusterConfigurationOptions { KubeConfig = named, Context = "", Namespace = "" }).Namespace);
        Assert.Equal("mine", folder.Load(new ClusterConfigurationOptions { KubeConfig = named, Namespace = "mine" }).Namespace);
    }

    [Fact]
    public async Task Of_several_files_the_first_that_has_an_entry_decides()
    {
        var first = folder.WriteKubeConfig("token: first", file: "first", name: "shared");
        var second = folder.WriteKubeConfig("token: second, client-certificate: x", "tls-server-name: api", file: "second", name: "shared");
        var third = folder.WriteKubeConfig("token: third", file: "third", name: "other");
        folder.Variables["KUBECONFIG"] = string.Join(':', folder.File("absent"), first, second, third, "");

        var shared = folder.Load();
        Assert.Null(shared.TlsServerName);
        Assert.Equal("first", await shared.Credentials.TokenAsync());

        var other = folder.Load(context: "other");
        Assert.Equal("other.example", other.Server.Host);
        Assert.Equal("third", await other.Credentials.TokenAsync());
    }

    [Fact]
    public async Task A_context_may_join_entries_of_several_files()
    {
        var contexts = folder.Write("contexts", """
            apiVersion: v1
            kind: Config
            current-context: ""
            clusters: null
            contexts: [{ name: joined, context: { cluster: one, user: two } }]
            """);
        var one = folder.WriteKubeConfig("token: of-one", file: "one", name: "one");
        var two = folder.WriteKubeConfig("token: of-two", file: "two", name: "two");

        var joined = folder.Load(string.Join(':', contexts, one, two), "joined");

        Assert.Equal("one.example", joined.Server.Host);
        Assert.Equal("of-two", await joined.Credentials.TokenAsync());
        Assert.Equal("one.example", folder.Load(string.Join(':', contexts, one, two)).Server.Host);
    }

    [Fact]
    public async Task Relative_paths_are_relative_to_the_file_that_has_them()
    {
        using var certificates = new TestCertificates();
        folder.Write("team/pki/ca.pem", certificates.Authority.ExportCertificatePem());
        folder.Write("team/secrets/token", "found\n");
        var first = folder.WriteKubeConfig(file: "first", name: "first");
        var team = folder.WriteKubeConfig("tokenFile: secrets/token", "certificate-authority: ./pki/ca.pem", file: "team/config", name: "team");

        var configuration = folder.Load($"{first}:{team}", "team");

        Assert.Single(configuration.CertificateAuthority!);
        Assert.Equal("found", await configuration.Credentials.TokenAsync());
    }

    [Fact]
    public void An_empty_file_counts_as_one_that_says_nothing()
    {
        var empty = folder.Write("empty", "");

        Assert.Equal("main.example", folder.Load($"{empty}:{folder.WriteKubeConfig()}").Server.Host);
        Assert.Contains("current-context is not set", folder.Refuse(empty), StringComparison.Ordinal);
        Assert.Contains("current-context is not set", folder.Refuse("/dev/null"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_of_this_process_is_what_a_program_starts_with()
    {
        var environment = ClusterEnvironment.Current();

        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), environment.Variables["PATH"]);
        Assert.Equal("/var/run/secrets/kubernetes.io/serviceaccount", environment.ServiceAccountFolder);
        Assert.True(Path.IsPathRooted(environment.Home));
    }

    public void Dispose() => folder.Dispose();

    private void BeInPod(string host = "10.96.0.1")
    {
        folder.Variables["KUBERNETES_SERVICE_HOST"] = host;
        folder.Variables["KUBERNETES_SERVICE_PORT"] = "443";
        folder.Write("serviceaccount/token", "pod-token\n");
    }
}
