using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds.Yaml;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>An object of a kubeconfig: gives its fields, and says of a bad one where it is. Values are not shown, they may be secrets.</summary>
/// <param name="manifest">The file.</param>
/// <param name="content">The object.</param>
/// <param name="path">Where it is in the file: <c>users[1].user</c>.</param>
/// <param name="entry">The entry that it is or belongs to, as messages name it: <c>user admin</c>.</param>
internal sealed class KubeConfigNode(Manifest manifest, JsonObject content, string path, string entry)
{
    /// <summary>The folder of the file.</summary>
    public string Folder => Path.GetDirectoryName(manifest.File)!;

    /// <summary>Where the object is, as messages name it.</summary>
    public string Place => $"{entry} in {manifest.File}";

    /// <summary>Names of the fields that are set.</summary>
    public IEnumerable<string> Fields => content.Select(pair => pair.Key).Where(Has);

    /// <summary>Whether the field is there, not null and not an empty string.</summary>
    public bool Has(string field) => content[field] is { } value && !(value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length == 0);

    /// <summary>A string; empty where it is absent.</summary>
    public string Text(string field) => content[field] switch
    {
        null => "",
        var value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        var value => throw Wrong(field, value, "a string"),
    };

    /// <summary>A string that has to be there.</summary>
    public string Required(string field, string fix) => Text(field) is { Length: > 0 } text ? text : throw Error(field, $"is missing; {fix}");

    /// <summary>A boolean; false where it is absent.</summary>
    public bool Flag(string field) => content[field] switch
    {
        null => false,
        var value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
        var value => throw Wrong(field, value, "true or false"),
    };

    /// <summary>The path of a file, made absolute: a relative one is relative to the kubeconfig; null where it is absent.</summary>
    public string? FilePath(string field) => Text(field) is { Length: > 0 } file ? Path.Combine(Folder, file) : null;

    /// <summary>Bytes in Base64; null where they are absent.</summary>
    public byte[]? Data(string field)
    {
        var text = Text(field);
        try
        {
            return text.Length == 0 ? null : Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw Error(field, "is not Base64; encode the file: base64 -w0 FILE");
        }
    }

    /// <summary>The object in the field; null where it is absent.</summary>
    public KubeConfigNode? Child(string field) => content[field] switch
    {
        null => null,
        JsonObject child => new KubeConfigNode(manifest, child, At(field), entry),
        var value => throw Wrong(field, value, "an object"),
    };

    /// <summary>The object in the field, without fields where it is absent.</summary>
    public KubeConfigNode ChildOrEmpty(string field) => Child(field) ?? new KubeConfigNode(manifest, [], At(field), entry);

    /// <summary>The objects of the list in the field; none where it is absent.</summary>
    public IReadOnlyList<KubeConfigNode> Children(string field) =>
    [
        .. List(field).Select((item, index) => item is JsonObject child
            ? new KubeConfigNode(manifest, child, $"{At(field)}[{index}]", entry)
            : throw Wrong($"{field}[{index}]", item, "an object")),
    ];

    /// <summary>The strings of the list in the field; none where it is absent.</summary>
    public IReadOnlyList<string> Texts(string field) =>
    [
        .. List(field).Select((item, index) => item?.GetValueKind() == JsonValueKind.String
            ? item.GetValue<string>()
            : throw Wrong($"{field}[{index}]", item, "a string")),
    ];

    /// <summary>The field as it is.</summary>
    public JsonNode? Raw(string field) => content[field];

    /// <summary>The same object as the entry <paramref name="name"/>.</summary>
    public KubeConfigNode As(string name) => new(manifest, content, path, name);

    /// <summary>What is wrong with a field, with its place in the file.</summary>
    public ClusterConfigurationException Error(string field, string problem, Exception? inner = null) =>
        new(manifest.Error(At(field), $"{(entry.Length == 0 ? "" : $"{entry}: ")}{At(field)} {problem}").ToString(), inner);

    private string At(string field) => path.Length == 0 ? field : $"{path}.{field}";

    private JsonArray List(string field) => content[field] switch
    {
        null => [],
        JsonArray list => list,
        var value => throw Wrong(field, value, "a list"),
    };

    private ClusterConfigurationException Wrong(string field, JsonNode? value, string expected) =>
        Error(field, $"is {Kind(value)}, expected {expected}{(value is JsonValue && expected == "a string" ? "; put it in quotes" : "")}");

    private static string Kind(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "a boolean",
    };
}
