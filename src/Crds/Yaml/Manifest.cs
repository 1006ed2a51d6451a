using System.Text.Json.Nodes;

namespace TextOps.Crds.Yaml;

/// <summary>One object as a file holds it, not yet judged.</summary>
public sealed class Manifest
{
    internal Manifest(string file, JsonObject content, IReadOnlyDictionary<string, ManifestPosition> positions)
    {
        File = file;
        Content = content;
        Positions = positions;
    }

    /// <summary>Name of the file as it was given.</summary>
    public string File { get; }

    /// <summary>The line on which the document begins, from 1.</summary>
    public int Line => At("").Line;

    /// <summary><c>group/version</c>, as written; empty where it is missing.</summary>
    public string ApiVersion => Text(Content["apiVersion"]);

    /// <summary>Kind, as written; empty where it is missing.</summary>
    public string Kind => Text(Content["kind"]);

    /// <summary><c>metadata.name</c>, as written; empty where it is missing.</summary>
    public string Name => Content["metadata"] is JsonObject metadata ? Text(metadata["name"]) : "";

    /// <summary>The object; nulls are kept.</summary>
    public JsonObject Content { get; }

    internal IReadOnlyDictionary<string, ManifestPosition> Positions { get; }

    /// <summary>Where the field with this path is, for example <c>spec.runner.env[0].name</c>; where it is absent, the nearest object around it.</summary>
    public ManifestPosition At(string path)
    {
        ManifestPosition position;
        while (!Positions.TryGetValue(path, out position) && path.Length > 0)
        {
            path = path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))];
        }

        return position;
    }

    /// <summary>An error at the field with this path.</summary>
    public ManifestError Error(string path, string message)
    {
        var (line, column) = At(path);
        return new ManifestError(File, line, column, path, message);
    }

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}

/// <summary>What a file or a folder held.</summary>
/// <param name="Manifests">The objects that could be read, in order.</param>
/// <param name="Errors">What could not.</param>
public sealed record ManifestReading(IReadOnlyList<Manifest> Manifests, IReadOnlyList<ManifestError> Errors);
