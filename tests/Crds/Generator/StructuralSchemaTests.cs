using System.Text.Json.Nodes;
using TextOps.Crds.Yaml;
using TextOps.Tests;

namespace TextOps.Crds.Tests.Generator;

/// <summary>
/// What an API server asks of a schema before it serves it (Kubernetes, "Specifying a structural schema", and the checks of apiextensions' validation), judged on the
/// committed files by code that shares nothing with the generator.
/// </summary>
public sealed class StructuralSchemaTests
{
    private static readonly HashSet<string> Keywords =
    [
        "description", "type", "format", "default", "enum", "minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "minProperties", "maxProperties",
        "required", "properties", "items", "additionalProperties", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-int-or-string",
        "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
    ];

    public static TheoryData<string> Definitions =>
        [.. Directory.GetFiles(Repository.File("config", "crds")).Append(Repository.File("tests", "Crds", "Generator", "widget.yaml")).Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Theory]
    [MemberData(nameof(Definitions))]
    public void A_definition_has_a_structural_schema(string file)
    {
        var definition = Assert.Single(ManifestReader.Read(Repository.File(file)).Manifests).Content;
        var spec = definition["spec"]!;

        Assert.Equal("apiextensions.k8s.io/v1", (string?)definition["apiVersion"]);
        Assert.Equal($"{spec["names"]!["plural"]}.{spec["group"]}", (string?)definition["metadata"]!["name"]);
        var version = Assert.Single(spec["versions"]!.AsArray())!;
        Assert.True((bool)version["served"]! && (bool)version["storage"]!);
        var problems = new List<string>();
        var root = version["schema"]!["openAPIV3Schema"]!.AsObject();
        Check(root, "", values: false, problems);
        Assert.Equal(["type"], root["properties"]!["metadata"]!.AsObject().Select(field => field.Key));
        Assert.Empty(problems);
    }

    private static void Check(JsonObject schema, string path, bool values, List<string> problems)
    {
        void Must(bool holds, string what)
        {
            if (!holds)
            {
                problems.Add($"{path}: {what}");
            }
        }

        var type = (string?)schema["type"];
        var (properties, map, items) = (schema["properties"] as JsonObject, schema["additionalProperties"] as JsonObject, schema["items"] as JsonObject);
        Must(schema.All(keyword => Keywords.Contains(keyword.Key)), $"unknown keyword among {string.Join(", ", schema.Select(keyword => keyword.Key))}");
        Must(type is "object" or "array" or "string" or "integer" or "number" or "boolean" || (type is null && schema["x-kubernetes-int-or-string"] is not null), $"type {type}");
        Must(properties is null || map is null, "properties and additionalProperties exclude each other");
        Must((properties is null && map is null && schema["required"] is null) || type == "object", "fields need type object");
        Must((items is not null) == (type == "array"), "arrays have items, and only they");
        Must(schema["required"]?.AsArray().All(name => properties!.ContainsKey((string)name!)) ?? true, "a required field is not declared");
        Must(!values || !schema.ContainsKey("default"), "no default below additionalProperties");
        Must(schema["enum"]?.AsArray().Select(value => (string)value!).Distinct().Count() == schema["enum"]?.AsArray().Count, "enum values must differ");
        Must(schema.ContainsKey("x-kubernetes-list-type") == (type == "array"), "every list says how it merges");
        Must(((string?)schema["x-kubernetes-list-type"] == "map") == schema.ContainsKey("x-kubernetes-list-map-keys"), "maps and only they have keys");
        Must(schema["x-kubernetes-validations"]?.AsArray().All(rule => rule!["rule"] is not null && ((string)rule["message"]!).IndexOf('\n', StringComparison.Ordinal) < 0) ?? true, "rule without text or one-line message");
        foreach (var (name, property) in properties ?? [])
        {
            Check(property!.AsObject(), $"{path}.{name}", values, problems);
        }

        if (map is not null)
        {
            Check(map, path + "{}", values: true, problems);
        }

        if (items is not null)
        {
            Check(items, path + "[]", values, problems);
        }
    }
}
