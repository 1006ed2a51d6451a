using System.Text.Json;

namespace TextOps.Tokenizers.Format;

/// <summary>An object of a <c>tokenizer.json</c> and its path in the file, for messages.</summary>
/// <param name="file">The file's name.</param>
/// <param name="path">Where the object stands: <c>model</c>, <c>added_tokens[3]</c>; empty for the whole file.</param>
/// <param name="element">The object.</param>
internal sealed class JsonSection(string file, string path, JsonElement element)
{
    /// <summary>The object's properties.</summary>
    public JsonElement Element => element;

    /// <summary>Checks that a value is an object.</summary>
    public static JsonSection Of(string file, string path, JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? new JsonSection(file, path, element)
        : throw new TokenizerFormatException(
            $"{file}: {(path.Length == 0 ? "the content" : path)} is {Describe(element)}; an object is expected");

    /// <summary>The path of a property of this object.</summary>
    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>An error of this object.</summary>
    public TokenizerFormatException Error(string message) => new($"{file}: {message}");

    /// <summary>An error that names a property, its value and what is supported.</summary>
    public TokenizerFormatException Unsupported(string name, string supported) =>
        Error($"{PathOf(name)} is {(element.TryGetProperty(name, out var value) ? Describe(value) : "missing")}; this version reads {supported}");

    /// <summary>Refuses properties whose meaning is not known.</summary>
    public void Allow(params ReadOnlySpan<string> names)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!names.Contains(property.Name))
            {
                throw Error($"{PathOf(Shorten(property.Name))} is not a field that this version knows; known are {string.Join(", ", names!)}");
            }
        }
    }

    /// <summary>A property that is an object; null where it is absent or null.</summary>
    public JsonSection? Optional(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? Of(file, PathOf(name), value) : null;

    /// <summary>A property that must be an object.</summary>
    public JsonSection Required(string name) => Of(file, PathOf(name), Property(name));

    /// <summary>A property that must be a list, each entry an object; with their paths.</summary>
    public IEnumerable<JsonSection> List(string name)
    {
        var list = Property(name, JsonValueKind.Array, "a list");
        var index = 0;
        foreach (var entry in list.EnumerateArray())
        {
            yield return Of(file, $"{PathOf(name)}[{index++}]", entry);
        }
    }

    /// <summary>A property that must be a string.</summary>
    public string String(string name) => Property(name, JsonValueKind.String, "a string").GetString()!;

    /// <summary>A property that must be true or false.</summary>
    public bool Boolean(string name)
    {
        var value = Property(name);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw Error($"{PathOf(name)} is {Describe(value)}; true or false is expected");
    }

    /// <summary>A property that must be a whole number from 0 to <paramref name="most"/>.</summary>
    public int Number(string name, int most) => Number(name, Property(name), most);

    /// <summary>A value of this object that must be a whole number from 0 to <paramref name="most"/>.</summary>
    public int Number(string name, JsonElement value, int most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 && number <= most
            ? number
            : throw Error($"{PathOf(name)} is {Describe(value)}; a whole number from 0 to {most} is expected");

    /// <summary>A property of a given kind.</summary>
    public JsonElement Property(string name, JsonValueKind kind, string expected)
    {
        var value = Property(name);
        return value.ValueKind == kind ? value : throw Error($"{PathOf(name)} is {Describe(value)}; {expected} is expected");
    }

    /// <summary>What stands in a message for a value: short ones as they are, long ones by their kind.</summary>
    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => $"'{Shorten(value.GetString()!)}'",
        _ => Shorten(value.GetRawText()),
    };

    /// <summary>A text of the file as messages hold it: at most 60 characters, none of them a control character.</summary>
    public static string Shorten(string text)
    {
        const int Most = 60;
        var shortened = text.Length <= Most ? text : $"{text.AsSpan(0, Most - 3)}...";
        return string.Create(shortened.Length, shortened, (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(from[i]) ? '\uFFFD' : from[i];
            }
        });
    }

    private JsonElement Property(string name) =>
        element.TryGetProperty(name, out var value) ? value : throw Error($"{PathOf(name)} is missing");

}
