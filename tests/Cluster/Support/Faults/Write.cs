using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Kubernetes.Tests.Rest.Faults;

namespace TextOps.Cluster.Tests.Support.Faults;

/// <summary>A request that changes something, named so that the same one of another run has the same name.</summary>
/// <param name="Verb">create, update, patch or delete.</param>
/// <param name="Resource">Resource and subresource, as RBAC names them.</param>
/// <param name="What">Which one: the part and attempt of a child, the first words of a status or an event.</param>
internal sealed record Write(string Verb, string Resource, string What)
{
    /// <summary>The write that a request is; null where it only reads.</summary>
    public static Write? Of(SeenRequest request)
    {
        var verb = request.Method switch
        {
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => null,
        };
        if (verb is null)
        {
            return null;
        }

        // /api/v1 or /apis/group/version, then namespaces/NAME/RESOURCE[/NAME[/SUBRESOURCE]].
        var path = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).SkipWhile(part => part != "namespaces").Skip(2).ToList();
        var body = JsonNode.Parse(request.Body)!;
        return new Write(verb, path.Count > 2 ? $"{path[0]}/{path[2]}" : path[0], path[0] switch
        {
            "events" => $"{body["reason"]}: {FirstWord(body["message"])}",
            "embeddingjobs" or "trainingruns" => Ready(body),
            _ when verb == "create" => PartOf(body["metadata"]!["labels"]!),
            "jobs" => PartOf(path[1]),
            _ => "",
        });
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Verb} {Resource} {What}".TrimEnd();

    private static string Ready(JsonNode body)
    {
        var ready = body["status"]!["conditions"]!.AsArray().Single(condition => (string?)condition!["type"] == "Ready")!;
        return $"{ready["reason"]}: {FirstWord(ready["message"])}";
    }

    private static string FirstWord(JsonNode? text) => ((string?)text ?? "").Split(' ', ':', ';')[0];

    private static string PartOf(JsonNode labels) => $"{labels[ApiGroup.PartLabel]}-a{labels[ApiGroup.AttemptLabel]}";

    // A Job's name ends with its part and attempt.
    private static string PartOf(string jobName) => string.Join('-', jobName.Split('-')[^2..]);
}
