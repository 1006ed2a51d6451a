using System.Net.Http.Headers;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>Bearer tokens (RFC 6750, section 2.1).</summary>
internal static class BearerToken
{
    /// <summary>Whether it can be sent: no spaces, no line breaks, ASCII only.</summary>
    public static bool IsUsable(string token) => token.Length > 0 && token.All(letter => letter is > ' ' and < '\u007F');

    /// <summary>The header.</summary>
    public static AuthenticationHeaderValue Header(string token) => new("Bearer", token);
}
