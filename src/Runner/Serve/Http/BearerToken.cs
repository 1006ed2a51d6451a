using System.Security.Cryptography;
using System.Text;

namespace TextOps.Runner.Serve.Http;

/// <summary>The token that requests must carry (RFC 6750). How long a comparison takes says nothing about it.</summary>
internal sealed class BearerToken
{
    private const string Scheme = "Bearer ";

    private readonly byte[] digest;

    /// <summary>Takes the token.</summary>
    public BearerToken(string token) => digest = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Whether an <c>Authorization</c> header carries it.</summary>
    public bool IsIn(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        // Digests have one length, whatever was sent.
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim())), digest);
    }
}
