using System.Text.Json;
using System.Text.Json.Serialization;

namespace TextOps.Kubernetes.Core;

/// <summary>
/// A number, or a text in its place: the name of a port, or a percentage (apimachinery IntOrString). Ours are numbers; what others write into an object must not make it
/// unreadable.
/// </summary>
/// <param name="Number">The number; null where it is a text.</param>
/// <param name="Text">The text; null where it is a number.</param>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString(int? Number, string? Text = null)
{
    /// <summary>A number.</summary>
    public static implicit operator IntOrString(int number) => FromInt32(number);

    /// <summary>A number.</summary>
    public static IntOrString FromInt32(int number) => new(number);
}

/// <summary>Reads and writes <see cref="IntOrString"/>.</summary>
internal sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? new IntOrString(null, reader.GetString()) : reader.GetInt32();

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.Number is { } number)
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }
}
