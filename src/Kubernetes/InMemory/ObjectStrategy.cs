using System.Globalization;
using System.Text.Json.Nodes;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.InMemory;

/// <summary>
/// What is stored when something is asked for, and why it is refused: pure functions from the old state and the wish to the new state (k8s.io/apiserver,
/// registry/rest: BeforeCreate, BeforeUpdate, BeforeDelete). metadata.resourceVersion is set by whoever stores it.
/// </summary>
internal static class ObjectStrategy
{
    /// <summary>Fields of metadata that clients cannot set.</summary>
    private static readonly string[] ServerFields =
        ["uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "managedFields"];

    /// <summary>Collections of metadata; an empty one is none.</summary>
    private static readonly string[] Collections = ["labels", "annotations", "ownerReferences", "finalizers"];

    /// <summary>By these the garbage collector holds an object while it deletes or releases what it owns; a deletion in the background takes them away.</summary>
    private static readonly string[] CollectorFinalizers = ["foregroundDeletion", "orphan"];

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

        Complete(definition, wanted);
        Refuse(definition, wanted, Problems(definition, wanted));
        return wanted;
    }

    public static JsonObject Update(ResourceDefinition definition, JsonObject old, JsonObject wanted)
    {
        var metadata = Normalize(definition, wanted);
        var before = old["metadata"]!.AsObject();
        string[] refused = [.. MetadataRules.ChangeProblems(before, metadata)];
        foreach (var field in ServerFields)
        {
            SetOrRemove(metadata, field, before[field]);
        }

        if (definition.HasStatus)
        {
            SetOrRemove(wanted, "status", old["status"]);
        }

        Complete(definition, wanted);
        Refuse(definition, wanted, [.. refused, .. Problems(definition, wanted), .. definition.ValidateUpdate(old, wanted)]);
        if (!SameBeyondMetadataAndStatus(definition, old, wanted)
            || (definition.CountsAnnotations && !JsonNode.DeepEquals(before["annotations"], metadata["annotations"])))
        {
            CountGeneration(metadata);
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

    /// <summary>
    /// An object after its deletion in the background was asked for: it is over (<see cref="IsOver"/>), or is told so and waits for its grace or its
    /// finalizers. Asked again, it can only go sooner.
    /// </summary>
    public static JsonObject Delete(ResourceDefinition definition, JsonObject old, DeleteOptions? options, DateTimeOffset now)
    {
        var next = old.DeepClone().AsObject();
        var metadata = Normalize(definition, next);
        if (metadata["finalizers"] is JsonArray finalizers)
        {
            finalizers.RemoveAll(finalizer => CollectorFinalizers.Contains((string?)finalizer));
        }

        if ((DateTimeOffset?)metadata["deletionTimestamp"] is not { } end)
        {
            SetDeletion(metadata, now, definition.GracePeriod(old, options));
            CountGeneration(metadata);
        }
        else if (options?.GracePeriodSeconds is { } sooner && (long?)metadata["deletionGracePeriodSeconds"] is { } given && sooner < given)
        {
            SetDeletion(metadata, end - TimeSpan.FromSeconds(given), sooner);
        }

        return next;
    }

    /// <summary>Whether an object is deleted and nothing holds it any more.</summary>
    public static bool IsOver(JsonObject json) =>
        json["metadata"] is { } metadata && metadata["deletionTimestamp"] is not null
        && (long?)metadata["deletionGracePeriodSeconds"] is null or 0 && metadata["finalizers"] is null or JsonArray { Count: 0 };

    private static void SetDeletion(JsonObject metadata, DateTimeOffset asked, long graceSeconds)
    {
        metadata["deletionTimestamp"] = Time(asked + TimeSpan.FromSeconds(graceSeconds));
        metadata["deletionGracePeriodSeconds"] = graceSeconds;
    }

    private static void CountGeneration(JsonObject metadata)
    {
        if ((long?)metadata["generation"] is { } generation)
        {
            metadata["generation"] = generation + 1;
        }
    }

    private static JsonObject Normalize(ResourceDefinition definition, JsonObject wanted)
    {
        wanted["apiVersion"] = definition.Type.GroupVersion;
        wanted["kind"] = definition.Type.Kind;
        if (wanted["metadata"] is not JsonObject metadata)
        {
            wanted["metadata"] = metadata = [];
        }

        foreach (var field in Collections)
        {
            if (metadata[field] is JsonObject { Count: 0 } or JsonArray { Count: 0 })
            {
                metadata.Remove(field);
            }
        }

        return metadata;
    }

    private static void Complete(ResourceDefinition definition, JsonObject wanted)
    {
        definition.Schema?.Default(wanted);
        definition.Schema?.Prune(wanted);
        definition.Default(wanted);
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
