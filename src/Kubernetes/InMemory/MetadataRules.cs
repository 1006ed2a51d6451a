using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TextOps.Kubernetes.InMemory;

/// <summary>What the API server asks of every object's metadata (k8s.io/apimachinery, api/validation/objectmeta.go).</summary>
public static partial class MetadataRules
{
    internal const int MaxLabelLength = 63;

    private const int MaxNameLength = 253;
    private const int MaxAnnotationBytes = 256 * 1024;

    private const string SubdomainRule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string LabelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
        + "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string ServiceNameRule = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric "
        + "character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private const string QualifiedNameRule = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string LabelValueRule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    /// <summary>What is wrong with an object's <paramref name="metadata"/>; each message begins with the field's path. Name and namespace are required.</summary>
    public static IEnumerable<string> Problems(JsonObject metadata) =>
    [
        .. NameProblems((string?)metadata["name"], (string?)metadata["namespace"]),
        .. LabelProblems(metadata["labels"] as JsonObject ?? [], "metadata.labels"),
        .. AnnotationProblems(metadata["annotations"] as JsonObject ?? [], "metadata.annotations"),
        .. OwnerProblems(metadata["ownerReferences"] as JsonArray ?? []),
        .. FinalizerProblems(metadata["finalizers"] as JsonArray ?? []),
    ];

    /// <summary>What is wrong with a change of metadata: what the server says of an object is not for others to say, but may be left out.</summary>
    internal static IEnumerable<string> ChangeProblems(JsonObject old, JsonObject next)
    {
        if ((string?)next["uid"] is { Length: > 0 } uid && uid != (string?)old["uid"])
        {
            yield return $"metadata.uid: Invalid value: \"{uid}\": field is immutable";
        }

        if (old["deletionTimestamp"] is null)
        {
            foreach (var field in (string[])["deletionTimestamp", "deletionGracePeriodSeconds"])
            {
                if (next[field] is { } value)
                {
                    yield return $"metadata.{field}: Invalid value: {value.ToJsonString()}: field is immutable";
                }
            }

            yield break;
        }

        var held = Names(old["finalizers"]);
        string[] late = [.. Names(next["finalizers"]).Except(held, StringComparer.Ordinal)];
        if (late.Length > 0)
        {
            yield return "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, "
                + $"found new finalizers []string{{{string.Join(", ", late.Select(name => $"\"{name}\""))}}}";
        }
    }

    /// <summary>Problems of a name that is a DNS label, at <paramref name="path"/>.</summary>
    internal static IEnumerable<string> DnsLabelProblems(string? name, string path)
    {
        if (string.IsNullOrEmpty(name))
        {
            yield return $"{path}: Required value";
        }
        else if (name.Length > MaxLabelLength || !DnsLabel().IsMatch(name))
        {
            yield return $"{path}: Invalid value: \"{name}\": {(name.Length > MaxLabelLength ? "must be no more than 63 characters" : LabelRule)}";
        }
    }

    /// <summary>The name of a Service becomes a host name: it is shorter and begins with a letter.</summary>
    internal static IEnumerable<string> ServiceNameProblems(string name)
    {
        if (name.Length > MaxLabelLength)
        {
            yield return $"metadata.name: Invalid value: \"{name}\": must be no more than 63 characters";
        }

        if (!DnsLabel().IsMatch(name) || char.IsAsciiDigit(name[0]))
        {
            yield return $"metadata.name: Invalid value: \"{name}\": {ServiceNameRule}";
        }
    }

    internal static IEnumerable<string> LabelProblems(JsonObject labels, string path)
    {
        foreach (var (key, node) in labels)
        {
            foreach (var problem in KeyProblems(key, path))
            {
                yield return problem;
            }

            var value = (string?)node ?? "";
            if (value.Length > MaxLabelLength)
            {
                yield return $"{path}: Invalid value: \"{value}\": must be no more than 63 bytes";
            }

            if (value.Length > 0 && !Name().IsMatch(value))
            {
                yield return $"{path}: Invalid value: \"{value}\": {LabelValueRule}";
            }
        }
    }

    private static IEnumerable<string> NameProblems(string? name, string? @namespace)
    {
        if (string.IsNullOrEmpty(name))
        {
            yield return "metadata.name: Required value: name or generateName is required";
            yield break;
        }

        if (name.Length > MaxNameLength)
        {
            yield return $"metadata.name: Invalid value: \"{name}\": must be no more than 253 characters";
        }

        if (!Subdomain().IsMatch(name))
        {
            yield return $"metadata.name: Invalid value: \"{name}\": {SubdomainRule}";
        }

        if (@namespace is { Length: > MaxLabelLength } || !DnsLabel().IsMatch(@namespace ?? ""))
        {
            yield return $"metadata.namespace: Invalid value: \"{@namespace}\": {LabelRule}";
        }
    }

    internal static IEnumerable<string> AnnotationProblems(JsonObject annotations, string path)
    {
        long size = 0;
        foreach (var (key, value) in annotations)
        {
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount((string?)value ?? "");
            foreach (var problem in KeyProblems(key.ToLowerInvariant(), path))
            {
                yield return problem;
            }
        }

        if (size > MaxAnnotationBytes)
        {
            yield return $"{path}: Too long: may not be more than {MaxAnnotationBytes} bytes";
        }
    }

    private static IEnumerable<string> OwnerProblems(JsonArray owners)
    {
        string? controller = null;
        foreach (var owner in owners)
        {
            foreach (var field in (string[])["apiVersion", "kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty((string?)owner?[field]))
                {
                    yield return $"metadata.ownerReferences.{field}: Invalid value: \"\": must not be empty";
                }
            }

            if ((bool?)owner?["controller"] == true)
            {
                var name = $"{owner?["kind"]}/{owner?["name"]}";
                if (controller is not null)
                {
                    yield return $"metadata.ownerReferences: Invalid value: {owners.ToJsonString()}: Only one reference can have Controller set to true. "
                        + $"Found \"true\" in references for {controller} and {name}";
                }

                controller = name;
            }
        }
    }

    private static IEnumerable<string> FinalizerProblems(JsonArray finalizers) => Names(finalizers).SelectMany(name => KeyProblems(name, "metadata.finalizers"));

    private static IEnumerable<string> Names(JsonNode? list) => (list as JsonArray ?? []).Select(name => (string?)name ?? "");

    private static IEnumerable<string> KeyProblems(string key, string path)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var prefix = slash < 0 ? null : key[..slash];
        var name = key[(slash + 1)..];
        if (prefix is not null && (prefix.Length is 0 or > MaxNameLength || !Subdomain().IsMatch(prefix)))
        {
            yield return $"{path}: Invalid value: \"{key}\": prefix part {SubdomainRule}";
        }

        if (name.Length > MaxLabelLength)
        {
            yield return $"{path}: Invalid value: \"{key}\": name part must be no more than 63 bytes";
        }

        if (!Name().IsMatch(name))
        {
            yield return $"{path}: Invalid value: \"{key}\": {QualifiedNameRule}";
        }
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Subdomain();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DnsLabel();

    [GeneratedRegex("^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
