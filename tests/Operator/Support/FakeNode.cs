using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;

namespace TextOps.Operator.Tests.Support;

/// <summary>Plays the Job controller and the node: makes a Job's pod, lets it run, wait or end.</summary>
internal sealed class FakeNode(IKubernetesClient cluster, TimeProvider time)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Makes a pod of a Job.</summary>
    public async Task<string> CreatePodAsync(V1Job job, string suffix = "pod")
    {
        var pod = await cluster.CreateAsync(
            new V1Pod
            {
                Metadata = new V1ObjectMeta
                {
                    Name = $"{job.Metadata.Name}-{suffix}",
                    Namespace = job.Metadata.Namespace,
                    Labels = new Dictionary<string, string>(job.Spec.Template.Metadata!.Labels!, StringComparer.Ordinal) { ["job-name"] = job.Metadata.Name! },
                    OwnerReferences = [new V1OwnerReference { ApiVersion = job.ApiVersion, Kind = job.Kind, Name = job.Metadata.Name!, Uid = job.Metadata.Uid!, Controller = true }],
                },
                // Bound: a pod without a node goes at once when it is deleted.
                Spec = job.Spec.Template.Spec with { NodeName = "node" },
            },
            Cancel);
        return pod.Metadata.Name!;
    }

    /// <summary>The pod of a Job runs.</summary>
    public async Task<string> RunAsync(V1Job job, string? ip = null)
    {
        var pod = await CreatePodAsync(job);
        await StatusAsync(pod, new V1PodStatus { Phase = "Running", PodIP = ip, StartTime = time.GetUtcNow() });
        return pod;
    }

    /// <summary>The pod of a Job has a node and does not start.</summary>
    public async Task<string> HoldAsync(V1Job job, string reason, string message)
    {
        var pod = await CreatePodAsync(job);
        await StatusAsync(pod, new V1PodStatus
        {
            Phase = "Pending",
            StartTime = time.GetUtcNow(),
            ContainerStatuses = [Container(new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = reason, Message = message } })],
        });
        return pod;
    }

    /// <summary>The pod of a Job ran and ended, and the Job with it.</summary>
    public async Task<string> EndAsync(V1Job job, TaskResult? result, int exitCode = 0)
    {
        var pod = await CreatePodAsync(job);
        await StatusAsync(pod, Ended(result, exitCode), job.Metadata.Namespace!);
        await EndJobAsync(job, exitCode == 0 ? "Complete" : "Failed");
        return pod;
    }

    /// <summary>The Job is over, as its controller says.</summary>
    public Task EndJobAsync(V1Job job, string condition, string? reason = null) => cluster.PatchStatusAsync<V1Job>(job.Metadata.Name!, job.Metadata.Namespace, Status(new V1JobStatus
    {
        Conditions = [new V1JobCondition { Type = condition, Status = "True", Reason = reason, LastTransitionTime = time.GetUtcNow() }],
    }), Cancel);

    public Task StatusAsync(string pod, V1PodStatus status, string @namespace = "default") => cluster.PatchStatusAsync<V1Pod>(pod, @namespace, Status(status), Cancel);

    /// <summary>The status of a pod whose container ended.</summary>
    public V1PodStatus Ended(TaskResult? result, int exitCode) => new()
    {
        Phase = exitCode == 0 ? "Succeeded" : "Failed",
        ContainerStatuses =
        [
            Container(new V1ContainerState
            {
                Terminated = new V1ContainerStateTerminated
                {
                    ExitCode = exitCode,
                    Message = result is null ? null : JsonSerializer.Serialize(result, Json.Objects),
                    FinishedAt = time.GetUtcNow(),
                },
            }),
        ],
    };

    private static V1ContainerStatus Container(V1ContainerState state) => new() { Name = "runner", Image = "runner:1", State = state };

    private static JsonObject Status(object status) => new() { ["status"] = JsonSerializer.SerializeToNode(status, Json.Objects) };
}
