using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TextOps.Crds.Meta;
using TextOps.Crds.Schema;

namespace TextOps.Crds.EmbeddingJobs;

/// <summary>Where versions are written: <c>&lt;uri&gt;/embeddings/&lt;name&gt;/v000001/…</c>.</summary>
public sealed record EmbeddingOutput
{
    /// <summary>The store; the operator's default store where absent (<c>textops run --store</c> in local mode).</summary>
    [MinLength(1), MaxLength(2048), RegularExpression(Patterns.Uri)]
    public string? Uri { get; init; }

    /// <summary>Name of the output; <c>&lt;namespace&gt;.&lt;name&gt;</c> of the object where absent.</summary>
    [MinLength(1), MaxLength(128), RegularExpression(Patterns.StoreName)]
    public string? Name { get; init; }

    /// <summary>How chunks and vectors are written.</summary>
    public EmbeddingFormat Format { get; init; } = EmbeddingFormat.Jsonl;

    /// <summary>How many committed versions are kept; all where absent.</summary>
    [Range(1, 10_000)]
    public int? KeepVersions { get; init; }

    /// <summary>Name of the output of the object that <paramref name="owner"/> describes.</summary>
    public string NameFor(V1ObjectMeta owner) => Name ?? $"{owner.Namespace}.{owner.Name}";
}

/// <summary>How a part holds chunks and vectors.</summary>
public enum EmbeddingFormat
{
    /// <summary>One JSON object a chunk, with its vector as an array.</summary>
    [JsonStringEnumMemberName("jsonl")]
    Jsonl,

    /// <summary>Vectors as a NumPy array <c>[chunks, dimensions]</c> of little-endian float32; chunks as JSON lines beside it.</summary>
    [JsonStringEnumMemberName("npy")]
    Npy,
}
