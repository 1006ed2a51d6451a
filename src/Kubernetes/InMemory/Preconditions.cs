using System.Globalization;
using System.Text.Json.Nodes;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.InMemory;

/// <summary>What a request takes for granted about the object that is there; 409 Conflict where it is otherwise.</summary>
internal static class Preconditions
{
    /// <summary>For an object that is to take the place of <paramref name="current"/>.</summary>
    public static void CheckReplacement(ResourceDefinition definition, StoredObject current, JsonObject wanted)
    {
        if ((string?)wanted["metadata"]?["uid"] is { Length: > 0 } uid && uid != current.Uid)
        {
            throw ApiErrors.Conflict(definition.Type, current.Key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid}");
        }

        CheckVersion(definition, current, wanted);
    }

    /// <summary>For an object that a patch made of <paramref name="current"/>: its version is the current one unless the patch names another.</summary>
    public static void CheckPatched(ResourceDefinition definition, StoredObject current, JsonObject patched)
    {
        var type = definition.Type;
        var metadata = patched["metadata"] as JsonObject;
        if ((string?)metadata?["name"] is not { } name)
        {
            throw ApiErrors.BadRequest($"the name of the object ({current.Key.Name} based on URL) was undeterminable: name must be provided");
        }

        if (name != current.Key.Name)
        {
            throw ApiErrors.BadRequest($"the name of the object ({name}) does not match the name on the URL ({current.Key.Name})");
        }

        if ((string?)metadata["namespace"] != current.Key.Namespace)
        {
            throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        if ((string?)patched["kind"] is var kind && kind != type.Kind)
        {
            throw ApiErrors.Invalid(type with { Kind = kind ?? "" }, name, [$"kind: Invalid value: \"{kind}\": must be {type.Kind}"]);
        }

        if ((string?)patched["apiVersion"] is var version && version != type.GroupVersion)
        {
            throw ApiErrors.Invalid(type, name, [$"apiVersion: Invalid value: \"{version}\": must be {type.GroupVersion}"]);
        }

        CheckVersion(definition, current, patched);
    }

    /// <summary>For a deletion of <paramref name="current"/>.</summary>
    public static void CheckDeletion(ResourceDefinition definition, StoredObject current, DeleteOptions? options)
    {
        // In its refusals of deletions the server names the kind where it names the resource elsewhere.
        var named = definition.Type with { Plural = definition.Type.Kind };
        if (options?.Uid is { } uid && uid != current.Uid)
        {
            throw ApiErrors.Conflict(named, current.Key.Name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({current.Uid}). The object might have been deleted and then recreated");
        }

        if (options?.ResourceVersion is { } version && version != Show(current))
        {
            throw ApiErrors.Conflict(named, current.Key.Name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({Show(current)}). The object might have been modified");
        }
    }

    private static void CheckVersion(ResourceDefinition definition, StoredObject current, JsonObject wanted)
    {
        var version = (string?)wanted["metadata"]?["resourceVersion"];
        if (string.IsNullOrEmpty(version))
        {
            if (!definition.AllowsUnconditionalUpdate)
            {
                throw ApiErrors.VersionRequired(definition.Type, current.Key.Name);
            }
        }
        else if (version != Show(current))
        {
            throw ApiErrors.Conflict(definition.Type, current.Key.Name);
        }
    }

    private static string Show(StoredObject stored) => stored.ResourceVersion.ToString(CultureInfo.InvariantCulture);
}
