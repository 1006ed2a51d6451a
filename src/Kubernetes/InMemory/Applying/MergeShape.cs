using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.InMemory.Applying;

/// <summary>
/// How a part of a kind is merged and owned (Kubernetes documentation, "Server-Side Apply: Merge strategy"): objects field by field and lists as one, unless it says
/// otherwise.
/// </summary>
internal sealed record MergeShape
{
    private readonly MergeShape? items;

    public static MergeShape Plain { get; } = new();

    /// <summary>An object that is owned as one.</summary>
    public static MergeShape Atomic { get; } = new() { IsAtomic = true };

    /// <summary>A list whose values are owned one by one.</summary>
    public static MergeShape Set { get; } = new() { IsSet = true };

    public bool IsAtomic { get; init; }

    public bool IsSet { get; init; }

    /// <summary>What names an item of a list whose items are merged; empty where they are not.</summary>
    public IReadOnlyList<MergeKey> Keys { get; init; } = [];

    /// <summary>The shape of a list's items.</summary>
    public MergeShape Items
    {
        get => items ?? Plain;
        init => items = value;
    }

    /// <summary>The shape of the values of a map, whose keys are owned even where their values have fields; null where it is no map.</summary>
    public MergeShape? Values { get; init; }

    public IReadOnlyDictionary<string, MergeShape> Fields { get; init; } = new Dictionary<string, MergeShape>();

    public MergeShape Of(string field) => Fields.GetValueOrDefault(field) ?? Values ?? Plain;

    /// <summary>A list whose items are merged with those that have the same key.</summary>
    public static MergeShape ListBy(string key, MergeShape? items = null) => ListBy([new MergeKey(key)], items);

    public static MergeShape ListBy(IReadOnlyList<MergeKey> keys, MergeShape? items = null) => new() { Keys = keys, Items = items ?? Plain };

    public static MergeShape Of(params ReadOnlySpan<(string Field, MergeShape Shape)> fields)
    {
        var named = new Dictionary<string, MergeShape>();
        foreach (var (field, shape) in fields)
        {
            named.Add(field, shape);
        }

        return new MergeShape { Fields = named };
    }
}

/// <summary>One of the fields that name an item of a list.</summary>
/// <param name="Field">The field.</param>
/// <param name="Default">Its value where an item leaves it out; null where it must not.</param>
internal sealed record MergeKey(string Field, JsonNode? Default = null);
