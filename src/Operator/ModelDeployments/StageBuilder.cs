using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.ModelDeployments;

/// <summary>Renders the children of one stage: Deployment, Service, PodDisruptionBudget, and the task of its pods.</summary>
internal sealed class StageBuilder(ModelDeploymentSnapshot seen, Stage stage)
{
    private const int RevisionHistory = 2;
    private const int ShortestGrace = 30;

    private ModelDeployment Owner => seen.Object;

    private RunnerSpec Runner => seen.Spec.Runner;

    /// <summary>Name of Deployment, Service and PodDisruptionBudget.</summary>
    public string Name => $"{Owner.Metadata.Name}-{stage.Name}";

    /// <summary>Where the stage is reached: what somebody wrote to its Service, else its name in the cluster.</summary>
    public string Url(V1Service? service) =>
        service?.Metadata.Annotations?.GetValueOrDefault(ApiGroup.UrlAnnotation) is { Length: > 0 } url
            ? url.TrimEnd('/')
            : $"http://{Name}.{Owner.Metadata.Namespace}.svc:{ServePorts.Http}";

    /// <summary>What pods of <paramref name="version"/> are told.</summary>
    public V1ConfigMap Task(StageVersion version)
    {
        var document = new ServeTask
        {
            Owner = DeploymentTask.Owner(seen),
            RunId = DeploymentTask.Id("serve", new JsonObject { ["stage"] = stage.Name, ["version"] = version.Version, ["digest"] = version.Digest }),
            Output = DeploymentTask.Output(seen),
            Stage = stage.Name,
            Version = VersionNumber.ParseLoose(version.Version) ?? throw new ArgumentException($"{version.Version} is no version", nameof(version)),
            Digest = version.Digest,
            Serving = seen.Spec.Serving,
            PredictionLog = seen.Spec.Monitoring.PredictionLog is { } log ? log with { Uri = log.Uri ?? seen.Store } : null,
        };
        return RunnerPod.ConfigMap(Owner, document, Labels());
    }

    /// <summary>The Deployment that <paramref name="memory"/> describes, and that remembers it.</summary>
    public V1Deployment Deployment(StageMemory memory) => new()
    {
        Metadata = Metadata(Labels(memory.Current)) with
        {
            Annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { [ApiGroup.StageAnnotation] = JsonSerializer.Serialize(memory, Json.Objects) },
        },
        Spec = new V1DeploymentSpec
        {
            Replicas = stage.Replicas,
            Selector = new V1LabelSelector { MatchLabels = Selector },
            Strategy = Strategy,
            ProgressDeadlineSeconds = stage.ProgressDeadlineSeconds,
            RevisionHistoryLimit = RevisionHistory,
            Template = Marked(Template(memory), memory.Template),
        },
    };

    /// <summary>The Service.</summary>
    public V1Service Service() => new()
    {
        Metadata = Metadata(Labels()),
        Spec = new V1ServiceSpec
        {
            Selector = Selector,
            Ports = [new V1ServicePort { Name = "http", Port = ServePorts.Http, TargetPort = ServePorts.Http, Protocol = "TCP" }],
        },
    };

    /// <summary>The PodDisruptionBudget.</summary>
    public V1PodDisruptionBudget Budget() => new()
    {
        Metadata = Metadata(Labels()),
        Spec = new V1PodDisruptionBudgetSpec { Selector = new V1LabelSelector { MatchLabels = Selector }, MaxUnavailable = 1 },
    };

    /// <summary>
    /// <paramref name="memory"/> with what follows from its template: where that is another one than before, it is rolled out now, and the ConfigMap of the pods that are there is
    /// kept in mind until they are gone.
    /// </summary>
    public StageMemory WithTemplate(StageMemory memory, V1Deployment? live, StageMemory? before, DateTimeOffset now)
    {
        var hash = ModelDeploymentSnapshot.Hash(new JsonObject { ["template"] = JsonSerializer.SerializeToNode(Template(memory), Json.Objects), ["retried"] = memory.Retried });
        if (before?.Template == hash)
        {
            return memory with { Template = hash, Since = before.Since, Superseded = before.Superseded };
        }

        var task = Task(memory.Current).Metadata.Name;
        var superseded = (before?.Superseded ?? []).Append(ConfigMapOf(live)).OfType<string>().Where(name => name != task).Distinct(StringComparer.Ordinal).ToList();
        return memory with { Template = hash, Since = now, Superseded = superseded.Count > 0 ? superseded : null };
    }

    /// <summary>The ConfigMap that the pods of <paramref name="deployment"/> read; null where there is none.</summary>
    public static string? ConfigMapOf(V1Deployment? deployment) => deployment?.Spec.Template.Spec.Volumes?.FirstOrDefault(volume => volume.ConfigMap is not null)?.ConfigMap?.Name;

    /// <summary>Runner settings of a task: those of the pods that serve, without devices, which a task has no use for.</summary>
    public static RunnerSpec TaskRunner(ModelDeploymentSpec spec, string part) => spec.Runner with
    {
        Resources = spec.Runner.Resources is { } resources ? resources with { Requests = WithoutDevices(resources.Requests), Limits = WithoutDevices(resources.Limits) } : null,
        Env = part == TaskParts.Gate ? [.. Token(spec), .. spec.Runner.Env ?? []] : spec.Runner.Env,
    };

    private SortedDictionary<string, string> Selector => new(StringComparer.Ordinal)
    {
        [ApiGroup.KindLabel] = OwnerKey.Of(Owner).Kind,
        [ApiGroup.NameLabel] = Owner.Metadata.Name!,
        [ApiGroup.StageLabel] = stage.Name,
    };

    // Where pods ask for a device an old one goes first: there may be no second device.
    private V1DeploymentStrategy Strategy => stage.Strategy.Type == RolloutType.Recreate
        ? new V1DeploymentStrategy { Type = "Recreate" }
        : new V1DeploymentStrategy { Type = "RollingUpdate", RollingUpdate = HasDevices ? new V1RollingUpdate { MaxSurge = 0, MaxUnavailable = 1 } : new V1RollingUpdate { MaxSurge = 1, MaxUnavailable = 0 } };

    private bool HasDevices => (Runner.Resources?.Requests?.Keys ?? []).Concat(Runner.Resources?.Limits?.Keys ?? []).Any(IsDevice);

    private static string ShortDigest(StageVersion version) => version.Digest["sha256:".Length..][..32];

    // The pods' own labels, and with them the selector, do not change: that of a Deployment cannot.
    private SortedDictionary<string, string> Labels(StageVersion? version = null)
    {
        var labels = Selector;
        labels["app.kubernetes.io/managed-by"] = ApiGroup.FieldManager;
        if (version is not null)
        {
            labels[ApiGroup.VersionLabel] = version.Version;
            labels[ApiGroup.DigestLabel] = ShortDigest(version);
        }

        return labels;
    }

    private V1ObjectMeta Metadata(IReadOnlyDictionary<string, string> labels) => new()
    {
        Name = Name,
        Namespace = Owner.Metadata.Namespace,
        Labels = labels,
        OwnerReferences = [OwnerReferences.ToController(Owner)],
    };

    private V1PodTemplateSpec Template(StageMemory memory)
    {
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in Runner.PodAnnotations ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            annotations[key] = value;
        }

        if (Owner.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RolloutAnnotation) is { Length: > 0 } rollout)
        {
            annotations[ApiGroup.RolloutAnnotation] = rollout;
        }

        var image = Runner.Image ?? memory.Image ?? seen.Options.RunnerImage;
        return new V1PodTemplateSpec
        {
            Metadata = new V1ObjectMeta { Labels = RunnerPod.Labels(Runner, Labels(memory.Current)), Annotations = annotations },
            Spec = RunnerPod.Spec(Task(memory.Current).Metadata.Name!, Runner, image, Container()) with
            {
                RestartPolicy = "Always",
                TerminationGracePeriodSeconds = seen.Spec.Serving.DrainSeconds + Math.Max(Runner.TerminationGracePeriodSeconds, ShortestGrace),
            },
        };
    }

    // Pods tell by it which of a stage's templates they are of; and what nothing else of a template tells apart, this does.
    private static V1PodTemplateSpec Marked(V1PodTemplateSpec template, string? hash)
    {
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in template.Metadata!.Annotations!)
        {
            annotations[key] = value;
        }

        annotations[ApiGroup.TemplateAnnotation] = hash ?? "";
        return template with { Metadata = template.Metadata with { Annotations = annotations } };
    }

    private V1Container Container() => new()
    {
        Name = "runner",
        Args = ["serve", "--task", RunnerPod.TaskPath, "--result", RunnerPod.TerminationLog, "--scratch", RunnerPod.Scratch],
        Env = [RunnerPod.PodIP, RunnerPod.OfPod(ServeEnvironment.PodName, "metadata.name"), .. Token(seen.Spec)],
        Ports =
        [
            new V1ContainerPort { Name = "http", ContainerPort = ServePorts.Http, Protocol = "TCP" },
            new V1ContainerPort { Name = "metrics", ContainerPort = ServePorts.Metrics, Protocol = "TCP" },
        ],

        // A model may load for minutes; a pod that is no longer ready is told of within seconds.
        StartupProbe = Probe("/healthz", periodSeconds: 1, failures: 300),
        LivenessProbe = Probe("/healthz", periodSeconds: 10, failures: 3),
        ReadinessProbe = Probe("/readyz", periodSeconds: 2, failures: 2),
    };

    private static V1Probe Probe(string path, int periodSeconds, int failures) =>
        new() { HttpGet = new V1HttpGetAction { Path = path, Port = ServePorts.Metrics }, PeriodSeconds = periodSeconds, TimeoutSeconds = 5, FailureThreshold = failures };

    private static V1EnvVar[] Token(ModelDeploymentSpec spec) => spec.Serving.Access is { } access
        ? [new V1EnvVar { Name = ServeEnvironment.BearerToken, ValueFrom = new V1EnvVarSource { SecretKeyRef = access.BearerTokenSecretRef } }]
        : [];

    // Extended resources are named by a domain: nvidia.com/gpu.
    private static bool IsDevice(string resource) => resource.Contains('/', StringComparison.Ordinal);

    private static IReadOnlyDictionary<string, Quantity>? WithoutDevices(IReadOnlyDictionary<string, Quantity>? resources) =>
        resources?.Where(resource => !IsDevice(resource.Key)).ToDictionary(StringComparer.Ordinal);
}
