using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Tasks;

/// <summary>A task that is to be started: which part of which run, which attempt, and what the runner is told.</summary>
public sealed record TaskToStart(string Part, int Attempt, string Verb, TaskDocument Document);

/// <summary>Renders a task as an immutable ConfigMap and a Job with one pod, for the "restricted" Pod Security level.</summary>
public static class TaskJobBuilder
{
    private const string TaskFolder = "/etc/textops";
    private const string TaskFile = "task.json";
    private const string Scratch = "/tmp";
    private const string TerminationLog = "/dev/termination-log";
    private const string CacheFolder = "/var/cache/textops";
    private const int ProgressPort = 9090;

    /// <summary>Renders <paramref name="task"/> for <paramref name="owner"/>.</summary>
    public static (V1ConfigMap ConfigMap, V1Job Job) Build<T>(T owner, string runId, TaskToStart task, RunnerSpec runner, string image, string? queueName)
        where T : class, IKubernetesObject
    {
        var json = JsonSerializer.Serialize<object>(task.Document, Json.Strict);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)))[..12];
        var key = OwnerKey.Of(owner);
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["app.kubernetes.io/managed-by"] = ApiGroup.FieldManager,
            [ApiGroup.KindLabel] = key.Kind,
            [ApiGroup.NameLabel] = key.Name.Name,
            [ApiGroup.RunLabel] = RunIdentity.RunKey(owner.Metadata.Uid!, runId),
            [ApiGroup.PartLabel] = task.Part,
            [ApiGroup.AttemptLabel] = task.Attempt.ToString(CultureInfo.InvariantCulture),
        };
        V1OwnerReference[] owners = [OwnerReferences.ToController(owner)];

        var configMap = new V1ConfigMap
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{owner.Metadata.Name}-{digest}",
                Namespace = owner.Metadata.Namespace,
                Labels = labels,
                OwnerReferences = owners,
            },
            Data = new Dictionary<string, string>(StringComparer.Ordinal) { [TaskFile] = json },
            Immutable = true,
        };

        var jobLabels = labels;
        if (queueName is not null)
        {
            jobLabels = new SortedDictionary<string, string>(labels, StringComparer.Ordinal) { ["kueue.x-k8s.io/queue-name"] = queueName };
        }

        var job = new V1Job
        {
            Metadata = new V1ObjectMeta
            {
                Name = RunIdentity.ChildName(owner.Metadata.Name!, owner.Metadata.Uid!, runId, task.Part, task.Attempt),
                Namespace = owner.Metadata.Namespace,
                Labels = jobLabels,
                OwnerReferences = owners,
            },
            Spec = new V1JobSpec
            {
                BackoffLimit = 0,
                Template = new V1PodTemplateSpec
                {
                    Metadata = new V1ObjectMeta { Labels = Merge(runner.PodLabels, labels), Annotations = runner.PodAnnotations },
                    Spec = PodSpec(configMap.Metadata.Name!, task.Verb, runner, image),
                },
            },
        };
        return (configMap, job);
    }

    private static V1PodSpec PodSpec(string configMap, string verb, RunnerSpec runner, string image)
    {
        List<V1Volume> volumes =
        [
            new() { Name = "task", ConfigMap = new V1ConfigMapVolumeSource { Name = configMap } },
            new() { Name = "scratch", EmptyDir = new V1EmptyDirVolumeSource() },
        ];
        List<V1VolumeMount> mounts =
        [
            new() { Name = "task", MountPath = TaskFolder, ReadOnly = true },
            new() { Name = "scratch", MountPath = Scratch },
        ];
        if (runner.Cache is { } cache)
        {
            volumes.Add(new V1Volume { Name = "cache", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = cache.ClaimName } });
            mounts.Add(new V1VolumeMount { Name = "cache", MountPath = CacheFolder });
        }

        return new V1PodSpec
        {
            RestartPolicy = "Never",
            ServiceAccountName = runner.ServiceAccountName,
            AutomountServiceAccountToken = false,
            TerminationGracePeriodSeconds = runner.TerminationGracePeriodSeconds,
            NodeSelector = runner.NodeSelector,
            Tolerations = runner.Tolerations,
            Affinity = runner.Affinity,
            RuntimeClassName = runner.RuntimeClassName,
            PriorityClassName = runner.PriorityClassName,
            ImagePullSecrets = runner.ImagePullSecrets,
            SecurityContext = new V1PodSecurityContext { RunAsNonRoot = true, SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" } },
            Volumes = volumes,
            Containers =
            [
                new V1Container
                {
                    Name = "runner",
                    Image = image,
                    ImagePullPolicy = runner.ImagePullPolicy?.ToString(),
                    Args = [verb, "--task", $"{TaskFolder}/{TaskFile}", "--result", TerminationLog, "--scratch", Scratch],
                    Env =
                    [
                        new V1EnvVar { Name = "POD_IP", ValueFrom = new V1EnvVarSource { FieldRef = new V1FieldSelector { FieldPath = "status.podIP" } } },
                        .. runner.Env ?? [],
                    ],
                    EnvFrom = runner.EnvFrom,
                    Ports = [new V1ContainerPort { Name = "progress", ContainerPort = ProgressPort }],
                    Resources = runner.Resources,
                    VolumeMounts = mounts,
                    TerminationMessagePath = TerminationLog,
                    TerminationMessagePolicy = "File",
                    SecurityContext = new V1SecurityContext
                    {
                        AllowPrivilegeEscalation = false,
                        ReadOnlyRootFilesystem = true,
                        Capabilities = new V1Capabilities { Drop = ["ALL"] },
                    },
                },
            ],
        };
    }

    // Our labels win: pods are found by them.
    private static SortedDictionary<string, string> Merge(IReadOnlyDictionary<string, string>? theirs, SortedDictionary<string, string> ours)
    {
        var merged = new SortedDictionary<string, string>(ours, StringComparer.Ordinal);
        foreach (var (key, value) in theirs ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            merged.TryAdd(key, value);
        }

        return merged;
    }
}
