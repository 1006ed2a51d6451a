using System.Text.Json.Nodes;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory.Applying;

namespace TextOps.Kubernetes.InMemory;

/// <summary>Deployments, with the rules and defaults of the API server (apps/v1: registry strategy, validation.go, defaults.go).</summary>
internal static class DeploymentResource
{
    public static ResourceDefinition Definition { get; } = new(EntityType.Of<V1Deployment>())
    {
        HasStatus = true,
        HasGeneration = true,
        CountsAnnotations = true,
        AllowsUnconditionalUpdate = true,
        Shape = CoreShapes.Workload,
        InitialStatus = () => [],
        Default = Default,
        Validate = Validate,
        ValidateUpdate = SelectorChange,
    };

    private static void Default(JsonObject deployment)
    {
        if (deployment["spec"] is not JsonObject spec)
        {
            deployment["spec"] = spec = [];
        }

        spec["replicas"] ??= 1L;
        spec["progressDeadlineSeconds"] ??= 600L;
        spec["revisionHistoryLimit"] ??= 10L;
        spec["strategy"] ??= new JsonObject();
        spec["strategy"]!["type"] ??= "RollingUpdate";
        if ((string?)spec["strategy"]!["type"] == "RollingUpdate")
        {
            spec["strategy"]!["rollingUpdate"] ??= new JsonObject();
            spec["strategy"]!["rollingUpdate"]!["maxUnavailable"] ??= "25%";
            spec["strategy"]!["rollingUpdate"]!["maxSurge"] ??= "25%";
        }

        if (spec["template"]?["spec"] is not JsonObject pod)
        {
            return;
        }

        pod["restartPolicy"] ??= "Always";
        pod["terminationGracePeriodSeconds"] ??= 30L;
        foreach (var port in (pod["containers"] as JsonArray ?? []).SelectMany(container => container?["ports"] as JsonArray ?? []))
        {
            port!["protocol"] ??= "TCP";
        }
    }

    private static IEnumerable<string> Validate(JsonObject deployment)
    {
        var spec = deployment["spec"]!;
        foreach (var field in (string[])["replicas", "minReadySeconds", "revisionHistoryLimit"])
        {
            if ((long?)spec[field] is { } number and < 0)
            {
                yield return $"spec.{field}: Invalid value: {number}: must be greater than or equal to 0";
            }
        }

        IEnumerable<string> problems =
        [
            .. SelectorProblems(spec),
            .. PodTemplateRules.MetadataProblems(deployment),
            .. PodTemplateRules.ContainerProblems(deployment),
            .. spec["template"]?["spec"] is null ? [] : PodTemplateRules.RestartPolicyProblems(deployment, "Always"),
            .. StrategyProblems(spec["strategy"]!),
        ];
        foreach (var problem in problems)
        {
            yield return problem;
        }

        if ((long)spec["progressDeadlineSeconds"]! is var deadline && deadline <= ((long?)spec["minReadySeconds"] ?? 0))
        {
            yield return $"spec.progressDeadlineSeconds: Invalid value: {deadline}: must be greater than minReadySeconds";
        }
    }

    private static IEnumerable<string> SelectorProblems(JsonNode spec)
    {
        var selector = spec["selector"]?["matchLabels"] as JsonObject ?? [];
        if (spec["selector"] is null)
        {
            yield return "spec.selector: Required value";
        }
        else if (selector.Count == 0)
        {
            yield return "spec.selector: Invalid value: {}: empty selector is invalid for deployment";
        }

        var labels = spec["template"]?["metadata"]?["labels"] as JsonObject ?? [];
        if (selector.Count == 0 ? labels.Count == 0 : selector.Any(wanted => (string?)labels[wanted.Key] != (string?)wanted.Value))
        {
            yield return $"spec.template.metadata.labels: Invalid value: {labels.ToJsonString()}: `selector` does not match template `labels`";
        }
    }

    private static IEnumerable<string> StrategyProblems(JsonNode strategy)
    {
        static bool IsZero(JsonNode? bound) => bound?.ToJsonString() is "0" or "\"0%\"";
        var rolling = strategy["rollingUpdate"];
        switch ((string?)strategy["type"])
        {
            case "RollingUpdate" when IsZero(rolling?["maxUnavailable"]) && IsZero(rolling?["maxSurge"]):
                yield return $"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: {rolling!["maxUnavailable"]!.ToJsonString()}: may not be 0 when `maxSurge` is 0";
                break;
            case "Recreate" when rolling is not null:
                yield return "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'";
                break;
            case "RollingUpdate" or "Recreate":
                break;
            case var other:
                yield return $"spec.strategy.type: Unsupported value: \"{other}\": supported values: \"Recreate\", \"RollingUpdate\"";
                break;
        }
    }

    private static IEnumerable<string> SelectorChange(JsonObject old, JsonObject next)
    {
        if (!JsonNode.DeepEquals(old["spec"]?["selector"], next["spec"]?["selector"]))
        {
            yield return $"spec.selector: Invalid value: {next["spec"]?["selector"]?.ToJsonString() ?? "null"}: field is immutable";
        }
    }
}
