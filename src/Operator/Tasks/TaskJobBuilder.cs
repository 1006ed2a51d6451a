using System.Globalization;
using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Tasks;

/// <summary>A task that is to be started: which part of which run, which attempt, and what the runner is told.</summary>
public sealed record TaskToStart(string Part, int Attempt, string Verb, TaskDocument Document)
{
    /// <summary>The stage of a ModelDeployment that it works for; null where it is for the whole object.</summary>
    public string? Stage { get; init; }
}

/// <summary>Renders a task as an immutable ConfigMap and a Job with one pod, for the "restricted" Pod Security level.</summary>
public static class TaskJobBuilder
{
    private const int ProgressPort = 9090;

    /// <summary>Renders <paramref name="task"/> for <paramref name="owner"/>.</summary>
    public static (V1ConfigMap ConfigMap, V1Job Job) Build<T>(T owner, string runId, TaskToStart task, RunnerSpec runner, string image, string? queueName)
        where T : class, IKubernetesObject
    {
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
        var configMap = RunnerPod.ConfigMap(owner, task.Document, labels);
        var jobLabels = new SortedDictionary<string, string>(labels, StringComparer.Ordinal);
        if (queueName is not null)
        {
            jobLabels["kueue.x-k8s.io/queue-name"] = queueName;
        }

        // On the Job alone: the Service of a stage finds the pods that serve by this label, and a task serves nobody.
        if (task.Stage is not null)
        {
            jobLabels[ApiGroup.StageLabel] = task.Stage;
        }

        var job = new V1Job
        {
            Metadata = new V1ObjectMeta
            {
                Name = RunIdentity.ChildName(owner.Metadata.Name!, owner.Metadata.Uid!, runId, task.Part, task.Attempt),
                Namespace = owner.Metadata.Namespace,
                Labels = jobLabels,
                OwnerReferences = [OwnerReferences.ToController(owner)],
            },
            Spec = new V1JobSpec
            {
                BackoffLimit = 0,
                Template = new V1PodTemplateSpec
                {
                    Metadata = new V1ObjectMeta { Labels = RunnerPod.Labels(runner, labels), Annotations = runner.PodAnnotations },
                    Spec = RunnerPod.Spec(configMap.Metadata.Name!, runner, image, Container(task.Verb)) with { RestartPolicy = "Never" },
                },
            },
        };
        return (configMap, job);
    }

    private static V1Container Container(string verb) => new()
    {
        Name = "runner",
        Args = [verb, "--task", RunnerPod.TaskPath, "--result", RunnerPod.TerminationLog, "--scratch", RunnerPod.Scratch],
        Env = [RunnerPod.PodIP],
        Ports = [new V1ContainerPort { Name = "progress", ContainerPort = ProgressPort }],
    };
}
