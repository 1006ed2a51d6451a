using System.Runtime.InteropServices;
using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Validation;
using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Features;

/// <summary>A value of <c>featurizer.json</c> with the way to it; what is not what it should be is refused with file, field and value.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FeaturizerJson(string File, string Path, JsonElement Value)
{
    private const int ShownLength = 80;

    /// <summary>A field that must be there.</summary>
    public FeaturizerJson this[string field] => Find(field) ?? throw new ModelFormatException($"{File}: {Join(field)} is missing");

    /// <summary>A field; null where it is absent.</summary>
    public FeaturizerJson? Find(string field) =>
        Of(JsonValueKind.Object, "an object").Value.TryGetProperty(field, out var value) ? new FeaturizerJson(File, Join(field), value) : null;

    /// <summary>The items of a list.</summary>
    public IReadOnlyList<FeaturizerJson> Items(int least, int most, string what)
    {
        var items = new FeaturizerJson[Length(least, most, what)];
        for (var index = 0; index < items.Length; index++)
        {
            items[index] = At(index);
        }

        return items;
    }

    /// <summary>Finite numbers.</summary>
    public double[] Numbers(int count, string what)
    {
        var numbers = new double[Length(count, count, what)];
        var index = 0;
        foreach (var item in Value.EnumerateArray())
        {
            numbers[index] = item.ValueKind == JsonValueKind.Number && item.TryGetDouble(out var number) && double.IsFinite(number) ? number : At(index).Number();
            index++;
        }

        return numbers;
    }

    /// <summary>A text.</summary>
    public string Text(int mostUnits)
    {
        var text = ReadText();
        return text.Length >= 1 && text.Length <= mostUnits ? text : throw Refused($"must be a text of 1 to {mostUnits} characters, not {text.Length}");
    }

    /// <summary>Texts that differ.</summary>
    public string[] Names(int least, int most, int mostUnits, string what)
    {
        var names = new string[Length(least, most, what)];
        var seen = new HashSet<string>(names.Length, StringComparer.Ordinal);
        var index = 0;
        foreach (var item in Value.EnumerateArray())
        {
            var name = new FeaturizerJson(File, Path, item).ReadText();
            names[index] = name.Length >= 1 && name.Length <= mostUnits ? name : At(index).Text(mostUnits);
            index++;
            if (!seen.Add(name))
            {
                throw Refused($"holds '{Shorten(name)}' twice");
            }
        }

        return names;
    }

    /// <summary>A finite number.</summary>
    public double Number() =>
        Of(JsonValueKind.Number, "a number").Value.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Refused("must be a finite number");

    /// <summary>A whole number within a range.</summary>
    public int Whole(int least, int most) =>
        Of(JsonValueKind.Number, "a number").Value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Refused($"must be a whole number from {least} to {most}, not {Shorten(Value.GetRawText())}");

    /// <summary>A record of a resource, its rules kept.</summary>
    public T Settings<T>()
        where T : class
    {
        try
        {
            var settings = Of(JsonValueKind.Object, "an object").Value.Deserialize<T>(Json.Strict) ?? throw Refused("must be an object");
            return ResourceValidator.Validate(settings) is [var broken, ..] ? throw Refused($"is not valid: {broken.Message}") : settings;
        }
        catch (JsonException failure)
        {
            throw Refused($"is not valid: {failure.Message}", failure);
        }
    }

    /// <summary>The exception that refuses the value.</summary>
    public ModelFormatException Refused(string why, Exception? inner = null) => new($"{File}: {Path} {why}", inner);

    private static string Shorten(string text) => text.Length <= ShownLength ? text : text[..ShownLength] + "...";

    private string ReadText()
    {
        try
        {
            return Of(JsonValueKind.String, "a text").Value.GetString()!;
        }
        catch (InvalidOperationException failure)
        {
            // Half a character.
            throw Refused("is not valid text", failure);
        }
    }

    private int Length(int least, int most, string what)
    {
        var length = Of(JsonValueKind.Array, "a list").Value.GetArrayLength();
        return length >= least && length <= most
            ? length
            : throw Refused(least == most ? $"must hold {least} {what}, not {length}" : $"must hold {least} to {most} {what}, not {length}");
    }

    private FeaturizerJson At(int index) => new(File, $"{Path}[{index}]", Value[index]);

    private FeaturizerJson Of(JsonValueKind kind, string what) => Value.ValueKind == kind ? this : throw Refused($"must be {what}, not {Value.ValueKind}");

    private string Join(string field) => Path.Length == 0 ? field : $"{Path}.{field}";
}
