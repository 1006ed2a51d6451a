using System.Text.Json.Nodes;
using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Tests.Support;

/// <summary>A custom resource for tests, with one field of each sort that the schema rules speak of.</summary>
[KubernetesEntity(Group = "test.textops.dev", ApiVersion = "v1", Kind = "Widget", PluralName = "widgets")]
public sealed record Widget : IKubernetesObject
{
    public string ApiVersion { get; init; } = "test.textops.dev/v1";

    public string Kind { get; init; } = "Widget";

    public V1ObjectMeta Metadata { get; init; } = new();

    public required WidgetSpec Spec { get; init; }

    public WidgetStatus? Status { get; init; }

    /// <summary>The CRD, as an API server takes it.</summary>
    public static JsonObject Definition() => JsonNode.Parse("""
        {
          "apiVersion": "apiextensions.k8s.io/v1",
          "kind": "CustomResourceDefinition",
          "metadata": { "name": "widgets.test.textops.dev" },
          "spec": {
            "group": "test.textops.dev",
            "scope": "Namespaced",
            "names": { "kind": "Widget", "listKind": "WidgetList", "plural": "widgets", "singular": "widget" },
            "versions": [{
              "name": "v1", "served": true, "storage": true,
              "subresources": { "status": {} },
              "schema": { "openAPIV3Schema": {
                "type": "object",
                "required": ["spec"],
                "properties": {
                  "apiVersion": { "type": "string" },
                  "kind": { "type": "string" },
                  "metadata": { "type": "object" },
                  "spec": {
                    "type": "object",
                    "required": ["size"],
                    "properties": {
                      "size": { "type": "integer", "format": "int32", "minimum": 1, "maximum": 1000 },
                      "color": { "type": "string", "default": "grey", "enum": ["grey", "red", "blue"] },
                      "parts": {
                        "type": "array", "maxItems": 4, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                        "items": {
                          "type": "object", "required": ["name"],
                          "properties": { "name": { "type": "string", "maxLength": 10 }, "count": { "type": "integer", "default": 1 } }
                        }
                      },
                      "tags": { "type": "array", "maxItems": 10, "x-kubernetes-list-type": "set", "items": { "type": "string" } },
                      "limits": { "type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": { "type": "string" } },
                      "zones": {
                        "type": "object",
                        "additionalProperties": { "type": "object", "properties": { "count": { "type": "integer", "default": 1 }, "note": { "type": "string" } } }
                      }
                    }
                  },
                  "status": {
                    "type": "object",
                    "properties": { "phase": { "type": "string", "maxLength": 20 }, "observed": { "type": "integer", "format": "int64" } }
                  }
                }
              } }
            }]
          }
        }
        """)!.AsObject();
}

public sealed record WidgetSpec
{
    public required int Size { get; init; }

    public string? Color { get; init; }

    public IReadOnlyList<WidgetPart>? Parts { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public IReadOnlyDictionary<string, string>? Limits { get; init; }

    public IReadOnlyDictionary<string, WidgetZone>? Zones { get; init; }

    /// <summary>Not in the schema.</summary>
    public string? Unknown { get; init; }
}

public sealed record WidgetPart
{
    public required string Name { get; init; }

    public int? Count { get; init; }
}

public sealed record WidgetZone
{
    public int? Count { get; init; }

    public string? Note { get; init; }
}

public sealed record WidgetStatus
{
    public string? Phase { get; init; }

    public long? Observed { get; init; }
}

/// <summary>A kind that no server knows.</summary>
[KubernetesEntity(Group = "test.textops.dev", ApiVersion = "v1", Kind = "Stranger", PluralName = "strangers")]
public sealed record Stranger : IKubernetesObject
{
    public string ApiVersion { get; init; } = "test.textops.dev/v1";

    public string Kind { get; init; } = "Stranger";

    public V1ObjectMeta Metadata { get; init; } = new();
}
