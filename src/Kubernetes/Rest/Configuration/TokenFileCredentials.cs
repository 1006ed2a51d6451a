namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>A bearer token in a file, such as the one of a pod's service account.</summary>
internal sealed class TokenFileCredentials(string path, TimeProvider time) : FileCredentials(time)
{
    /// <inheritdoc/>
    protected override ClusterCredential Read(ClusterCredential? last)
    {
        string token;
        try
        {
            token = SmallFile.ReadText(path).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CredentialException($"the token file {path} cannot be read: {error.Message}", error);
        }

        if (!BearerToken.IsUsable(token))
        {
            throw new CredentialException(token.Length == 0
                ? $"the token file {path} is empty; whoever writes it must put a token into it"
                : $"the token file {path} holds spaces, line breaks or other letters that no token has; it must hold one token and nothing else");
        }

        return last?.Authorization?.Parameter == token ? last : new ClusterCredential(BearerToken.Header(token), null);
    }
}
