using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.InMemory;

/// <summary>What the API server asks of the pod that a Job or a Deployment makes.</summary>
internal static class PodTemplateRules
{
    /// <summary>Problems of the labels and annotations of <c>spec.template</c>.</summary>
    public static IEnumerable<string> MetadataProblems(JsonObject owner)
    {
        var pod = owner["spec"]?["template"]?["metadata"];
        return
        [
            .. MetadataRules.LabelProblems(pod?["labels"] as JsonObject ?? [], "spec.template.labels"),
            .. MetadataRules.AnnotationProblems(pod?["annotations"] as JsonObject ?? [], "spec.template.annotations"),
        ];
    }

    /// <summary>A restart policy other than these.</summary>
    public static IEnumerable<string> RestartPolicyProblems(JsonObject owner, params string[] allowed)
    {
        var policy = (string?)owner["spec"]?["template"]?["spec"]?["restartPolicy"];
        var names = string.Join(", ", allowed.Select(name => $"\"{name}\""));
        if (policy is null)
        {
            yield return $"spec.template.spec.restartPolicy: Required value: valid values: {names}";
        }
        else if (!allowed.Contains(policy))
        {
            yield return $"spec.template.spec.restartPolicy: Unsupported value: \"{policy}\": supported values: {names}";
        }
    }

    /// <summary>Problems of the containers of <c>spec.template</c>.</summary>
    public static IEnumerable<string> ContainerProblems(JsonObject owner)
    {
        const string Path = "spec.template.spec.containers";
        if (owner["spec"]?["template"]?["spec"]?["containers"] is not JsonArray { Count: > 0 } containers)
        {
            yield return $"{Path}: Required value";
            yield break;
        }

        for (var i = 0; i < containers.Count; i++)
        {
            foreach (var problem in MetadataRules.DnsLabelProblems((string?)containers[i]?["name"], $"{Path}[{i}].name"))
            {
                yield return problem;
            }

            if (string.IsNullOrEmpty((string?)containers[i]?["image"]))
            {
                yield return $"{Path}[{i}].image: Required value";
            }
        }
    }
}
