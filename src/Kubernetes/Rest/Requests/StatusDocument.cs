using System.Net;
using System.Text;
using System.Text.Json;
using TextOps.Crds;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Rest.Requests;

/// <summary>An answer that is not success (metav1.Status).</summary>
internal sealed record StatusDocument
{
    private const int ExcerptChars = 200;

    public string? Kind { get; init; }

    public int Code { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public StatusDetails? Details { get; init; }

    public KubernetesException ToException() => new(Code, Reason ?? "", Message ?? Reason ?? $"the server answered {Code} and no reason");

    /// <summary>What <paramref name="body"/> says; where it is no Status (a proxy's page, nothing at all), one that shows its beginning.</summary>
    /// <param name="secret">Not to be shown where the answer repeats it.</param>
    public static StatusDocument Read(ApiRequest request, HttpStatusCode code, ReadOnlySpan<byte> body, string? secret)
    {
        var read = Parse(body);
        if (read is null)
        {
            var excerpt = Excerpt(body, secret);
            return new StatusDocument
            {
                Code = (int)code,
                Reason = code.ToString(),
                Message = $"{request}: {(int)code} {code}, {(excerpt.Length == 0 ? "with nothing" : $"with what is no Status of an API server: {excerpt}")}",
            };
        }

        var message = read.Message;
        if (code == HttpStatusCode.Unauthorized)
        {
            // All that servers say is "Unauthorized".
            message = $"{request}: {read.Message ?? read.Reason}: the API server does not take the credentials; check the user of the kubeconfig or the service account's token";
        }

        return read with { Code = read.Code == 0 ? (int)code : read.Code, Reason = read.Reason ?? code.ToString(), Message = message };
    }

    /// <summary>The beginning of a text from outside, on one line.</summary>
    public static string Excerpt(ReadOnlySpan<byte> utf8, string? secret = null)
    {
        // A secret that lies across the cut would show its beginning, so it goes first.
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 64 * 1024)]);
        if (!string.IsNullOrEmpty(secret))
        {
            text = text.Replace(secret, "(secret)", StringComparison.Ordinal);
        }

        var excerpt = new StringBuilder();
        foreach (var character in text.AsSpan().Trim())
        {
            var shown = char.IsControl(character) ? ' ' : character;
            if (shown != ' ' || excerpt is not [.., ' '])
            {
                excerpt.Append(shown);
            }

            if (excerpt.Length == ExcerptChars)
            {
                return $"{excerpt}…";
            }
        }

        return excerpt.ToString();
    }

    private static StatusDocument? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize<StatusDocument>(body, Json.Objects) is { Kind: "Status" } status ? status : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What a Status is about.</summary>
internal sealed record StatusDetails
{
    public string? Name { get; init; }
}
