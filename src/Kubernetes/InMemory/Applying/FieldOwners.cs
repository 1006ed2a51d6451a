using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.InMemory.Applying;

/// <summary>
/// Who set which fields of an object: kept with it as metadata.managedFields, in a form of our own (paths instead of FieldsV1), as no reader of ours asks for it.
/// Objects that nobody has ever applied have none.
/// </summary>
internal sealed class FieldOwners
{
    private const string ByApply = "Apply";
    private const string ByUpdate = "Update";

    private readonly Dictionary<(string Manager, string Operation), HashSet<string>> owners = [];

    /// <summary>The owners of an object.</summary>
    public static FieldOwners Read(JsonObject json)
    {
        var read = new FieldOwners();
        foreach (var entry in json["metadata"]?["managedFields"] as JsonArray ?? [])
        {
            read.owners[((string)entry!["manager"]!, (string)entry["operation"]!)] = entry["fields"]!.AsArray().Select(path => (string)path!).ToHashSet(StringComparer.Ordinal);
        }

        return read;
    }

    public bool IsEmpty => owners.Count == 0;

    public HashSet<string> All => owners.Values.SelectMany(fields => fields).ToHashSet(StringComparer.Ordinal);

    /// <summary>Says what <paramref name="manager"/> applies; gives what it applied before.</summary>
    public HashSet<string> Applied(string manager, IEnumerable<string> fields)
    {
        var before = owners.GetValueOrDefault((manager, ByApply)) ?? [];
        owners[(manager, ByApply)] = fields.ToHashSet(StringComparer.Ordinal);
        return before;
    }

    /// <summary>Says what <paramref name="manager"/> changed by other means than applying: it shares its fields with nobody.</summary>
    public void Updated(string manager, FieldChanges changes)
    {
        TakeFromOthers(manager: null, changes);
        var own = owners.GetValueOrDefault((manager, ByUpdate)) ?? [];
        own.UnionWith(changes.Set);
        owners[(manager, ByUpdate)] = own;
    }

    /// <summary>Those of the changed fields that others than the applying <paramref name="manager"/> own, by owner.</summary>
    public IReadOnlyList<FieldConflict> Conflicts(string manager, FieldChanges changes) =>
    [
        .. from owner in owners
           where owner.Key != (manager, ByApply)
           orderby owner.Key.Manager, owner.Key.Operation
           let fields = owner.Value.Intersect(changes.Set).Order(StringComparer.Ordinal).ToArray()
           where fields.Length > 0
           select new FieldConflict(owner.Key.Manager, owner.Key.Operation == ByUpdate, fields),
    ];

    /// <summary>Takes changed fields from all but the applying <paramref name="manager"/>, and what is no longer there from all.</summary>
    public void TakeFromOthers(string? manager, FieldChanges changes)
    {
        foreach (var (owner, fields) in owners.ToArray())
        {
            fields.ExceptWith(changes.Removed);
            if (owner != (manager, ByApply))
            {
                fields.ExceptWith(changes.Set);
            }

            if (fields.Count == 0)
            {
                owners.Remove(owner);
            }
        }
    }

    public JsonArray ToJson() =>
    [
        .. from owner in owners
           orderby owner.Key.Manager, owner.Key.Operation
           select new JsonObject
           {
               ["manager"] = owner.Key.Manager,
               ["operation"] = owner.Key.Operation,
               ["fields"] = new JsonArray([.. owner.Value.Order(StringComparer.Ordinal).Select(path => (JsonNode)path)]),
           },
    ];
}

/// <summary>Fields that an applied configuration would change and another set.</summary>
internal sealed record FieldConflict(string Manager, bool IsByUpdate, IReadOnlyList<string> Fields);
