using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Crds.Schema;

namespace TextOps.Crds.Yaml;

/// <summary>
/// Turns manifests into typed objects, and refuses what the types do not know: an unknown field, a value of another type, an unknown enum value, a missing required field.
/// All errors are found in one go. Ranges, patterns and rules are judged elsewhere.
/// </summary>
public static class StrictManifest
{
    /// <summary>Reads a manifest as <typeparamref name="T"/>.</summary>
    public static StrictReading<T> Parse<T>(Manifest manifest)
        where T : class, IKubernetesObject
    {
        var (value, errors) = Parse(manifest, [typeof(T)]);
        return new StrictReading<T>((T?)value, errors);
    }

    /// <summary>Reads a manifest as the one of <paramref name="kinds"/> (types with <see cref="KubernetesEntityAttribute"/>) that its apiVersion and kind name.</summary>
    public static StrictReading<IKubernetesObject> Parse(Manifest manifest, IReadOnlyList<Type> kinds)
    {
        var entities = kinds.Select(type => (Type: type, Entity: type.GetCustomAttribute<KubernetesEntityAttribute>()!)).ToList();
        var type = entities.Find(kind => kind.Entity.Kind == manifest.Kind && kind.Entity.GroupVersion == manifest.ApiVersion).Type;
        if (type is null)
        {
            return new StrictReading<IKubernetesObject>(null, [WrongKind(manifest, [.. entities.Select(kind => kind.Entity)])]);
        }

        var errors = new List<ManifestError>();
        var content = new Walk(manifest, errors).Record(manifest.Content, type, "");
        if (errors.Count > 0)
        {
            return new StrictReading<IKubernetesObject>(null, errors);
        }

        return new StrictReading<IKubernetesObject>((IKubernetesObject)content.Deserialize(type, Json.Objects)!, []);
    }

    private static ManifestError WrongKind(Manifest manifest, IReadOnlyList<KubernetesEntityAttribute> known)
    {
        var supported = string.Join(", ", known.Select(entity => $"{entity.Kind} ({entity.GroupVersion})"));
        if (known.FirstOrDefault(entity => entity.Kind == manifest.Kind) is { } entity)
        {
            return manifest.Error("apiVersion", $"apiVersion {manifest.ApiVersion} has no kind {manifest.Kind}; write {entity.GroupVersion}");
        }

        var nearest = NearestName.Of(manifest.Kind, known.Select(entity => entity.Kind));
        return manifest.Error("kind", $"kind {manifest.Kind} is not supported; {(nearest is null ? "" : $"did you mean {nearest}? ")}supported: {supported}");
    }

    /// <summary>Copies what the types know, without nulls, and notes what they do not.</summary>
    private sealed class Walk(Manifest manifest, List<ManifestError> errors)
    {
        // Metadata that servers write and people copy: known to every API server, of no use to us.
        private static readonly string[] IgnoredMetadata = ["managedFields", "selfLink"];

        public JsonObject Record(JsonObject json, Type type, string path)
        {
            var result = new JsonObject();
            var fields = Field.Of(type).ToDictionary(field => field.Name);
            foreach (var (name, value) in json)
            {
                var at = FieldPath.Join(path, name);
                if (fields.TryGetValue(name, out var field))
                {
                    // Kubernetes drops a null where the schema is not nullable, and ours never is.
                    if (value is not null && Value(value, field.Shape, at) is { } read)
                    {
                        result[name] = read;
                    }
                }
                else if (type != typeof(V1ObjectMeta) || !IgnoredMetadata.Contains(name))
                {
                    Unknown(name, at, path, fields.Keys);
                }
            }

            foreach (var name in fields.Values.Where(field => field.Required).Select(field => field.Name))
            {
                Require(json, path, name);
            }

            if (type == typeof(V1ObjectMeta) && path == "metadata")
            {
                Require(json, path, "name");
            }
            else if (path.Length == 0 && json["metadata"] is null)
            {
                errors.Add(manifest.Error("", "metadata.name is missing; it is required"));
            }

            return result;
        }

        private void Require(JsonObject json, string path, string name)
        {
            if (json[name] is null)
            {
                errors.Add(manifest.Error(path, $"{FieldPath.Join(path, name)} is missing; it is required"));
            }
        }

        private void Unknown(string name, string at, string path, IReadOnlyCollection<string> known)
        {
            var nearest = NearestName.Of(name, known);
            var hint = nearest is not null ? $"; did you mean {nearest}?" : $"; {(path.Length == 0 ? "it" : path)} has {string.Join(", ", known)}";
            errors.Add(manifest.Error(at, $"{at} is not a field of {manifest.Kind}{hint}"));
        }

        private JsonNode? Value(JsonNode json, Shape shape, string path)
        {
            switch (shape.Kind, json)
            {
                case (ShapeKind.Record, JsonObject record):
                    return Record(record, shape.Type, path);
                case (ShapeKind.Map, JsonObject map):
                    return new JsonObject(map.Select(entry => KeyValuePair.Create(entry.Key, Item(entry.Value, shape.Item!, FieldPath.Join(path, entry.Key)))));
                case (ShapeKind.List, JsonArray list):
                    return new JsonArray([.. list.Select((item, index) => Item(item, shape.Item!, FieldPath.Item(path, index)))]);
                case (ShapeKind.Free, JsonObject free):
                    return free.DeepClone();
                case (_, JsonValue value) when Scalar(value, shape, path):
                    return value.DeepClone();
                case (_, JsonValue) when shape.Kind is ShapeKind.Choice && json.GetValueKind() == JsonValueKind.String:
                    return null;
                default:
                    errors.Add(manifest.Error(path, $"{path} is {Shown(json)}, expected {Expected(shape)}{Quotes(json, shape)}"));
                    return null;
            }
        }

        private JsonNode? Item(JsonNode? json, Shape shape, string path)
        {
            if (json is not null)
            {
                return Value(json, shape, path);
            }

            errors.Add(manifest.Error(path, $"{path} is null, expected {Expected(shape)}"));
            return null;
        }

        private bool Scalar(JsonValue value, Shape shape, string path)
        {
            var kind = value.GetValueKind();
            return shape.Kind switch
            {
                ShapeKind.Text => kind == JsonValueKind.String,
                ShapeKind.Boolean => kind is JsonValueKind.True or JsonValueKind.False,
                ShapeKind.Int32 => kind == JsonValueKind.Number && value.TryGetValue<long>(out var whole) && whole is >= int.MinValue and <= int.MaxValue,
                ShapeKind.Int64 => kind == JsonValueKind.Number && value.TryGetValue<long>(out _),
                ShapeKind.Number => kind == JsonValueKind.Number,
                ShapeKind.IntOrString => kind == JsonValueKind.String || (kind == JsonValueKind.Number && value.TryGetValue<long>(out _)),
                ShapeKind.Time => kind == JsonValueKind.String && JsonSerializer.SerializeToElement(value).TryGetDateTimeOffset(out _),
                ShapeKind.Choice => kind == JsonValueKind.String && IsChoice((string)value!, shape, path),
                _ => false,
            };
        }

        private bool IsChoice(string value, Shape shape, string path)
        {
            var names = Field.ValuesOf(shape.Type).Select(choice => choice.Name).ToList();
            if (names.Contains(value))
            {
                return true;
            }

            var nearest = NearestName.Of(value, names);
            errors.Add(manifest.Error(path, $"{path} is \"{Cut(value)}\", expected one of {string.Join(", ", names)}{(nearest is null ? "" : $"; did you mean {nearest}?")}"));
            return false;
        }

        private static string Expected(Shape shape) => shape.Kind switch
        {
            ShapeKind.Text => "a string",
            ShapeKind.Boolean => "true or false",
            ShapeKind.Int32 or ShapeKind.Int64 => "a whole number",
            ShapeKind.Number => "a number",
            ShapeKind.Time => "a time such as \"2026-01-31T12:00:00Z\"",
            ShapeKind.Choice => $"one of {string.Join(", ", Field.ValuesOf(shape.Type).Select(choice => choice.Name))}",
            ShapeKind.IntOrString => "a string or a whole number",
            ShapeKind.List => "a list",
            _ => "an object",
        };

        private static string Quotes(JsonNode json, Shape shape) =>
            json is JsonValue && shape.Kind is ShapeKind.Text or ShapeKind.IntOrString ? $"; write \"{json.ToJsonString()}\" in quotes" : "";

        private static string Shown(JsonNode json) => json.GetValueKind() switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => $"the string \"{Cut((string)json!)}\"",
            JsonValueKind.Number => $"the number {json.ToJsonString()}",
            var kind => kind == JsonValueKind.True ? "true" : "false",
        };

        private static string Cut(string value) => value.Length <= 64 ? value : value[..64] + "…";
    }
}

/// <summary>A manifest as a typed object.</summary>
/// <param name="Value">The object; null where there are errors.</param>
/// <param name="Errors">All that is wrong; empty where there is an object.</param>
public sealed record StrictReading<T>(T? Value, IReadOnlyList<ManifestError> Errors)
    where T : class;
