using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Meta;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.Tests.Generator;

/// <summary>A kind with one spec of the test's choice.</summary>
[KubernetesEntity(Group = "test.dev", ApiVersion = "v1", Kind = "Bad", PluralName = "bads")]
[CustomResource]
public record BadKind<TSpec> : IKubernetesObject
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = "";

    /// <inheritdoc/>
    public string Kind { get; init; } = "";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>Spec.</summary>
    public required TSpec Spec { get; init; }
}

[PrinterColumn("Gone", "string", ".spec.gone")]
[PrinterColumn("Odd", "text", ".spec.known")]
public sealed record BadColumn : BadKind<BadColumn.Fields>
{
    public sealed record Fields
    {
        public bool Known { get; init; }
    }
}

public sealed record UnboundedString
{
    public string? Text { get; init; }
}

public sealed record UnboundedItems
{
    [MaxItems(3)]
    public IReadOnlyList<string>? Texts { get; init; }
}

public sealed record UnboundedList
{
    [ItemMaxLength(3)]
    public IReadOnlyList<string>? Texts { get; init; }
}

public sealed record UnboundedMap
{
    [ItemMaxLength(3)]
    public IReadOnlyDictionary<string, string>? Texts { get; init; }
}

public sealed record PrunedObject
{
    public System.Text.Json.Nodes.JsonObject? Any { get; init; }
}

public sealed record DefaultOutOfRange
{
    [Range(1, 3)]
    public int Size { get; init; } = 4;
}

public sealed record InexactRange
{
    [Range(0, long.MaxValue)]
    public long? Size { get; init; }
}

public sealed record ForgottenDefault
{
    [Range(1, 3)]
    public int Size { get; init; }
}

public sealed record DefaultAgainstPattern
{
    [MaxLength(9), RegularExpression("^[a-z]+$")]
    public string Name { get; init; } = "A";
}

public sealed record DefaultWithoutRequired
{
    public NeedsName Part { get; init; } = new() { Name = null! };

    public sealed record NeedsName
    {
        [MaxLength(9)]
        public required string Name { get; init; }
    }
}

public sealed record DefaultAgainstRule
{
    public WidgetRange Range { get; init; } = new() { Low = 5 };
}

public sealed record LookAround
{
    [MaxLength(9), RegularExpression("^(?=a)a$")]
    public string? Name { get; init; }
}

public sealed record LoosePattern
{
    [MaxLength(9), RegularExpression("[a-z]+")]
    public string? Name { get; init; }
}

public sealed record OptionalKey
{
    [MaxItems(3), MapKeys("name")]
    public IReadOnlyList<Entry>? Entries { get; init; }

    public sealed record Entry
    {
        [MaxLength(9)]
        public string? Name { get; init; }
    }
}

public sealed record UnknownKey
{
    [MaxItems(3), MapKeys("nmae")]
    public IReadOnlyList<WidgetPart>? Entries { get; init; }
}

public sealed record SetOfObjects
{
    [MaxItems(3), Set]
    public IReadOnlyList<WidgetPart>? Entries { get; init; }
}

public sealed record MisplacedAttribute
{
    [MaxItems(3)]
    public int Size { get; init; }
}

public sealed record UnknownAttribute
{
    [MaxLength(9), Url]
    public string? Link { get; init; }
}

public sealed record RuleOverAbsentField
{
    public int? Low { get; init; }

    public static IReadOnlyList<Rule<RuleOverAbsentField>> Rules { get; } = [new("self.low < 3", bad => bad.Low < 3, "low must be below 3")];
}

public sealed record RuleOverUnknownField
{
    public int Low { get; init; }

    public static IReadOnlyList<Rule<RuleOverUnknownField>> Rules { get; } = [new("self.lwo < 3", bad => bad.Low < 3, "low must be below 3")];
}

public sealed record Recursive
{
    public Recursive? Inner { get; init; }
}

public sealed record Unsupported
{
    public Uri? Link { get; init; }
}
