using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.InMemory;

/// <summary>The API server's refusals, in its words (k8s.io/apimachinery, api/errors).</summary>
internal static class ApiErrors
{
    public static KubernetesException NotFound(EntityType type, string name) => new(404, "NotFound", $"{type.GroupResource} \"{name}\" not found");

    public static KubernetesException UnknownResource() => new(404, "NotFound", "the server could not find the requested resource");

    public static KubernetesException AlreadyExists(EntityType type, string name, bool isDeleting) =>
        new(409, "AlreadyExists", $"{(isDeleting ? "object is being deleted: " : "")}{type.GroupResource} \"{name}\" already exists");

    public static KubernetesException Conflict(EntityType type, string name, string why = "the object has been modified; please apply your changes to the latest version and try again") =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {type.GroupResource} \"{name}\": {why}");

    public static KubernetesException Invalid(EntityType type, string name, IReadOnlyList<string> problems) =>
        new(422, "Invalid", $"{type.GroupKind} \"{name}\" is invalid: {(problems.Count == 1 ? problems[0] : $"[{string.Join(", ", problems)}]")}");

    public static KubernetesException VersionRequired(EntityType type, string name) =>
        new(422, "Invalid", $"{type.GroupResource} \"{name}\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update");

    /// <summary>For an applied configuration that does not have the shape of its kind.</summary>
    public static KubernetesException Untyped(string problem) => Internal($"failed to create typed patch object: {problem}");

    public static KubernetesException BadRequest(string message) => new(400, "BadRequest", message);

    public static KubernetesException Expired(long asked, long oldest) => new(410, "Expired", $"too old resource version: {asked} ({oldest})");

    public static KubernetesException Internal(string message) => new(500, "InternalError", message);
}
