using System.Text.Json.Nodes;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Rest.Configuration;

public sealed class ExecCredentialsTests : IDisposable
{
    private const string V1 = "client.authentication.k8s.io/v1";
    private readonly ConfigurationFolder folder = new();

    [Theory]
    [InlineData(V1)]
    [InlineData("client.authentication.k8s.io/v1beta1")]
    public async Task Gives_the_token_of_the_plugin(string version)
    {
        var credentials = Plugin(Answer("\"token\": \"t-1\"", version), $"apiVersion: {version}");

        Assert.Equal("Bearer t-1", (await credentials.AskAsync()).Authorization?.ToString());
    }

    [Fact]
    public async Task Gives_the_certificate_of_the_plugin_before_the_users_own()
    {
        using var certificates = new TestCertificates();
        var (certificate, key) = certificates.Issue("of-plugin", "RSA PRIVATE KEY");
        var (ownCertificate, ownKey) = certificates.Issue("own");
        var pair = new JsonObject { ["clientCertificateData"] = certificate, ["clientKeyData"] = key }.ToJsonString()[1..^1];
        var own = $", client-certificate-data: {ConfigurationFolder.Base64(ownCertificate)}, client-key-data: {ConfigurationFolder.Base64(ownKey)}";

        Assert.Equal("CN=of-plugin", (await Plugin(Answer(pair)).AskAsync()).ClientCertificate?.Subject);
        Assert.Equal("CN=of-plugin", (await Plugin(Answer(pair), user: own).AskAsync()).ClientCertificate?.Subject);

        var both = await Plugin(Answer("\"token\": \"t-1\""), user: own).AskAsync();
        Assert.Equal("CN=own", both.ClientCertificate?.Subject);
        Assert.Equal("t-1", both.Authorization?.Parameter);
    }

    [Theory]
    [InlineData(3600, 3540, "a minute before the end")]
    [InlineData(100, 80, "after four fifths of a short life")]
    public async Task Asks_again_shortly_before_the_credentials_expire(int lifeSeconds, int askedAgainAfter, string narrative)
    {
        var end = folder.Time.GetUtcNow().AddSeconds(lifeSeconds);
        var credentials = Plugin(Answer($"\"token\": \"t-'$run'\", \"expirationTimestamp\": \"{end:yyyy-MM-dd'T'HH:mm:ss'Z'}\""));
        var first = await credentials.AskAsync();

        folder.Time.Advance(TimeSpan.FromSeconds(askedAgainAfter - 1));
        Assert.Same(first, await credentials.AskAsync());

        folder.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await credentials.TokenAsync() == "t-2", narrative);
    }

    [Fact]
    public async Task A_certificate_is_renewed_before_it_ends_even_where_the_plugin_does_not_say_so()
    {
        using var certificates = new TestCertificates();
        var (certificate, key) = certificates.Issue("short", end: folder.Time.GetUtcNow().AddHours(1));
        var credentials = Plugin(Answer(new JsonObject { ["clientCertificateData"] = certificate, ["clientKeyData"] = key }.ToJsonString()[1..^1]));
        var first = await credentials.AskAsync();

        folder.Time.Advance(TimeSpan.FromMinutes(58));
        Assert.Same(first, await credentials.AskAsync());
        folder.Time.Advance(TimeSpan.FromMinutes(1));
        await credentials.AskAsync();

        Assert.Equal(2, Runs);
    }

    [Fact]
    public async Task Asks_again_for_the_credential_that_was_refused_and_not_for_an_older_one()
    {
        var credentials = Plugin(Answer("\"token\": \"t-'$run'\""));
        var first = await credentials.AskAsync();
        folder.Time.Advance(TimeSpan.FromDays(365));
        Assert.Same(first, await credentials.AskAsync());

        var second = await credentials.AskAsync(refused: first);
        Assert.Equal("t-2", second.Authorization?.Parameter);
        Assert.Same(second, await credentials.AskAsync(refused: first));
        Assert.Equal(2, Runs);
    }

    [Fact]
    public async Task Many_callers_wait_for_one_run_and_one_who_leaves_does_not_stop_it()
    {
        using var impatient = new CancellationTokenSource();
        var credentials = Plugin($"while [ ! -e {folder.File("go")} ]; do sleep 0.01; done\n{Answer("\"token\": \"t-'$run'\"")}");
        var leaver = credentials.AskAsync(cancellationToken: impatient.Token);
        var callers = Enumerable.Range(0, 50).Select(_ => credentials.AskAsync()).ToList();

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        folder.Write("go", "");

        var given = await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("t-1", Assert.Single(given.Distinct()).Authorization?.Parameter);
        Assert.Equal(1, Runs);
    }

    [Fact]
    public async Task Nobody_gets_a_refused_credential_while_the_next_is_under_way()
    {
        var credentials = Plugin($"while [ $run = 2 ] && [ ! -e {folder.File("go")} ]; do sleep 0.01; done\n{Answer("\"token\": \"t-'$run'\"")}");
        var first = await credentials.AskAsync();

        var refused = credentials.AskAsync(first);
        var other = credentials.AskAsync();
        Assert.False(other.IsCompleted);
        folder.Write("go", "");

        Assert.Same(await refused, await other);
        Assert.Equal("t-2", (await other).Authorization?.Parameter);
    }

    [Fact]
    public async Task A_failed_run_is_told_and_the_next_caller_runs_it_again()
    {
        var credentials = Plugin($"if [ $run = 1 ]; then printf 'no \\033[31mlogin\\nrun: aws sso login' >&2; exit 3; fi\n{Answer("\"token\": \"t-'$run'\"")}");

        Assert.Equal(
            $"user main in {folder.File("config")}: the exec plugin /bin/sh failed with exit code 3: no  [31mlogin run: aws sso login",
            await credentials.RefuseAsync());
        Assert.Equal("t-2", await credentials.TokenAsync());
    }

    [Fact]
    public async Task Shows_at_most_a_kibibyte_of_what_a_failing_plugin_says()
    {
        var message = await Plugin("head -c 300000 /dev/zero | tr '\\0' x >&2; exit 1").RefuseAsync();

        Assert.EndsWith("xxx…", message, StringComparison.Ordinal);
        Assert.Equal(1024 - 3, message.Split(": ")[^1].Count(letter => letter == 'x'));
    }

    [Fact]
    public async Task A_plugin_that_does_not_end_is_stopped_after_a_minute()
    {
        var asking = Plugin($"echo $$ > {folder.File("pid")}; sleep 600").AskAsync();
        await Eventually.HoldsAsync("the plugin runs", () => File.Exists(folder.File("pid")) && File.ReadAllText(folder.File("pid")).EndsWith('\n'));

        folder.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(asking.IsCompleted);
        folder.Time.Advance(TimeSpan.FromSeconds(1));

        var error = await Assert.ThrowsAsync<CredentialException>(() => asking.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("did not end in time and was stopped", error.Message, StringComparison.Ordinal);
        var process = $"/proc/{File.ReadAllText(folder.File("pid")).Trim()}";
        await Eventually.HoldsAsync("the plugin is gone", () => !Directory.Exists(process));
    }

    [Fact]
    public async Task A_plugin_that_does_not_stop_writing_is_stopped() =>
        Assert.Contains("wrote more than 1048576 bytes", await Plugin("exec yes").RefuseAsync(), StringComparison.Ordinal);

    [Theory]
    [InlineData("echo hidden", "wrote no ExecCredential as JSON to standard output (line 1, $)")]
    [InlineData("", "wrote no ExecCredential as JSON")]
    [InlineData("echo null", "answered with kind (no name), apiVersion (no name); expected ExecCredential, client.authentication.k8s.io/v1")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"hidden"}}'""",
        "apiVersion client.authentication.k8s.io/v1beta1; expected ExecCredential, client.authentication.k8s.io/v1: make")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}'""", "answered without status")]
    [InlineData("STATUS", "answered without a token and without a client certificate")]
    [InlineData("STATUS\"token\":\"hidden\\n\"", "answered with a status.token that holds spaces")]
    [InlineData("STATUS\"token\":[\"hidden\"]", "(line 1, $.status.token)")]
    [InlineData("STATUS\"token\":\"hidden\",\"expirationTimestamp\":\"hidden\"", "(line 1, $.status.expirationTimestamp)")]
    [InlineData("STATUS\"token\":\"hidden\",\"expirationTimestamp\":\"2026-03-01T11:59:59Z\"", "credentials that expired at 2026-03-01T11:59:59Z, it is 2026-03-01T12:00:00Z")]
    [InlineData("STATUS\"clientKeyData\":\"hidden\"", "one of status.clientCertificateData and status.clientKeyData; it must give both")]
    [InlineData("STATUS\"clientCertificateData\":\"hidden\",\"clientKeyData\":\"hidden\"", "answered with a client certificate that cannot be used")]
    public async Task An_answer_that_is_none_is_refused_and_not_shown(string script, string message)
    {
        var credentials = Plugin(script.StartsWith("STATUS", StringComparison.Ordinal) ? Answer(script["STATUS".Length..]) : script);

        var error = await Assert.ThrowsAsync<CredentialException>(() => credentials.AskAsync());

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_command_is_told_with_the_hint_how_to_install_it()
    {
        var credentials = folder.User($"exec: {{ apiVersion: {V1}, command: no-such-plugin, installHint: \"get it:\\n example.com\" }}");
        Assert.Equal($"user main in {folder.File("config")}: the exec plugin no-such-plugin is not in PATH; get it:  example.com", await credentials.RefuseAsync());

        credentials = folder.User($"exec: {{ apiVersion: {V1}, command: bin/none }}");
        Assert.Contains($"bin/none is not there: {folder.File("bin", "none")} does not exist; install it, or correct command", await credentials.RefuseAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_with_a_slash_is_relative_to_the_kubeconfig_and_one_without_is_in_PATH()
    {
        // Links to the shell: a program that was just written cannot be started while another child process holds its file open.
        Link("bin/relative");
        Link("path/searched");
        folder.Write("first/searched", "not executable");
        folder.Variables["PATH"] = $".::{folder.File("first")}:{folder.File("path")}:/usr/bin:/bin";

        Assert.Equal("t-1", await folder.User(Exec(Answer("\"token\": \"t-'$run'\""), "command: ./bin/relative")).TokenAsync());
        Assert.Equal("t-2", await folder.User(Exec(Answer("\"token\": \"t-'$run'\""), "command: searched")).TokenAsync());
    }

    [Fact]
    public async Task A_command_that_cannot_be_started_is_refused()
    {
        folder.Write("plugin", "no program");

        Assert.Contains("the exec plugin ./plugin cannot be started: ", await folder.User($"exec: {{ apiVersion: {V1}, command: ./plugin }}").RefuseAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plugin_gets_arguments_variables_and_word_of_the_cluster()
    {
        using var certificates = new TestCertificates();
        folder.Variables["INHERITED"] = "yes";
        folder.Variables["REPLACED"] = "no";
        var authority = certificates.Authority.ExportCertificatePem();
        var script = $"echo \"$KUBERNETES_EXEC_INFO\" > {folder.File("info")}\necho \"$1,$2,$INHERITED,$REPLACED,$(cat | wc -c)\" > {folder.File("seen")}\n{Answer("\"token\": \"t\"")}";
        var path = folder.WriteKubeConfig(
            Exec(script, "provideClusterInfo: true, env: [{ name: REPLACED, value: 'with $HOME' }]", ", 'a b', '$(c)'"),
            $"certificate-authority-data: {ConfigurationFolder.Base64(authority)}, tls-server-name: api, " +
            "extensions: [{ name: client.authentication.k8s.io/exec, extension: { audience: prod } }]");

        Assert.Equal("t", await folder.Load(path).Credentials.TokenAsync());

        Assert.Equal("a b,$(c),yes,with $HOME,0\n", File.ReadAllText(folder.File("seen")));
        Assert.True(JsonNode.DeepEquals(
            new JsonObject
            {
                ["kind"] = "ExecCredential",
                ["apiVersion"] = V1,
                ["spec"] = new JsonObject
                {
                    ["interactive"] = false,
                    ["cluster"] = new JsonObject
                    {
                        ["server"] = "https://main.example:6443",
                        ["tls-server-name"] = "api",
                        ["certificate-authority-data"] = ConfigurationFolder.Base64(authority),
                        ["config"] = new JsonObject { ["audience"] = "prod" },
                    },
                },
            },
            JsonNode.Parse(File.ReadAllText(folder.File("info")))), File.ReadAllText(folder.File("info")));
    }

    [Fact]
    public async Task Without_provideClusterInfo_the_plugin_learns_nothing_of_the_cluster()
    {
        await Plugin($"echo \"$KUBERNETES_EXEC_INFO\" > {folder.File("info")}\n{Answer("\"token\": \"t\"")}").AskAsync();

        Assert.Equal($$$"""{"kind":"ExecCredential","apiVersion":"{{{V1}}}","spec":{"interactive":false}}""" + "\n", File.ReadAllText(folder.File("info")));
    }

    public void Dispose() => folder.Dispose();

    private int Runs => File.ReadAllLines(folder.File("runs")).Length;

    // A shell command that prints an ExecCredential; '$run' in the status is the number of the run.
    private static string Answer(string status, string version = V1) =>
        $"printf '%s' '{{\"kind\": \"ExecCredential\", \"apiVersion\": \"{version}\", \"status\": {{{status}}}}}'";

    private ICredentialSource Plugin(string script, string fields = "interactiveMode: Never", string user = "") => folder.User(Exec(script, fields) + user);

    // The field exec for a script; fields replace those that it would have.
    private string Exec(string script, string fields, string arguments = "")
    {
        var file = folder.Write("plugin.sh", $"echo run >> {folder.File("runs")}\nrun=$(wc -l < {folder.File("runs")} | tr -d ' ')\n{script}\n");
        var missing = new[] { $"apiVersion: {V1}", "command: /bin/sh" }.Where(field => !fields.Contains(field.Split(' ')[0], StringComparison.Ordinal));
        return $"exec: {{ {string.Join(", ", [.. missing, fields])}, args: [{file}{arguments}] }}";
    }

    private void Link(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        File.CreateSymbolicLink(folder.File(name), "/bin/sh");
    }
}
