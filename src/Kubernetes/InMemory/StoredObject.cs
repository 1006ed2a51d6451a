using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.InMemory;

/// <summary>One state of an object. It is kept as UTF-8, so that nobody can change it and any thread may read it; what is looked up often is beside it.</summary>
internal sealed class StoredObject
{
    private StoredObject(byte[] utf8, V1ObjectMeta metadata)
    {
        Utf8 = utf8;
        Key = new NamespacedName(metadata.Namespace ?? "", metadata.Name!);
        Uid = metadata.Uid!;
        ResourceVersion = long.Parse(metadata.ResourceVersion!, CultureInfo.InvariantCulture);
        Labels = metadata.Labels;
        Owners = metadata.OwnerReferences ?? [];
        IsDeleting = metadata.DeletionTimestamp is not null;
    }

    public byte[] Utf8 { get; }

    public NamespacedName Key { get; }

    public string Uid { get; }

    public long ResourceVersion { get; }

    public IReadOnlyDictionary<string, string>? Labels { get; }

    public IReadOnlyList<V1OwnerReference> Owners { get; }

    /// <summary>It is to go, and waits for its grace or its finalizers.</summary>
    public bool IsDeleting { get; }

    /// <summary>Freezes <paramref name="json"/>, whose metadata is complete.</summary>
    public static StoredObject Freeze(JsonObject json) =>
        new(JsonSerializer.SerializeToUtf8Bytes(json, Json.Objects), json["metadata"].Deserialize<V1ObjectMeta>(Json.Objects)!);

    /// <summary>A copy that may be changed.</summary>
    public JsonObject ToJson() => JsonNode.Parse(Utf8)!.AsObject();

    public T As<T>() => JsonSerializer.Deserialize<T>(Utf8, Json.Objects)!;

    /// <summary>The same state under another resourceVersion, as the last word of a deleted object has it.</summary>
    public StoredObject At(long resourceVersion)
    {
        var json = ToJson();
        json["metadata"]!["resourceVersion"] = resourceVersion.ToString(CultureInfo.InvariantCulture);
        return Freeze(json);
    }
}
