using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.Meta;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Tasks;

/// <summary>What all pods of ours share, tasks and servers alike: where the task lies, what <c>spec.runner</c> says, and the "restricted" Pod Security level.</summary>
internal static class RunnerPod
{
    /// <summary>Where the task is read.</summary>
    public const string TaskPath = TaskFolder + "/" + TaskFile;

    /// <summary>The one folder beside the cache that can be written.</summary>
    public const string Scratch = "/tmp";

    /// <summary>Where the result is written: the pod's termination message.</summary>
    public const string TerminationLog = "/dev/termination-log";

    private const string TaskFolder = "/etc/textops";
    private const string TaskFile = "task.json";
    private const string CacheFolder = "/var/cache/textops";

    /// <summary>The pod's own address, as <c>POD_IP</c>.</summary>
    public static V1EnvVar PodIP { get; } = OfPod("POD_IP", "status.podIP");

    /// <summary>A field of the pod as a variable.</summary>
    public static V1EnvVar OfPod(string name, string field) => new() { Name = name, ValueFrom = new V1EnvVarSource { FieldRef = new V1FieldSelector { FieldPath = field } } };

    /// <summary>The task of a pod as an immutable ConfigMap that is named by what it holds.</summary>
    public static V1ConfigMap ConfigMap<T>(T owner, TaskDocument document, IReadOnlyDictionary<string, string> labels)
        where T : class, IKubernetesObject
    {
        var json = JsonSerializer.Serialize<object>(document, Json.Strict);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)))[..12];
        return new V1ConfigMap
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{owner.Metadata.Name}-{digest}",
                Namespace = owner.Metadata.Namespace,
                Labels = labels,
                OwnerReferences = [OwnerReferences.ToController(owner)],
            },
            Data = new Dictionary<string, string>(StringComparer.Ordinal) { [TaskFile] = json },
            Immutable = true,
        };
    }

    /// <summary>A pod whose one container is <paramref name="container"/>, with all that it leaves open. A variable that the container has wins over one of the same name in <c>spec.runner.env</c>: a name may be there once.</summary>
    public static V1PodSpec Spec(string configMap, RunnerSpec runner, string image, V1Container container)
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
                container with
                {
                    Image = image,
                    ImagePullPolicy = runner.ImagePullPolicy?.ToString(),
                    Env = [.. container.Env ?? [], .. (runner.Env ?? []).Where(variable => container.Env?.Any(ours => ours.Name == variable.Name) != true)],
                    EnvFrom = runner.EnvFrom,
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

    /// <summary>Labels of a pod: ours win over <c>spec.runner.podLabels</c>, because pods are found by them.</summary>
    public static SortedDictionary<string, string> Labels(RunnerSpec runner, IReadOnlyDictionary<string, string> ours)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in (runner.PodLabels ?? new Dictionary<string, string>(StringComparer.Ordinal)).Concat(ours))
        {
            merged[key] = value;
        }

        return merged;
    }
}
