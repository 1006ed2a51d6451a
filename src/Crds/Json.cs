using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TextOps.Crds;

/// <summary>How Kubernetes objects, tasks and results are written as JSON: camelCase, enums as strings, nulls left out.</summary>
public static class Json
{
    /// <summary>For objects of a cluster: unknown fields are ignored, because servers are newer than clients; times have whole seconds (metav1.Time).</summary>
    public static JsonSerializerOptions Objects { get; } = Create(JsonUnmappedMemberHandling.Skip, indented: false, WholeSeconds);

    /// <summary>For documents of our own (tasks, specs from files): an unknown field is an error.</summary>
    public static JsonSerializerOptions Strict { get; } = Create(JsonUnmappedMemberHandling.Disallow, indented: false);

    /// <summary>For documents people read (manifest, run record): indented, unknown fields are ignored.</summary>
    public static JsonSerializerOptions Readable { get; } = Create(JsonUnmappedMemberHandling.Skip, indented: true);

    private const string WholeSeconds = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string Microseconds = "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'";

    private static JsonSerializerOptions Create(JsonUnmappedMemberHandling unmapped, bool indented, string times = Microseconds)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            UnmappedMemberHandling = unmapped,
            WriteIndented = indented,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = 64,
            Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false), new TimestampConverter(times) },
        };
        options.TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver();
        options.MakeReadOnly();
        return options;
    }

    /// <summary>Times as Kubernetes writes them: RFC 3339 in UTC.</summary>
    private sealed class TimestampConverter(string format) : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString(format, CultureInfo.InvariantCulture));
    }
}
