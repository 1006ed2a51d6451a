using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.InMemory.Applying;

/// <summary>Brings what is applied into an object, and takes out of it what is applied no longer.</summary>
internal static class ApplyMerge
{
    /// <summary>Merges an object into another, in place.</summary>
    public static void Merge(MergeShape shape, JsonObject target, JsonObject applied, string path)
    {
        foreach (var (name, value) in applied)
        {
            var before = target[name];
            var merged = Merged(shape.Of(name), before, value, FieldPath.Field(path, name));
            if (before is null || !ReferenceEquals(before, merged))
            {
                target[name] = merged;
            }
        }
    }

    /// <summary>
    /// Removes from <paramref name="node"/>, which is at <paramref name="path"/>, what is <paramref name="given"/> up and holds nothing that is
    /// <paramref name="owned"/>; parts that become empty by it go too. Says whether anything of it is owned.
    /// </summary>
    public static bool Prune(MergeShape shape, JsonNode? node, string path, IReadOnlySet<string> given, IReadOnlySet<string> owned)
    {
        var isOwned = owned.Contains(path);
        switch (node)
        {
            case JsonObject document when !shape.IsAtomic:
                foreach (var (name, value) in document.ToArray())
                {
                    if (PrunePart(shape.Of(name), value, FieldPath.Field(path, name), given, owned, ref isOwned))
                    {
                        document.Remove(name);
                    }
                }

                break;
            case JsonArray items when shape.IsSet || shape.Keys.Count > 0:
                for (var i = items.Count - 1; i >= 0; i--)
                {
                    var itemPath = shape.IsSet ? FieldPath.Item(path, items[i]) : FieldPath.Item(path, shape.Keys, items[i]);
                    if (PrunePart(shape.Items, items[i], itemPath, given, owned, ref isOwned))
                    {
                        items.RemoveAt(i);
                    }
                }

                break;
        }

        return isOwned;
    }

    private static bool PrunePart(MergeShape shape, JsonNode? part, string path, IReadOnlySet<string> given, IReadOnlySet<string> owned, ref bool parentIsOwned)
    {
        var wasEmpty = IsEmpty(part);
        var isOwned = Prune(shape, part, path, given, owned);
        parentIsOwned |= isOwned;
        return !isOwned && (given.Contains(path) || (!wasEmpty && IsEmpty(part)));
    }

    private static JsonNode? Merged(MergeShape shape, JsonNode? target, JsonNode? applied, string path)
    {
        switch (applied)
        {
            case JsonObject { Count: > 0 } parts when !shape.IsAtomic:
                var into = target as JsonObject ?? [];
                Merge(shape, into, parts, path);
                return into;
            case JsonObject { Count: 0 } when target is JsonObject:
                return target;
            case JsonArray items when shape.IsSet || shape.Keys.Count > 0:
                return MergedList(shape, target as JsonArray ?? [], items, path);
            default:
                return applied?.DeepClone();
        }
    }

    /// <summary>Items keep their places; new ones come behind. (The order among the applied ones is theirs where all are applied by one.)</summary>
    private static JsonArray MergedList(MergeShape shape, JsonArray target, JsonArray applied, string path)
    {
        string PathOf(JsonNode? item) => shape.IsSet ? FieldPath.Item(path, item) : FieldPath.Item(path, shape.Keys, item);
        foreach (var item in applied)
        {
            var itemPath = PathOf(item);
            var index = 0;
            while (index < target.Count && PathOf(target[index]) != itemPath)
            {
                index++;
            }

            if (index == target.Count)
            {
                target.Add(item?.DeepClone());
            }
            else if (!shape.IsSet)
            {
                Merge(shape.Items, target[index]!.AsObject(), item!.AsObject(), itemPath);
            }
        }

        return target;
    }

    private static bool IsEmpty(JsonNode? node) => node is JsonObject { Count: 0 } or JsonArray { Count: 0 };
}
