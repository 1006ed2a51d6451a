using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TextOps.Crds;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Rest.Requests;

/// <summary>How a patch is sent.</summary>
/// <param name="MediaType">Tells the server its form.</param>
/// <param name="Utf8">The patch.</param>
/// <param name="IsRepeatable">Whether applying it twice is applying it once. Of list operations that is not known.</param>
/// <param name="FieldManager">Who applies; null: whoever the client is.</param>
/// <param name="Force">Whether fields of other managers are taken; null: not asked.</param>
internal sealed partial record PatchBody(string MediaType, byte[] Utf8, bool IsRepeatable, string? FieldManager = null, bool? Force = null)
{
    public static PatchBody Of(KubernetesPatch patch) => patch switch
    {
        KubernetesPatch.Merge merge => new("application/merge-patch+json", Write(merge.Patch), IsRepeatable: true),
        KubernetesPatch.Json json => new("application/json-patch+json", Write(json.Operations), IsRepeatable: false),
        KubernetesPatch.StrategicMerge merge => new("application/strategic-merge-patch+json", Write(merge.Patch), IsRepeatable: false),
        KubernetesPatch.Apply apply => new("application/apply-patch+yaml", WriteYaml(apply.Configuration), IsRepeatable: true, apply.FieldManager, apply.Force),
        _ => throw new NotSupportedException($"{patch.GetType().Name} is no patch that an API server knows"),
    };

    private static byte[] Write(JsonNode patch) => JsonSerializer.SerializeToUtf8Bytes(patch, Json.Objects);

    /// <summary>JSON is YAML, but for one thing: YAML has no escapes for the halves of a surrogate pair, so 😀 must stand there as itself.</summary>
    private static byte[] WriteYaml(JsonObject configuration) => Encoding.UTF8.GetBytes(Escape().Replace(
        JsonSerializer.Serialize(configuration, Json.Objects),
        escape => escape.Length == 2 ? escape.Value : new string([Unit(escape.ValueSpan[2..6]), Unit(escape.ValueSpan[8..])])));

    private static char Unit(ReadOnlySpan<char> hex) => (char)ushort.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>A surrogate pair, or the beginning of any other escape, which is taken so that its second character does not begin one.</summary>
    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\.", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Escape();
}
