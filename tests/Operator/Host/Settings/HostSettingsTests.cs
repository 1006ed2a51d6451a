using System.CommandLine;
using Microsoft.Extensions.Logging;
using TextOps.Operator.Host;
using TextOps.Hosting.Http;
using TextOps.Operator.Host.Logging;
using TextOps.Operator.Host.Settings;

namespace TextOps.Operator.Tests.Host.Settings;

public sealed class HostSettingsTests
{
    [Fact]
    public void Without_options_the_defaults_hold()
    {
        var options = Read();

        Assert.Equal((null, null), (options.KubeConfig, options.Context));
        Assert.Empty(options.WatchNamespaces);
        Assert.Equal("ghcr.io/textops/runner:0.1.0", options.Operator.RunnerImage);
        Assert.Equal(["ghcr.io/textops/runner"], options.Operator.AllowedImages!);
        Assert.Empty(options.Operator.AllowedServiceAccounts);
        Assert.Null(options.Operator.DefaultStore);
        Assert.Equal((4, 50.0, 100), (options.Workers, options.CallsPerSecond, options.Burst));
        Assert.Equal(("0.0.0.0:8081", "0.0.0.0:8080"), (options.HealthAddress?.ToString(), options.MetricsAddress?.ToString()));
        Assert.Equal((true, null), (options.LeaderElect, options.LeaderElectionNamespace));
        Assert.Equal(TimeSpan.FromSeconds(20), options.Grace);
        Assert.Equal((LogLevel.Information, LogFormat.Json), (options.LogLevel, options.LogFormat));
    }

    [Fact]
    public void Each_option_is_read()
    {
        var options = Read(
            "--kubeconfig", "/etc/kube", "--context", "prod", "--watch-namespaces", "team-a, team-b,team-a", "--allowed-images", "registry.example.com:5000/team,quay.io/x",
            "--allowed-service-accounts", "default,embedder", "--runner-image", "registry.example.com:5000/team/runner:2", "--store", "s3://bucket/prefix", "--workers", "8",
            "--qps", "12.5", "--burst", "20", "--health-address", "[::1]:9000", "--metrics-address", "0", "--leader-elect=false", "--leader-election-namespace", "ops",
            "--grace-seconds", "0", "--log-level", "debug", "--log-format", "text");

        Assert.Equal(("/etc/kube", "prod"), (options.KubeConfig, options.Context));
        Assert.Equal(["team-a", "team-b"], options.WatchNamespaces);
        Assert.Equal(["registry.example.com:5000/team", "quay.io/x"], options.Operator.AllowedImages!);
        Assert.Equal(["default", "embedder"], options.Operator.AllowedServiceAccounts);
        Assert.Equal(("registry.example.com:5000/team/runner:2", "s3://bucket/prefix"), (options.Operator.RunnerImage, options.Operator.DefaultStore));
        Assert.Equal((8, 12.5, 20), (options.Workers, options.CallsPerSecond, options.Burst));
        Assert.Equal(("[::1]:9000", null), (options.HealthAddress!.ToString(), options.MetricsAddress));
        Assert.Equal((false, "ops"), (options.LeaderElect, options.LeaderElectionNamespace));
        Assert.Equal(TimeSpan.Zero, options.Grace);
        Assert.Equal((LogLevel.Debug, LogFormat.Text), (options.LogLevel, options.LogFormat));
    }

    [Fact]
    public void A_variable_counts_where_the_option_is_not_given_and_an_empty_one_as_none()
    {
        var variables = new Dictionary<string, string>
        {
            ["TEXTOPS_WORKERS"] = "6",
            ["TEXTOPS_BURST"] = "7",
            ["TEXTOPS_STORE"] = "",
            ["TEXTOPS_LEADER_ELECT"] = "false",
        };

        var options = Read(variables, "--burst", "9");

        Assert.Equal((6, 9, null, false), (options.Workers, options.Burst, options.Operator.DefaultStore, options.LeaderElect));
    }

    [Fact]
    public void The_repository_of_another_runner_image_is_what_objects_may_name()
    {
        Assert.Equal(["registry.example.com/mirror/runner"], Read("--runner-image", "registry.example.com/mirror/runner:3").Operator.AllowedImages!);
    }

    [Fact]
    public void A_star_allows_any_image_and_nothing_allows_only_the_operators_own()
    {
        Assert.Null(Read("--allowed-images", "*").Operator.AllowedImages);
        Assert.Empty(Read("--allowed-images", "").Operator.AllowedImages!);
    }

    [Fact]
    public void A_flag_alone_is_true()
    {
        Assert.True(Read(new Dictionary<string, string> { ["TEXTOPS_LEADER_ELECT"] = "false" }, "--leader-elect").LeaderElect);
    }

    [Theory]
    [InlineData("--kubeconfig", "", "is empty; give a value or leave it out")]
    [InlineData("--context", "", "is empty; give a value or leave it out")]
    [InlineData("--watch-namespaces", "Team_A", "is not the name of a namespace: lower-case letters, digits and -, at most 63")]
    [InlineData("--watch-namespaces", "team-a,-b", "holds '-b', which is not the name of a namespace: lower-case letters, digits and -, at most 63")]
    [InlineData("--allowed-images", "https://registry/team", "is not a prefix of images; write for example registry.example.com/team, without scheme, or * alone for any image")]
    [InlineData("--allowed-images", "quay.io/x,*", "holds '*', which is not a prefix of images; write for example registry.example.com/team, without scheme, or * alone for any image")]
    [InlineData("--allowed-service-accounts", "Admin", "is not the name of a service account: lower-case letters, digits, - and .")]
    [InlineData("--runner-image", "runner image", "is not an image; write for example registry.example.com/textops/runner:0.1.0")]
    [InlineData("--runner-image", "", "is not an image; write for example registry.example.com/textops/runner:0.1.0")]
    [InlineData("--store", "/mnt/store", "is not the URI of a store; write for example s3://bucket/prefix or file:///mnt/store")]
    [InlineData("--store", "https://bucket", "is not the URI of a store; write for example s3://bucket/prefix or file:///mnt/store")]
    [InlineData("--workers", "0", "is not a whole number from 1 to 256")]
    [InlineData("--workers", "many", "is not a whole number from 1 to 256")]
    [InlineData("--workers", "257", "is not a whole number from 1 to 256")]
    [InlineData("--qps", "0", "is not a number above 0 and up to 10000")]
    [InlineData("--qps", "NaN", "is not a number above 0 and up to 10000")]
    [InlineData("--burst", "-1", "is not a whole number from 1 to 10000")]
    [InlineData("--health-address", "8081", "is not ADDRESS:PORT; write for example 0.0.0.0:8080 or [::1]:8080, or 0 to serve nothing")]
    [InlineData("--health-address", "::1:8081", "is not ADDRESS:PORT; write for example 0.0.0.0:8080 or [::1]:8080, or 0 to serve nothing")]
    [InlineData("--metrics-address", "example.com:80", "is not ADDRESS:PORT; write for example 0.0.0.0:8080 or [::1]:8080, or 0 to serve nothing")]
    [InlineData("--metrics-address", "0.0.0.0:65536", "is not ADDRESS:PORT; write for example 0.0.0.0:8080 or [::1]:8080, or 0 to serve nothing")]
    [InlineData("--leader-elect", "yes", "is neither true nor false")]
    [InlineData("--leader-election-namespace", "", "is not the name of a namespace: lower-case letters, digits and -, at most 63")]
    [InlineData("--grace-seconds", "1.5", "is not a whole number from 0 to 3600")]
    [InlineData("--log-level", "loud", "is not one of trace, debug, information, warning, error, critical, none")]
    [InlineData("--log-level", "2", "is not one of trace, debug, information, warning, error, critical, none")]
    [InlineData("--log-format", "xml", "is not one of json, text")]
    public void A_bad_value_is_refused_with_its_source_and_the_fix(string option, string value, string problem)
    {
        var byOption = Assert.Throws<ConfigurationException>(() => value.Length == 0 ? Read(option, value) : Read($"{option}={value}"));
        Assert.Equal($"{option} '{value}' {problem}", byOption.Message);

        if (new HostSettings().All.Single(setting => setting.Name == option).Variable is { } variable && value.Length > 0)
        {
            var byVariable = Assert.Throws<ConfigurationException>(() => Read(new Dictionary<string, string> { [variable] = value }));
            Assert.Equal($"{variable} '{value}' {problem}", byVariable.Message);
        }
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        var problem = Assert.Throws<ConfigurationException>(() => Read("--workers", "0", "--log-format", "xml"));

        Assert.Equal("--workers '0' is not a whole number from 1 to 256; --log-format 'xml' is not one of json, text", problem.Message);
    }

    [Theory]
    [InlineData("all addresses", ":8080", ":8080")]
    [InlineData("all of IPv4", "0.0.0.0:8080", "0.0.0.0:8080")]
    [InlineData("all of IPv6", "[::]:8080", "[::]:8080")]
    [InlineData("this machine", "localhost:0", "127.0.0.1:0")]
    [InlineData("a number that is no address", "127:80", null)]
    [InlineData("no port", "0.0.0.0:", null)]
    [InlineData("a port that is no number", "0.0.0.0:http", null)]
    [InlineData("brackets around nothing", "[]:80", null)]
    public void Addresses_have_a_port(string narrative, string text, string? address)
    {
        Assert.True(ListenAddress.Parse(text)?.ToString() == address, narrative);
    }

    private static HostOptions Read(params string[] args) => Read(new Dictionary<string, string>(), args);

    private static HostOptions Read(IReadOnlyDictionary<string, string> variables, params string[] args)
    {
        var settings = new HostSettings();
        var root = new RootCommand();
        foreach (var setting in settings.All)
        {
            root.Options.Add(setting.Option);
        }

        var parsed = root.Parse(args);
        Assert.Empty(parsed.Errors);
        return settings.Read(parsed, variables);
    }
}
