using System.Text.Json;
using System.Text.Json.Serialization;
using TextOps.Crds.Schema;

namespace TextOps.Crds.Core;

/// <summary>A Kubernetes quantity such as <c>2</c>, <c>500m</c> or <c>4Gi</c>, kept as it was written; the API takes a string or a whole number.</summary>
[JsonConverter(typeof(QuantityJsonConverter))]
[IntOrString(32, @"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$")]
public sealed record Quantity(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Reads a string or a number, writes a string.</summary>
internal sealed class QuantityJsonConverter : JsonConverter<Quantity>
{
    public override Quantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => new Quantity(reader.GetString()!),
        JsonTokenType.Number when reader.TryGetInt64(out var number) => new Quantity(number.ToString()),
        _ => throw new JsonException("a quantity is a string such as \"500m\" or a whole number"),
    };

    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
