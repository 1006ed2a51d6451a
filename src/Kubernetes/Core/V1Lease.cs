using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Core;

/// <summary>A Lease (coordination.k8s.io/v1): who of several may act.</summary>
[KubernetesEntity(Group = "coordination.k8s.io", ApiVersion = "v1", Kind = "Lease", PluralName = "leases")]
public sealed record V1Lease : IKubernetesObject
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = "coordination.k8s.io/v1";

    /// <inheritdoc/>
    public string Kind { get; init; } = "Lease";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>Who holds it.</summary>
    public V1LeaseSpec? Spec { get; init; }
}

/// <summary>Who holds a lease, and since when.</summary>
public sealed record V1LeaseSpec
{
    /// <summary>The holder; null or empty where nobody is.</summary>
    public string? HolderIdentity { get; init; }

    /// <summary>Seconds that others wait after the last renewal.</summary>
    public int? LeaseDurationSeconds { get; init; }

    /// <summary>When the holder got it.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    /// <summary>When the holder last renewed it.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }

    /// <summary>How often it changed hands.</summary>
    public int? LeaseTransitions { get; init; }
}

/// <summary>metav1.MicroTime: the API server takes six digits of a second, no more and no fewer.</summary>
internal sealed class MicroTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
}
