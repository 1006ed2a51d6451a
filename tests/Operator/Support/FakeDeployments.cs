using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;

namespace TextOps.Operator.Tests.Support;

/// <summary>How pods of a version go.</summary>
internal enum PodFate
{
    /// <summary>They get ready.</summary>
    Ready,

    /// <summary>They come up and do not get ready.</summary>
    Slow,

    /// <summary>They end again and again.</summary>
    Crashing,

    /// <summary>They refuse what they are to serve.</summary>
    Refusing,

    /// <summary>Their image cannot be had.</summary>
    NoImage,
}

/// <summary>
/// Plays the Deployment controller and the nodes of its pods: each step brings what there is to where the fates of the versions let it come. Of a rolling update the old pods stay until the new
/// ones are ready.
/// </summary>
internal sealed class FakeDeployments(IKubernetesClient cluster, TimeProvider time)
{
    private const string TemplateHash = "tests/template";
    private const string DeploymentUid = "tests/deployment";

    private readonly HashSet<string> completed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PodFate> fates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> begun = new(StringComparer.Ordinal);
    private int pods;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>How pods of <paramref name="version"/> go from now on; ready where nothing is said.</summary>
    public void Let(string version, PodFate fate) => fates[version] = fate;

    /// <summary>Brings all Deployments on.</summary>
    public async Task StepAsync()
    {
        foreach (var deployment in (await cluster.ListAsync<V1Deployment>(null, null, Cancel)).Items)
        {
            await StepAsync(deployment);
        }

        var names = (await cluster.ListAsync<V1Deployment>(null, null, Cancel)).Items.Select(deployment => deployment.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        foreach (var pod in (await ServingAsync()).Where(pod => !names.Contains(pod.Metadata.Annotations![DeploymentUid])))
        {
            await DeleteAsync(pod);
        }
    }

    /// <summary>The pods that serve.</summary>
    public async Task<IReadOnlyList<V1Pod>> ServingAsync() =>
        [.. (await cluster.ListAsync<V1Pod>(null, ApiGroup.StageLabel, Cancel)).Items.Where(pod => pod.Metadata.Annotations?.ContainsKey(TemplateHash) == true)];

    private async Task StepAsync(V1Deployment deployment)
    {
        var template = CanonicalJson.Sha256(JsonSerializer.SerializeToNode(deployment.Spec.Template, Json.Objects))[..10];
        var fate = fates.GetValueOrDefault(deployment.Spec.Template.Metadata!.Labels![ApiGroup.VersionLabel]);
        var wanted = deployment.Spec.Replicas ?? 1;
        var mine = (await ServingAsync()).Where(pod => pod.Metadata.Annotations![DeploymentUid] == deployment.Metadata.Uid).ToList();
        var isRecreate = deployment.Spec.Strategy?.Type == "Recreate";
        var current = mine.Where(pod => pod.Metadata.Annotations![TemplateHash] == template).ToList();
        var old = mine.Except(current).ToList();
        var key = $"{deployment.Metadata.Uid} {template}";
        begun.TryAdd(key, time.GetUtcNow());
        if (old.Count > 0 && current.Count == 0)
        {
            begun[key] = time.GetUtcNow();
            completed.Remove(key);
        }

        foreach (var pod in current.Skip(wanted))
        {
            await DeleteAsync(pod);
        }

        for (var index = current.Count; index < wanted; index++)
        {
            await CreateAsync(deployment, template);
        }

        current = [.. (await ServingAsync()).Where(pod => pod.Metadata.Annotations![DeploymentUid] == deployment.Metadata.Uid && pod.Metadata.Annotations[TemplateHash] == template)];
        foreach (var pod in current)
        {
            await StatusAsync(pod, StatusOf(fate));
        }

        var ready = fate == PodFate.Ready ? current.Count : 0;
        if (ready == wanted || isRecreate)
        {
            foreach (var pod in old)
            {
                await DeleteAsync(pod);
            }

            old = [];
        }

        await ReportAsync(deployment, key, current.Count, old.Count, ready);
    }

    private async Task ReportAsync(V1Deployment deployment, string key, int current, int old, int ready)
    {
        var wanted = deployment.Spec.Replicas ?? 1;
        var isComplete = ready == wanted && old == 0;
        var isOverdue = time.GetUtcNow() - begun[key] >= TimeSpan.FromSeconds(deployment.Spec.ProgressDeadlineSeconds ?? 600);

        // As the controller does: what was complete once stays so when pods fail later, of the same template.
        var reason = isComplete || completed.Contains(key) ? V1DeploymentCondition.NewReplicaSetAvailable
            : isOverdue ? V1DeploymentCondition.ProgressDeadlineExceeded
            : "ReplicaSetUpdated";
        if (isComplete)
        {
            completed.Add(key);
        }

        var status = new V1DeploymentStatus
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = current + old,
            UpdatedReplicas = current,
            ReadyReplicas = ready + old,
            AvailableReplicas = ready + old,
            Conditions = [new V1DeploymentCondition { Type = V1DeploymentCondition.Progressing, Status = reason == V1DeploymentCondition.ProgressDeadlineExceeded ? "False" : "True", Reason = reason }],
        };
        if (JsonSerializer.Serialize(status, Json.Objects) != JsonSerializer.Serialize(deployment.Status, Json.Objects))
        {
            await cluster.PatchStatusAsync<V1Deployment>(deployment.Metadata.Name!, deployment.Metadata.Namespace, Status(status), Cancel);
        }
    }

    private Task CreateAsync(V1Deployment deployment, string template) => cluster.CreateAsync(
        new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{deployment.Metadata.Name}-{template}-{++pods:D5}",
                Namespace = deployment.Metadata.Namespace,
                Labels = deployment.Spec.Template.Metadata!.Labels,
                Annotations = new Dictionary<string, string>(deployment.Spec.Template.Metadata.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal)
                {
                    [TemplateHash] = template,
                    [DeploymentUid] = deployment.Metadata.Uid!,
                },
            },
            Spec = deployment.Spec.Template.Spec with { NodeName = "node" },
        },
        Cancel);

    private static V1PodStatus StatusOf(PodFate fate) => fate switch
    {
        PodFate.Ready => Running(new V1ContainerStatus { Name = "runner", Ready = true, State = new V1ContainerState { Running = new V1ContainerStateRunning() } }),
        PodFate.Crashing => Running(Restarted(exitCode: 139, "", restarts: 3)),
        PodFate.Refusing => Running(Restarted(
            TaskExitCodes.Refused, """{"apiVersion":"textops.dev/v1alpha1","error":{"reason":"InvalidSpec","message":"the digest of model.onnx differs from the card's"}}""", restarts: 1)),
        PodFate.NoImage => new V1PodStatus
        {
            Phase = "Pending",
            ContainerStatuses = [new V1ContainerStatus { Name = "runner", State = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "ImagePullBackOff", Message = "no such image" } } }],
        },
        _ => Running(new V1ContainerStatus { Name = "runner", State = new V1ContainerState { Running = new V1ContainerStateRunning() } }),
    };

    private static V1PodStatus Running(V1ContainerStatus container) =>
        new() { Phase = "Running", Conditions = [new V1PodCondition { Type = "Ready", Status = container.Ready ? "True" : "False" }], ContainerStatuses = [container] };

    private static V1ContainerStatus Restarted(int exitCode, string message, int restarts) => new()
    {
        Name = "runner",
        RestartCount = restarts,
        State = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "CrashLoopBackOff" } },
        LastState = new V1ContainerState { Terminated = new V1ContainerStateTerminated { ExitCode = exitCode, Message = message } },
    };

    private async Task StatusAsync(V1Pod pod, V1PodStatus status)
    {
        var before = pod.Status?.Conditions?.FirstOrDefault();
        status = status with
        {
            Conditions = [.. (status.Conditions ?? []).Select(condition => condition with { LastTransitionTime = before?.Status == condition.Status ? before.LastTransitionTime : time.GetUtcNow() })],
        };
        if (JsonSerializer.Serialize(pod.Status, Json.Objects) != JsonSerializer.Serialize(status, Json.Objects))
        {
            await cluster.PatchStatusAsync<V1Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, Status(status), Cancel);
        }
    }

    private Task DeleteAsync(V1Pod pod) => cluster.DeleteAsync<V1Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, new DeleteOptions { GracePeriodSeconds = 0 }, Cancel);

    private static JsonObject Status(object status) => new() { ["status"] = JsonSerializer.SerializeToNode(status, Json.Objects) };
}
