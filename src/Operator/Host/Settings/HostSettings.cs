using System.CommandLine;
using Microsoft.Extensions.Logging;
using TextOps.Hosting.Http;
using TextOps.Operator.Host.Logging;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Host.Settings;

/// <summary>All that the program may be told, and how it becomes <see cref="HostOptions"/>.</summary>
internal sealed class HostSettings
{
    private const int MaxWorkers = 256;
    private const int MaxCalls = 10_000;

    private static readonly OperatorOptions Shipped = new();

    private readonly Setting<string?> kubeConfig = new(SettingText.Some)
    {
        Name = "--kubeconfig",
        HelpName = "FILE",
        Description = "Kubeconfig of the cluster, or several separated by ':'.",
        DefaultText = "KUBECONFIG, then the pod's service account, then ~/.kube/config",
        Default = null,
    };

    private readonly Setting<string?> context = new(SettingText.Some)
    {
        Name = "--context",
        Variable = "TEXTOPS_CONTEXT",
        HelpName = "NAME",
        Description = "Context of the kubeconfig.",
        DefaultText = "its current one",
        Default = null,
    };

    private readonly Setting<IReadOnlyList<string>> watchNamespaces = new(SettingText.Namespaces)
    {
        Name = "--watch-namespaces",
        Variable = "TEXTOPS_WATCH_NAMESPACES",
        HelpName = "NAME,…",
        Description = "Namespaces whose objects are kept; the operator then needs no rights outside them.",
        DefaultText = "all",
        Default = [],
    };

    private readonly Setting<string> runnerImage = new(SettingText.Image)
    {
        Name = "--runner-image",
        Variable = "TEXTOPS_RUNNER_IMAGE",
        HelpName = "IMAGE",
        Description = "Runner image of objects that name none.",
        DefaultText = Shipped.RunnerImage,
        Default = Shipped.RunnerImage,
    };

    private readonly Setting<IReadOnlyList<string>?> allowedImages = new(SettingText.ImagePrefixes)
    {
        Name = "--allowed-images",
        Variable = "TEXTOPS_ALLOWED_IMAGES",
        HelpName = "PREFIX,…",
        Description = "Runner images that objects may name: those that are a prefix or lie below it (registry/team covers registry/team/runner:1 but not registry/team-b); "
            + "* alone for any. The runner image itself may always be named.",
        DefaultText = "the repository of the runner image",
        Default = null,
    };

    private readonly Setting<IReadOnlyList<string>> allowedServiceAccounts = new(SettingText.ServiceAccounts)
    {
        Name = "--allowed-service-accounts",
        Variable = "TEXTOPS_ALLOWED_SERVICE_ACCOUNTS",
        HelpName = "NAME,…",
        Description = "Service accounts that runners may have; name 'default' too where objects may leave it out.",
        DefaultText = "any account of the object's namespace",
        Default = [],
    };

    private readonly Setting<string?> store = new(SettingText.Store)
    {
        Name = "--store",
        Variable = "TEXTOPS_STORE",
        HelpName = "URI",
        Description = "Store of objects that name none: s3://bucket/prefix, or file:///… below a claim that runners mount.",
        DefaultText = "none: objects must name theirs",
        Default = null,
    };

    private readonly Setting<int> workers = new(text => SettingText.Whole(text, 1, MaxWorkers))
    {
        Name = "--workers",
        Variable = "TEXTOPS_WORKERS",
        HelpName = "N",
        Description = "How many objects of a kind are worked on at once.",
        DefaultText = "4",
        Default = 4,
    };

    private readonly Setting<double> callsPerSecond = new(text => SettingText.Number(text, MaxCalls))
    {
        Name = "--qps",
        Variable = "TEXTOPS_QPS",
        HelpName = "N",
        Description = "Calls of the API server per second over a long time.",
        DefaultText = "50",
        Default = 50,
    };

    private readonly Setting<int> burst = new(text => SettingText.Whole(text, 1, MaxCalls))
    {
        Name = "--burst",
        Variable = "TEXTOPS_BURST",
        HelpName = "N",
        Description = "Calls that may come at once after a pause.",
        DefaultText = "100",
        Default = 100,
    };

    private readonly Setting<ListenAddress?> healthAddress = new(SettingText.Address)
    {
        Name = "--health-address",
        Variable = "TEXTOPS_HEALTH_ADDRESS",
        HelpName = "ADDRESS:PORT",
        Description = "Where /healthz and /readyz are served; 0 for nowhere.",
        DefaultText = "0.0.0.0:8081",
        Default = ListenAddress.Parse("0.0.0.0:8081"),
    };

    private readonly Setting<ListenAddress?> metricsAddress = new(SettingText.Address)
    {
        Name = "--metrics-address",
        Variable = "TEXTOPS_METRICS_ADDRESS",
        HelpName = "ADDRESS:PORT",
        Description = "Where /metrics is served; 0 for nowhere.",
        DefaultText = "0.0.0.0:8080",
        Default = ListenAddress.Parse("0.0.0.0:8080"),
    };

    private readonly Setting<bool> leaderElect = new(SettingText.Flag)
    {
        Name = "--leader-elect",
        Variable = "TEXTOPS_LEADER_ELECT",
        HelpName = "true|false",
        Alone = "true",
        Description = "Work only while holding the lease textops-operator, so that of several operators one works and the others stand by.",
        DefaultText = "true",
        Default = true,
    };

    private readonly Setting<string?> leaderElectionNamespace = new(SettingText.Namespace)
    {
        Name = "--leader-election-namespace",
        Variable = "TEXTOPS_LEADER_ELECTION_NAMESPACE",
        HelpName = "NAME",
        Description = "Namespace of the lease.",
        DefaultText = "the pod's, or that of the kubeconfig's context",
        Default = null,
    };

    private readonly Setting<int> grace = new(text => SettingText.Whole(text, 0, 3600))
    {
        Name = "--grace-seconds",
        Variable = "TEXTOPS_GRACE_SECONDS",
        HelpName = "N",
        Description = "How long running passes have to end on SIGTERM before they are cancelled; keep it below the pod's terminationGracePeriodSeconds.",
        DefaultText = "20",
        Default = 20,
    };

    private readonly Setting<LogLevel> logLevel = new(SettingText.OneOf<LogLevel>)
    {
        Name = "--log-level",
        Variable = "TEXTOPS_LOG_LEVEL",
        HelpName = "LEVEL",
        Description = $"The least that is logged: {SettingText.Names<LogLevel>()}.",
        DefaultText = "information",
        Default = LogLevel.Information,
    };

    private readonly Setting<LogFormat> logFormat = new(SettingText.OneOf<LogFormat>)
    {
        Name = "--log-format",
        Variable = "TEXTOPS_LOG_FORMAT",
        HelpName = "FORMAT",
        Description = $"How it is logged to standard output: {SettingText.Names<LogFormat>()}.",
        DefaultText = "json",
        Default = LogFormat.Json,
    };

    /// <summary>All settings, in the order of the help.</summary>
    public IReadOnlyList<Setting> All =>
    [
        kubeConfig, context, watchNamespaces, allowedImages, allowedServiceAccounts, runnerImage, store, workers, callsPerSecond, burst, healthAddress, metricsAddress,
        leaderElect, leaderElectionNamespace, grace, logLevel, logFormat,
    ];

    /// <summary>Reads all settings.</summary>
    /// <exception cref="ConfigurationException">Some are wrong; all of them are named.</exception>
    public HostOptions Read(ParseResult parsed, IReadOnlyDictionary<string, string> variables)
    {
        var errors = new List<string>();
        var image = runnerImage.Read(parsed, variables, errors);
        var images = allowedImages.Read(parsed, variables, errors);
        var options = new HostOptions
        {
            KubeConfig = kubeConfig.Read(parsed, variables, errors),
            Context = context.Read(parsed, variables, errors),
            WatchNamespaces = watchNamespaces.Read(parsed, variables, errors),
            Operator = Shipped with
            {
                RunnerImage = image,
                AllowedImages = images switch
                {
                    null => [RunnerPolicy.RepositoryOf(image)],
                    [SettingText.AnyImage] => null,
                    _ => images,
                },
                AllowedServiceAccounts = allowedServiceAccounts.Read(parsed, variables, errors),
                DefaultStore = store.Read(parsed, variables, errors),
            },
            Workers = workers.Read(parsed, variables, errors),
            CallsPerSecond = callsPerSecond.Read(parsed, variables, errors),
            Burst = burst.Read(parsed, variables, errors),
            HealthAddress = healthAddress.Read(parsed, variables, errors),
            MetricsAddress = metricsAddress.Read(parsed, variables, errors),
            LeaderElect = leaderElect.Read(parsed, variables, errors),
            LeaderElectionNamespace = leaderElectionNamespace.Read(parsed, variables, errors),
            Grace = TimeSpan.FromSeconds(grace.Read(parsed, variables, errors)),
            LogLevel = logLevel.Read(parsed, variables, errors),
            LogFormat = logFormat.Read(parsed, variables, errors),
        };
        return errors.Count == 0 ? options : throw new ConfigurationException(string.Join("; ", errors));
    }
}
