using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory.Applying;

namespace TextOps.Kubernetes.InMemory;

/// <summary>PodDisruptionBudgets of policy/v1, with the rules of the API server. policy/v1beta1 is not served, as by servers from Kubernetes 1.25 on.</summary>
internal static class DisruptionBudgetResource
{
    public static ResourceDefinition Definition { get; } = new(EntityType.Of<V1PodDisruptionBudget>())
    {
        HasStatus = true,
        HasGeneration = true,
        Shape = CoreShapes.DisruptionBudget,
        InitialStatus = () => new JsonObject { ["currentHealthy"] = 0, ["desiredHealthy"] = 0, ["disruptionsAllowed"] = 0, ["expectedPods"] = 0 },
        Validate = Validate,
    };

    private static IEnumerable<string> Validate(JsonObject budget)
    {
        var spec = budget["spec"];
        if (spec?["minAvailable"] is not null && spec["maxUnavailable"] is not null)
        {
            yield return $"spec: Invalid value: {spec.ToJsonString()}: minAvailable and maxUnavailable cannot be both set";
        }

        foreach (var field in (string[])["minAvailable", "maxUnavailable"])
        {
            if (spec?[field]?.GetValueKind() == JsonValueKind.Number && (long)spec[field]! is var number and < 0)
            {
                yield return $"spec.{field}: Invalid value: {number}: must be greater than or equal to 0";
            }
        }

        foreach (var problem in MetadataRules.LabelProblems(spec?["selector"]?["matchLabels"] as JsonObject ?? [], "spec.selector.matchLabels"))
        {
            yield return problem;
        }
    }
}
