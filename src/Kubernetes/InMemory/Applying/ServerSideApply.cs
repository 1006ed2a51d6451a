using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.InMemory.Applying;

/// <summary>
/// Server-side apply (KEP-555; sigs.k8s.io/structured-merge-diff, merge.Updater): pure functions from an object and what is applied to the next object and the
/// owners of its fields.
/// </summary>
internal static class ServerSideApply
{
    /// <summary>Who owns what was written by other means than applying: an in-memory cluster has one client.</summary>
    private const string OtherWriter = "in-memory";

    /// <summary>What is stored when <paramref name="patch"/> is applied over <paramref name="current"/>, which is null where the object is not there.</summary>
    /// <exception cref="KubernetesException">The configuration is none of this object, or would change what others own, or leads to an object that is refused.</exception>
    public static JsonObject Next(ResourceDefinition definition, NamespacedName key, StoredObject? current, KubernetesPatch.Apply patch, DateTimeOffset now)
    {
        var configuration = Checked(definition.Type, key, patch);
        var live = current?.ToJson();
        var wanted = live?.DeepClone().AsObject() ?? [];
        var owners = Merge(definition, live, wanted, configuration, patch);
        if (current is not null)
        {
            Preconditions.CheckPatched(definition, current, wanted);
        }

        var next = live is null ? ObjectStrategy.Create(definition, wanted, now) : ObjectStrategy.Update(definition, live, wanted);
        next["metadata"]!["managedFields"] = owners.ToJson();
        return next;
    }

    /// <summary>Notes in <paramref name="next"/> who owns what after it was written over <paramref name="old"/> by other means than applying.</summary>
    public static JsonObject AfterUpdate(ResourceDefinition definition, JsonObject old, JsonObject next)
    {
        var owners = FieldOwners.Read(old);
        if (!owners.IsEmpty)
        {
            owners.Updated(OtherWriter, FieldChanges.Between(definition.Shape, old, next));
            next["metadata"]!["managedFields"] = owners.ToJson();
        }

        return next;
    }

    /// <summary>Makes <paramref name="wanted"/>, a copy of <paramref name="live"/>, what the configuration says, and gives the owners after it.</summary>
    private static FieldOwners Merge(ResourceDefinition definition, JsonObject? live, JsonObject wanted, JsonObject configuration, KubernetesPatch.Apply patch)
    {
        var shape = definition.Shape;
        var owners = OwnersOf(definition, live);
        ApplyMerge.Merge(shape, wanted, configuration, "");

        var given = owners.Applied(patch.FieldManager, OwnedFields.Of(shape, configuration).Keys);
        var owned = owners.All;
        given.ExceptWith(owned);
        ApplyMerge.Prune(shape, wanted, "", given, owned);

        var changes = FieldChanges.Between(shape, live ?? [], wanted);
        var conflicts = owners.Conflicts(patch.FieldManager, changes);
        if (conflicts.Count > 0 && !patch.Force)
        {
            throw new KubernetesException(409, "Conflict", Describe(definition.Type, conflicts));
        }

        owners.TakeFromOthers(patch.FieldManager, changes);
        return owners;
    }

    /// <summary>Of an object that was never applied, all fields are its writer's.</summary>
    private static FieldOwners OwnersOf(ResourceDefinition definition, JsonObject? live)
    {
        var owners = FieldOwners.Read(live ?? []);
        if (live is not null && owners.IsEmpty)
        {
            owners.Updated(OtherWriter, FieldChanges.Between(definition.Shape, [], live));
        }

        return owners;
    }

    private static JsonObject Checked(EntityType type, NamespacedName key, KubernetesPatch.Apply patch)
    {
        if (string.IsNullOrEmpty(patch.FieldManager))
        {
            throw new KubernetesException(422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        }

        // Read again, so that values are those of JSON whatever they were made from.
        var configuration = JsonNode.Parse(patch.Configuration.ToJsonString())!.AsObject();
        var version = (string?)configuration["apiVersion"];
        if (version != type.GroupVersion)
        {
            throw ApiErrors.BadRequest($"Incorrect version specified in apply patch. Specified patch version: {version}, expected: {type.GroupVersion}");
        }

        if ((string?)configuration["kind"] is var kind && kind != type.Kind)
        {
            throw ApiErrors.Internal($"failed to merge config: expected objects of the same type, but got {kind} and {type.Kind}");
        }

        var metadata = configuration["metadata"] as JsonObject;
        if ((string?)metadata?["name"] is not { } name)
        {
            throw ApiErrors.BadRequest($"the name of the object ({key.Name} based on URL) was undeterminable: name must be provided");
        }

        if (name != key.Name)
        {
            throw ApiErrors.BadRequest($"the name of the object ({name}) does not match the name on the URL ({key.Name})");
        }

        if ((string?)metadata["namespace"] is { } @namespace && @namespace != key.Namespace)
        {
            throw ApiErrors.BadRequest($"the namespace of the object ({@namespace}) does not match the namespace on the request ({key.Namespace})");
        }

        if (metadata.ContainsKey("managedFields"))
        {
            throw ApiErrors.BadRequest("metadata.managedFields must be nil");
        }

        metadata["namespace"] = key.Namespace;
        configuration.Remove("status");
        return configuration;
    }

    private static string Describe(EntityType type, IReadOnlyList<FieldConflict> conflicts)
    {
        string Who(FieldConflict conflict) => $"\"{conflict.Manager}\"{(conflict.IsByUpdate ? $" using {type.GroupVersion}" : "")}";
        var count = conflicts.Sum(conflict => conflict.Fields.Count);
        if (count == 1)
        {
            return $"Apply failed with 1 conflict: conflict with {Who(conflicts[0])}: {FieldPath.Describe(conflicts[0].Fields[0])}";
        }

        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"Apply failed with {count} conflicts: ");
        text.AppendJoin('\n', conflicts.Select(conflict =>
            $"conflicts with {Who(conflict)}:\n{string.Join('\n', conflict.Fields.Select(path => $"- {FieldPath.Describe(path)}"))}"));
        return text.ToString();
    }
}
