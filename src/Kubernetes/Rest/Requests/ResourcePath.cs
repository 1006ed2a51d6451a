using System.Text;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Rest.Requests;

/// <summary>Where the API serves objects (Kubernetes documentation, "Resource URIs").</summary>
internal static class ResourcePath
{
    /// <summary>All objects of a kind, in one namespace or, where it is null or empty, in all (or of a kind without namespaces).</summary>
    public static string OfAll(EntityType type, string? @namespace)
    {
        var root = type.Group.Length == 0 ? $"/api/{type.Version}" : $"/apis/{type.Group}/{type.Version}";
        return string.IsNullOrEmpty(@namespace) ? $"{root}/{type.Plural}" : $"{root}/namespaces/{Segment(@namespace, "namespace")}/{type.Plural}";
    }

    /// <summary>One object, or a subresource of it.</summary>
    public static string Of(EntityType type, string? @namespace, string name, string? subresource = null)
    {
        var path = $"{OfAll(type, @namespace)}/{Segment(name, "name")}";
        return subresource is null ? path : $"{path}/{subresource}";
    }

    /// <summary>A query of those <paramref name="parameters"/> that have a value.</summary>
    public static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return query.ToString();
    }

    /// <summary>A name that would lead to another path is refused before it is sent: an empty one would mean the whole collection.</summary>
    private static string Segment(string text, string what) =>
        text is "" or "." or ".." || text.AsSpan().ContainsAny('/', '%')
            ? throw new KubernetesException(400, "BadRequest", $"\"{text}\" is no {what} of an object: it must not be empty, \".\" or \"..\", nor hold \"/\" or \"%\"")
            : Uri.EscapeDataString(text);
}
