using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory.Applying;

namespace TextOps.Kubernetes.InMemory;

/// <summary>The core kinds our controllers use, with the rules of the API server that they can run into.</summary>
internal static partial class CoreResources
{
    private const int MaxConfigMapBytes = 1024 * 1024;

    /// <summary>Seconds a pod is given to end where it does not say (core/v1 DefaultTerminationGracePeriodSeconds).</summary>
    private const long DefaultGracePeriodSeconds = 30;

    public static IReadOnlyList<ResourceDefinition> All { get; } =
    [
        DeploymentResource.Definition,
        ServiceResource.Definition,
        DisruptionBudgetResource.Definition,
        new(EntityType.Of<V1Job>())
        {
            HasStatus = true,
            AllowsUnconditionalUpdate = true,
            Shape = CoreShapes.Workload,
            InitialStatus = () => [],
            Validate = ValidateJob,
            ValidateUpdate = (old, next) => SameOrImmutable(old, next, "spec", "template"),
        },
        new(EntityType.Of<V1Pod>())
        {
            HasStatus = true,
            AllowsUnconditionalUpdate = true,
            Shape = CoreShapes.Pod,
            InitialStatus = () => new JsonObject { ["phase"] = "Pending" },
            GracePeriod = PodGracePeriod,
        },
        new(EntityType.Of<V1ConfigMap>()) { AllowsUnconditionalUpdate = true, Validate = ValidateConfigMap, ValidateUpdate = ValidateConfigMapUpdate },
        new(EntityType.Of<V1Event>()) { AllowsUnconditionalUpdate = true, IsPersistent = false, Validate = ValidateEvent },
        new(EntityType.Of<V1Lease>()) { IsPersistent = false, Validate = ValidateLease },
    ];

    private static IEnumerable<string> ValidateJob(JsonObject job)
    {
        var name = (string)job["metadata"]!["name"]!;

        // The Job controller puts the name into the label job-name of its pods.
        if (name.Length > MetadataRules.MaxLabelLength)
        {
            yield return $"spec.template.labels: Invalid value: \"{name}\": must be no more than 63 bytes";
        }

        IEnumerable<string> problems = [.. PodTemplateRules.MetadataProblems(job), .. PodTemplateRules.RestartPolicyProblems(job, "OnFailure", "Never")];
        foreach (var problem in problems)
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> ValidateConfigMap(JsonObject configMap)
    {
        long size = 0;
        foreach (var (key, value) in configMap["data"] as JsonObject ?? [])
        {
            size += Encoding.UTF8.GetByteCount((string?)value ?? "");
            if (key is "." or "..")
            {
                yield return $"data[{key}]: Invalid value: \"{key}\": must not be '{key}'";
            }
            else if (key.StartsWith("..", StringComparison.Ordinal))
            {
                yield return $"data[{key}]: Invalid value: \"{key}\": must not start with '..'";
            }
            else if (key.Length > 253 || !ConfigMapKey().IsMatch(key))
            {
                yield return $"data[{key}]: Invalid value: \"{key}\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
                    + "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
            }
        }

        if (size > MaxConfigMapBytes)
        {
            yield return $"[]: Too long: may not be more than {MaxConfigMapBytes} bytes";
        }
    }

    private static IEnumerable<string> ValidateEvent(JsonObject report)
    {
        var about = (string?)report["involvedObject"]?["namespace"];
        if (about != (string?)report["metadata"]!["namespace"])
        {
            yield return $"involvedObject.namespace: Invalid value: \"{about}\": does not match event.namespace";
        }
    }

    private static IEnumerable<string> ValidateLease(JsonObject lease)
    {
        if ((long?)lease["spec"]?["leaseDurationSeconds"] is { } seconds and <= 0)
        {
            yield return $"spec.leaseDurationSeconds: Invalid value: {seconds}: must be greater than 0";
        }

        if ((long?)lease["spec"]?["leaseTransitions"] is { } transitions and < 0)
        {
            yield return $"spec.leaseTransitions: Invalid value: {transitions}: must be greater than or equal to 0";
        }
    }

    private static IEnumerable<string> ValidateConfigMapUpdate(JsonObject old, JsonObject next)
    {
        if ((bool?)old["immutable"] != true)
        {
            yield break;
        }

        if ((bool?)next["immutable"] != true)
        {
            yield return "immutable: Forbidden: field is immutable when `immutable` is set";
        }

        if (!JsonNode.DeepEquals(old["data"], next["data"]))
        {
            yield return "data: Forbidden: field is immutable when `immutable` is set";
        }
    }

    private static IEnumerable<string> SameOrImmutable(JsonObject old, JsonObject next, string parent, string field)
    {
        if (!JsonNode.DeepEquals(old[parent]?[field], next[parent]?[field]))
        {
            yield return $"{parent}.{field}: Invalid value: {next[parent]?[field]?.ToJsonString() ?? "null"}: field is immutable";
        }
    }

    /// <summary>A pod that no node has, or that is over, goes at once (core/v1 podStrategy.CheckGracefulDelete).</summary>
    private static long PodGracePeriod(JsonObject pod, DeleteOptions? options)
    {
        var phase = (string?)pod["status"]?["phase"];
        if (string.IsNullOrEmpty((string?)pod["spec"]?["nodeName"]) || phase is "Succeeded" or "Failed")
        {
            return 0;
        }

        return options?.GracePeriodSeconds ?? (long?)pod["spec"]?["terminationGracePeriodSeconds"] ?? DefaultGracePeriodSeconds;
    }

    [GeneratedRegex("^[-._a-zA-Z0-9]+\\z", RegexOptions.NonBacktracking)]
    private static partial Regex ConfigMapKey();
}
