using System.Globalization;
using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.InMemory;

/// <summary>
/// What is stored when something is asked for, and why it is refused: pure functions from the old state and the wish to the new state (k8s.io/apiserver,
/// registry/rest: BeforeCreate, BeforeUpdate). metadata.resourceVersion is set by whoever stores it.
/// </summary>
internal static class ObjectStrategy
{
    /// <summary>Fields of metadata that clients cannot set.</summary>
    private static readonly string[] ServerFields = ["uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"];

    public static JsonObject Create(ResourceDefinition definition, JsonObject wanted, DateTimeOffset now)
    {
        var metadata = Normalize(definition, wanted);
        foreach (var field in ServerFields)
        {
            metadata.Remove(field);
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Time(now);
        if (definition.HasGeneration)
        {
            metadata["generation"] = 1;
        }

        if (definition.HasStatus)
        {
            SetOrRemove(wanted, "status", definition.InitialStatus());
        }

        definition.Schema?.Default(wanted);
        definition.Schema?.Prune(wanted);
        Refuse(definition, wanted, Problems(definition, wanted));
        return wanted;
    }

    public static JsonObject Update(ResourceDefinition definition, JsonObject old, JsonObject wanted)
    {
        var metadata = Normalize(definition, wanted);
        foreach (var field in ServerFields)
        {
            SetOrRemove(metadata, field, old["metadata"]![field]);
        }

        if (definition.HasStatus)
        {
            SetOrRemove(wanted, "status", old["status"]);
        }

        definition.Schema?.Default(wanted);
        definition.Schema?.Prune(wanted);
        Refuse(definition, wanted, [.. Problems(definition, wanted), .. definition.ValidateUpdate(old, wanted)]);
        if (definition.HasGeneration && !SameBeyondMetadataAndStatus(definition, old, wanted))
        {
            metadata["generation"] = ((long?)metadata["generation"] ?? 0) + 1;
        }

        return wanted;
    }

    public static JsonObject UpdateStatus(ResourceDefinition definition, JsonObject old, JsonObject wanted)
    {
        var next = old.DeepClone().AsObject();
        SetOrRemove(next, "status", wanted["status"]);
        if (definition.Schema is { } schema)
        {
            schema.Default(next);
            schema.Prune(next);

            // What is wrong outside status was wrong before, and whoever writes the status cannot help it.
            Refuse(definition, next, [.. schema.Validate(next).Where(problem => problem.StartsWith("status", StringComparison.Ordinal))]);
        }

        return next;
    }

    public static JsonObject MarkDeleted(JsonObject old, long graceSeconds, DateTimeOffset now)
    {
        var next = old.DeepClone().AsObject();
        var metadata = next["metadata"]!.AsObject();
        metadata["deletionTimestamp"] = Time(now + TimeSpan.FromSeconds(graceSeconds));
        metadata["deletionGracePeriodSeconds"] = graceSeconds;
        return next;
    }

    private static JsonObject Normalize(ResourceDefinition definition, JsonObject wanted)
    {
        wanted["apiVersion"] = definition.Type.GroupVersion;
        wanted["kind"] = definition.Type.Kind;
        if (wanted["metadata"] is not JsonObject metadata)
        {
            wanted["metadata"] = metadata = [];
        }

        return metadata;
    }

    private static IEnumerable<string> Problems(ResourceDefinition definition, JsonObject wanted)
    {
        List<string> problems = [.. MetadataRules.Problems(wanted["metadata"]!.AsObject())];
        if (definition.Schema is { } schema)
        {
            problems.AddRange(schema.Validate(wanted));
        }

        // Rules over several fields are asked only of objects that have the right shape, as the API server does.
        return problems.Count > 0 ? problems : definition.Validate(wanted);
    }

    private static void Refuse(ResourceDefinition definition, JsonObject wanted, IEnumerable<string> problems)
    {
        var all = problems.ToArray();
        if (all.Length > 0)
        {
            throw ApiErrors.Invalid(definition.Type, (string?)wanted["metadata"]!["name"] ?? "", all);
        }
    }

    private static bool SameBeyondMetadataAndStatus(ResourceDefinition definition, JsonObject old, JsonObject next)
    {
        bool Counts(string field) => field != "metadata" && !(definition.HasStatus && field == "status");
        return old.Select(field => field.Key).Union(next.Select(field => field.Key)).Where(Counts).All(field => JsonNode.DeepEquals(old[field], next[field]));
    }

    private static void SetOrRemove(JsonObject target, string field, JsonNode? value)
    {
        if (value is null)
        {
            target.Remove(field);
        }
        else
        {
            target[field] = value.DeepClone();
        }
    }

    /// <summary>metav1.Time: whole seconds, UTC.</summary>
    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
