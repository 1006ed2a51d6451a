using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TextOps.Crds.Core;
using TextOps.Crds.Meta;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.Tests.Generator;

/// <summary>A kind that uses everything the generator knows.</summary>
[KubernetesEntity(Group = "test.dev", ApiVersion = "v2", Kind = "Widget", PluralName = "widgets")]
[CustomResource(ShortNames = ["w", "wd"], Categories = ["textops", "all"])]
[PrinterColumn("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status", Description = "Whether it works.")]
[PrinterColumn("Weight", "number", ".spec.weight", Priority = 1)]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Widget : IKubernetesObject
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = "test.dev/v2";

    /// <inheritdoc/>
    public string Kind { get; init; } = "Widget";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>What is wanted.</summary>
    public required WidgetSpec Spec { get; init; }

    /// <summary>What is.</summary>
    public WidgetStatus? Status { get; init; }

    /// <summary>Over the name.</summary>
    public static IReadOnlyList<Rule<Widget>> Rules { get; } =
        [new("self.metadata.name != 'on'", widget => widget.Metadata.Name != "on", "a widget cannot be named on")];
}

/// <summary>What several specs share; its fields come first.</summary>
public abstract record WidgetBase
{
    /// <summary>Stops it; see <see cref="WidgetSpec.Title"/> and <c>a &lt; b</c>.</summary>
    public bool Suspend { get; init; }
}

/// <summary>Spec of a widget.</summary>
public sealed record WidgetSpec : WidgetBase
{
    /// <summary>
    /// A title over
    /// two lines: with a colon.
    /// </summary>
    [MinLength(1), MaxLength(10), RegularExpression(@"^[^""\\]+$")]
    public required string Title { get; init; }

    /// <summary>A string that looks like a number.</summary>
    [MaxLength(8)]
    public string Fraction { get; init; } = "0.5";

    /// <summary>A whole number.</summary>
    [Range(1, 9)]
    public int Size { get; init; } = 3;

    /// <summary>A long one without default.</summary>
    [Range(0, 4_000_000_000_000)]
    public long? Seconds { get; init; }

    /// <summary>A number.</summary>
    [Range(0.0, 1.5)]
    public double? Weight { get; init; }

    /// <summary>An enum whose values YAML would misread.</summary>
    public WidgetMode Mode { get; init; } = WidgetMode.Off;

    /// <summary>An ordered list.</summary>
    [MinLength(1), MaxItems(4), ItemMaxLength(5)]
    public IReadOnlyList<string>? Steps { get; init; }

    /// <summary>Each once.</summary>
    [MaxItems(4), Set]
    public IReadOnlyList<WidgetMode>? Modes { get; init; }

    /// <summary>By name.</summary>
    [MaxItems(4), MapKeys("name")]
    public IReadOnlyList<WidgetPart>? Parts { get; init; }

    /// <summary>Labels.</summary>
    [MinLength(1), MaxItems(4), ItemMaxLength(63)]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>By resource.</summary>
    [MaxItems(4)]
    public IReadOnlyDictionary<string, Quantity>? Limits { get; init; }

    /// <summary>Kept as it is.</summary>
    [PreserveUnknownFields]
    public JsonObject? Extra { get; init; }

    /// <summary>Its defaults apply by themselves.</summary>
    public WidgetShape Shape { get; init; } = new();

    /// <summary>Differs from its own defaults in one field.</summary>
    public WidgetShape Outline { get; init; } = new() { Corners = 6 };

    /// <summary>Spelled out, because of its rule.</summary>
    public WidgetRange Range { get; init; } = new();

    /// <summary>One of several.</summary>
    public WidgetUnion? Union { get; init; }
}

/// <summary>A mode.</summary>
public enum WidgetMode
{
    /// <summary>Running.</summary>
    [JsonStringEnumMemberName("on")]
    On,

    /// <summary>Not running.</summary>
    [JsonStringEnumMemberName("off")]
    Off,

    /// <summary>As written.</summary>
    Auto,
}

/// <summary>A part.</summary>
public sealed record WidgetPart
{
    /// <summary>Its name.</summary>
    [MaxLength(63)]
    public required string Name { get; init; }

    /// <summary>How many; a default inside a list.</summary>
    [Range(0, 5)]
    public int Count { get; init; } = 1;
}

/// <summary>A shape.</summary>
public sealed record WidgetShape
{
    /// <summary>How many corners.</summary>
    [Range(3, 12)]
    public int Corners { get; init; } = 4;
}

/// <summary>A range.</summary>
public sealed record WidgetRange
{
    /// <summary>From.</summary>
    public int Low { get; init; } = 1;

    /// <summary>To.</summary>
    public int High { get; init; } = 2;

    /// <summary>Order.</summary>
    public static IReadOnlyList<Rule<WidgetRange>> Rules { get; } =
    [
        new("self.low <= self.high", range => range.Low <= range.High, "low must not be above high; lower low",
            (range, at) => $"{at}low ({range.Low}) must not be above {at}high ({range.High}); lower {at}low"),
    ];
}

/// <summary>A union: exactly one member is set.</summary>
public sealed record WidgetUnion
{
    /// <summary>The round one.</summary>
    public WidgetPart? Round { get; init; }

    /// <summary>The flat ones, by name.</summary>
    [MaxItems(3)]
    public IReadOnlyDictionary<string, WidgetShape>? Flat { get; init; }

    /// <summary>Exactly one.</summary>
    public static IReadOnlyList<Rule<WidgetUnion>> Rules { get; } =
        [new("has(self.round) != has(self.flat)", union => union.Round is null != union.Flat is null, "exactly one of round and flat must be given")];
}

/// <summary>Status of a widget: unbounded fields are the operator's own affair.</summary>
public sealed record WidgetStatus
{
    /// <summary>Conditions.</summary>
    [MaxItems(8), MapKeys("type")]
    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    /// <summary>When it was seen.</summary>
    public DateTimeOffset? Seen { get; init; }

    /// <summary>A note without bound.</summary>
    public string? Note { get; init; }

    /// <summary>No default in status.</summary>
    public int Count { get; init; } = 7;
}
