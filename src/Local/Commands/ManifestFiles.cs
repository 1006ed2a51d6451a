using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Generator;
using TextOps.Crds.Meta;
using TextOps.Crds.Yaml;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Schema;
using TextOps.Local.Commands.Kinds;

namespace TextOps.Local.Commands;

/// <summary>Manifests read strictly, completed with defaults and judged by schema and rules, as an API server with strict field validation would.</summary>
internal static class ManifestFiles
{
    /// <summary>Reads <paramref name="paths"/>; objects without a namespace get <paramref name="namespace"/>.</summary>
    /// <exception cref="UsageException">Something is wrong; the message has a line for each error.</exception>
    public static IReadOnlyList<ManifestObject> Read(IEnumerable<string> paths, string @namespace)
    {
        var (objects, errors) = Check(paths, @namespace);
        if (errors.Count > 0)
        {
            throw new UsageException(string.Join(Environment.NewLine, errors));
        }

        return objects.Count > 0 ? objects : throw new UsageException($"no object in {string.Join(", ", paths)}; a manifest has apiVersion, kind, metadata and spec");
    }

    /// <summary>Reads <paramref name="paths"/> and says all that is wrong, each with its place.</summary>
    public static (IReadOnlyList<ManifestObject> Objects, IReadOnlyList<ManifestError> Errors) Check(IEnumerable<string> paths, string @namespace)
    {
        var schemas = LocalKind.All.ToDictionary(kind => kind.Type, kind => StructuralSchema.OfDefinition(kind.Definition));
        var objects = new List<ManifestObject>();
        var errors = new List<ManifestError>();
        var places = new Dictionary<(string, string?, string?), Manifest>();
        foreach (var path in paths)
        {
            var reading = ManifestReader.Read(path);
            errors.AddRange(reading.Errors);
            foreach (var manifest in reading.Manifests)
            {
                var parsed = StrictManifest.Parse(manifest, CustomResourceDefinitions.Kinds);
                errors.AddRange(parsed.Errors);
                if (parsed.Value is not { } value)
                {
                    continue;
                }

                var problems = Judge(manifest, value.GetType(), schemas[value.GetType()], @namespace).ToList();
                errors.AddRange(problems);
                if (problems.Count > 0)
                {
                    continue;
                }

                var wanted = LocalKind.Of(value).Wanted(value, @namespace);
                if (!places.TryAdd((wanted.Kind, wanted.Metadata.Namespace, wanted.Metadata.Name), manifest))
                {
                    errors.Add(manifest.Error("metadata.name", $"{wanted.Kind} {wanted.Metadata.Namespace}/{wanted.Metadata.Name} is there twice; rename one of them"));
                    continue;
                }

                objects.Add(new ManifestObject(wanted, manifest.File));
            }
        }

        return (objects, errors);
    }

    private static IEnumerable<ManifestError> Judge(Manifest manifest, Type kind, StructuralSchema schema, string @namespace)
    {
        if (manifest.Name.Length == 0)
        {
            return [manifest.Error("metadata", "metadata.name is missing; give the object a name of lower-case letters, digits and '-'")];
        }

        var document = manifest.Content.DeepClone().AsObject();
        document.Remove("status");
        document["metadata"]!["namespace"] ??= @namespace;
        schema.Default(document);

        // Each stage takes for granted what the one before it judges.
        IReadOnlyList<string> violations = [.. schema.Validate(document)];
        violations = violations.Count > 0 ? violations : [.. LocalStore.Rules(document, kind)];
        violations = violations.Count > 0 ? violations : [.. MetadataRules.Problems(document["metadata"]!.AsObject())];
        return violations.Select(violation => At(manifest, violation));
    }

    // Messages begin with the path of their field.
    private static ManifestError At(Manifest manifest, string message)
    {
        var end = message.AsSpan().IndexOfAny(": (");
        return manifest.Error(end > 0 ? message[..end] : "", message);
    }
}

/// <summary>An object of a manifest, as it is to be applied.</summary>
/// <param name="Entity">The object, with its namespace and without a status.</param>
/// <param name="File">The file that it stands in.</param>
internal sealed record ManifestObject(IKubernetesObject Entity, string File)
{
    /// <summary>Its name.</summary>
    public string Name => Entity.Metadata.Name!;

    /// <summary>Its namespace.</summary>
    public string? Namespace => Entity.Metadata.Namespace;

    /// <summary>Kind, namespace and name, for messages: no other object has the same.</summary>
    public string Title => $"{Entity.Kind} {Namespace}/{Name}";
}
