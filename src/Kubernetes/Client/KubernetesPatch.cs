using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.Client;

/// <summary>A change of an object in one of the forms that the API server takes.</summary>
public abstract record KubernetesPatch
{
    private KubernetesPatch()
    {
    }

    /// <summary>JSON merge patch (RFC 7386): null removes a member, lists are replaced.</summary>
    public sealed record Merge(JsonObject Patch) : KubernetesPatch;

    /// <summary>JSON patch (RFC 6902): a list of operations.</summary>
    public sealed record Json(JsonArray Operations) : KubernetesPatch;

    /// <summary>Strategic merge patch: as merge, but lists are merged by their key. Built-in kinds only; 415 for custom resources.</summary>
    public sealed record StrategicMerge(JsonObject Patch) : KubernetesPatch;

    /// <summary>
    /// Server-side apply (KEP-555): the whole of what <paramref name="FieldManager"/> wants of an object, which is created where it is not there.
    /// 409 Conflict where another manager owns a field, unless <paramref name="Force"/>.
    /// </summary>
    public sealed record Apply(JsonObject Configuration, string FieldManager, bool Force = false) : KubernetesPatch;

    /// <summary>A merge patch, the form that all clusters and kinds take.</summary>
    public static implicit operator KubernetesPatch(JsonObject patch) => FromJsonObject(patch);

    /// <summary>A merge patch, the form that all clusters and kinds take.</summary>
    public static KubernetesPatch FromJsonObject(JsonObject patch) => new Merge(patch);
}
