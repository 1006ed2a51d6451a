using System.Text.Json.Nodes;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory.Applying;

namespace TextOps.Kubernetes.InMemory;

/// <summary>Services with a selector, with the rules and defaults of the API server (core/v1: validation.go, defaults.go). No address is given out: nothing asks for one.</summary>
internal static class ServiceResource
{
    private const int MaxPort = 65535;

    public static ResourceDefinition Definition { get; } = new(EntityType.Of<V1Service>())
    {
        AllowsUnconditionalUpdate = true,
        Shape = CoreShapes.Service,
        Default = Default,
        Validate = Validate,
    };

    private static void Default(JsonObject service)
    {
        if (service["spec"] is not JsonObject spec)
        {
            service["spec"] = spec = [];
        }

        spec["type"] ??= "ClusterIP";
        spec["sessionAffinity"] ??= "None";
        foreach (var port in spec["ports"] as JsonArray ?? [])
        {
            port!["protocol"] ??= "TCP";
            port["targetPort"] ??= port["port"]?.DeepClone();
        }
    }

    private static IEnumerable<string> Validate(JsonObject service)
    {
        foreach (var problem in MetadataRules.ServiceNameProblems((string)service["metadata"]!["name"]!))
        {
            yield return problem;
        }

        if (service["spec"]!["ports"] is not JsonArray { Count: > 0 } ports)
        {
            yield return "spec.ports: Required value";
            yield break;
        }

        var names = new HashSet<string>();
        for (var i = 0; i < ports.Count; i++)
        {
            foreach (var problem in PortProblems(ports[i]!, $"spec.ports[{i}]", needsName: ports.Count > 1, names))
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<string> PortProblems(JsonNode port, string path, bool needsName, HashSet<string> names)
    {
        var name = (string?)port["name"];
        if (string.IsNullOrEmpty(name))
        {
            if (needsName)
            {
                yield return $"{path}.name: Required value";
            }
        }
        else
        {
            foreach (var problem in MetadataRules.DnsLabelProblems(name, $"{path}.name"))
            {
                yield return problem;
            }

            if (!names.Add(name))
            {
                yield return $"{path}.name: Duplicate value: \"{name}\"";
            }
        }

        foreach (var field in (string[])["port", "targetPort"])
        {
            // A targetPort may be the name of a container's port.
            if (port[field]?.GetValueKind() is not System.Text.Json.JsonValueKind.String && (long?)port[field] is var number and not (>= 1 and <= MaxPort))
            {
                yield return $"{path}.{field}: Invalid value: {number ?? 0}: must be between 1 and {MaxPort}, inclusive";
            }
        }

        if ((string?)port["protocol"] is var protocol and not ("TCP" or "UDP" or "SCTP"))
        {
            yield return $"{path}.protocol: Unsupported value: \"{protocol}\": supported values: \"SCTP\", \"TCP\", \"UDP\"";
        }
    }
}
