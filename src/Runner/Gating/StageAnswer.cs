using System.Text.Json;
using TextOps.Crds;
using TextOps.Runner.Logging;

namespace TextOps.Runner.Gating;

/// <summary>What a stage answered.</summary>
internal sealed record StageAnswer
{
    private const int MaxTextBytes = 200;

    /// <summary>HTTP status; null where no whole answer came.</summary>
    public int? Status { get; init; }

    /// <summary>Header <c>x-textops-version</c>; null where there is none.</summary>
    public string? Version { get; init; }

    /// <summary>The body where it is JSON.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>Why no whole answer came.</summary>
    public string? Fault { get; init; }

    /// <summary>From the request to the whole answer.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Whether it is an answer with status 200 of <paramref name="version"/>.</summary>
    public bool IsGood(string version) => Status == 200 && Version == version;

    /// <summary>What is wrong with it as an answer of <paramref name="version"/>; null where nothing is.</summary>
    public string? FaultAs(string version) =>
        Fault is not null ? Text(Fault)
        : Status is >= 300 and < 400 ? $"status {Status}: redirects are not followed"
        : Version != version ? $"status {Status} of {(Version is null ? "no version (there is no x-textops-version)" : $"version '{Text(Version)}'")}"
        : Status != 200 ? $"status {Status}{(Detail is { } detail ? $": {detail}" : "")}"
        : null;

    /// <summary>A text of the answer, for a message: cut, and without control characters.</summary>
    public static string Text(string text) => Ellipsis.Cut(LogText.Escape(text), MaxTextBytes);

    /// <summary>A field of the body.</summary>
    public JsonElement? Field(string name) => Body is { ValueKind: JsonValueKind.Object } body && body.TryGetProperty(name, out var value) ? value : null;

    // RFC 9457.
    private string? Detail => Field("detail") is { ValueKind: JsonValueKind.String } detail ? Text(detail.GetString()!) : null;
}
