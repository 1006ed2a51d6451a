using System.Text.Json;

namespace TextOps.Onnx.Embeddings;

/// <summary>One of a model's JSON files, read field by field; what has the wrong type is refused with the name of file and field.</summary>
internal sealed class ModelJson
{
    private const int MaxBytes = 16 << 20;

    private readonly string file;
    private readonly JsonElement root;

    private ModelJson(string file, JsonElement root) => (this.file, this.root) = (file, root);

    /// <summary>Reads a file whose root is an object; null where it does not exist.</summary>
    public static ModelJson? Read(string path) =>
        Parse(path) is not { } root ? null
        : root.ValueKind == JsonValueKind.Object ? new ModelJson(path, root)
        : throw new ModelFormatException($"{path} must hold a JSON object, not {root.ValueKind}");

    /// <summary>Reads a file whose root is a list of objects; null where it does not exist.</summary>
    public static IReadOnlyList<ModelJson>? ReadList(string path) =>
        Parse(path) is not { } root ? null
        : root.ValueKind == JsonValueKind.Array && root.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
            ? [.. root.EnumerateArray().Select(item => new ModelJson(path, item))]
            : throw new ModelFormatException($"{path} must hold a JSON list of objects");

    public string? Text(string field) => Field(field, JsonValueKind.String)?.GetString();

    public bool? Flag(string field) =>
        Field(field, JsonValueKind.True, JsonValueKind.False)?.GetBoolean();

    /// <summary>A count; null where it is absent or above any real one (Hugging Face writes 1e30 for "no limit").</summary>
    public int? Count(string field)
    {
        if (Field(field, JsonValueKind.Number) is not { } value)
        {
            return null;
        }

        var number = value.GetDouble();
        return number > int.MaxValue ? null
            : number >= 1 && number == Math.Floor(number) ? (int)number
            : throw new ModelFormatException($"{file}: {field} ({value.GetRawText()}) must be a whole number of at least 1");
    }

    /// <summary>An id of the vocabulary.</summary>
    public int? Id(string field) =>
        Field(field, JsonValueKind.Number) is not { } value ? null
        : value.TryGetInt32(out var id) && id >= 0 ? id
        : throw new ModelFormatException($"{file}: {field} ({value.GetRawText()}) must be a token id");

    /// <summary>Names of the fields that are <c>true</c> and start with <paramref name="prefix"/>, without it.</summary>
    public IReadOnlyList<string> TrueFlags(string prefix) =>
        [.. root.EnumerateObject().Where(field => field.Value.ValueKind == JsonValueKind.True && field.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(field => field.Name[prefix.Length..])];

    /// <summary>A list of texts; empty where it is absent.</summary>
    public IReadOnlyList<string> TextList(string field) =>
        Field(field, JsonValueKind.Array) is not { } list ? []
        : list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(item => item.GetString()!)]
            : throw new ModelFormatException($"{file}: {field} must be a list of texts");

    /// <summary>A table of texts; empty where it is absent.</summary>
    public IReadOnlyDictionary<string, string> Texts(string field)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in Field(field, JsonValueKind.Object)?.EnumerateObject() ?? default)
        {
            texts[entry.Name] = entry.Value.ValueKind == JsonValueKind.String
                ? entry.Value.GetString()!
                : throw new ModelFormatException($"{file}: {field}.{entry.Name} must be a text");
        }

        return texts;
    }

    private JsonElement? Field(string name, params ReadOnlySpan<JsonValueKind> kinds)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return kinds.Contains(value.ValueKind)
            ? value
            : throw new ModelFormatException($"{file}: {name} is a JSON {value.ValueKind}; expected {string.Join(" or ", kinds.ToArray())}");
    }

    private static JsonElement? Parse(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var stream = File.OpenRead(path);
        if (stream.Length > MaxBytes)
        {
            throw new ModelFormatException($"{path} has {stream.Length} bytes; at most {MaxBytes} are read");
        }

        try
        {
            using var document = JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = 64 });
            return document.RootElement.Clone();
        }
        catch (JsonException failure)
        {
            throw new ModelFormatException($"{path} is not valid JSON: {failure.Message}", failure);
        }
    }
}
