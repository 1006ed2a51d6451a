using System.Security.Cryptography;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>A kubeconfig's user.</summary>
internal sealed class KubeConfigUser(KubeConfigNode node, KubeConfigCluster cluster, ClusterEnvironment environment, TimeProvider time)
{
    private static readonly string[] Ways = ["tokenFile", "token", "username", "password", "exec"];

    /// <summary>What shows who this is: one way to make a header, and a client certificate beside it or alone.</summary>
    public ICredentialSource Credentials()
    {
        RefuseWhatIsNotThere();
        var ways = Ways.Where(node.Has).ToList();

        // kubectl takes both and reads the file.
        if (ways is ["tokenFile", "token", ..])
        {
            ways.Remove("token");
        }

        if (ways.Contains("username"))
        {
            ways.Remove("password");
        }

        if (ways.Count > 1)
        {
            throw node.Error(ways[1], $"is given beside {ways[0]}; remove one");
        }

        var header = ways switch
        {
            ["tokenFile"] => new TokenFileCredentials(node.FilePath("tokenFile")!, time),
            ["token"] => BearerToken.IsUsable(node.Text("token"))
                ? StaticCredentials.Bearer(node.Text("token"))
                : throw node.Error("token", "is empty, or holds spaces, line breaks or other letters that no token has; write the token alone"),
            ["username" or "password"] => StaticCredentials.Basic(node.Required("username", "password needs it"), node.Required("password", "username needs it")),
            ["exec"] => new ExecCredentials(new ExecPlugin(node.Child("exec")!, cluster, environment), time),
            _ => (ICredentialSource?)null,
        };
        var certificate = Certificate();
        return header is null ? certificate ?? AnonymousCredentials.Instance
            : certificate is null ? header
            : new CombinedCredentials(header, certificate);
    }

    private void RefuseWhatIsNotThere()
    {
        if (node.Has("auth-provider"))
        {
            throw node.Error("auth-provider", "was removed from Kubernetes in 1.26; use an exec plugin instead (kubernetes.io/docs, \"client-go credential plugins\")");
        }

        if (node.Fields.FirstOrDefault(field => field is "as" or "as-uid" or "as-groups" or "as-user-extra") is { } impersonation)
        {
            throw node.Error(impersonation, "is not supported: requests are made as the user itself; remove it, or name a user that is who you mean");
        }
    }

    private ICredentialSource? Certificate()
    {
        var certificate = Pem("client-certificate", "client-certificate-data");
        var key = Pem("client-key", "client-key-data");
        if (certificate is null || key is null)
        {
            return (certificate, key) switch
            {
                (null, null) => null,
                (null, _) => throw node.Error("client-certificate", "is missing; client-key needs it"),
                _ => throw node.Error("client-key", "is missing; client-certificate needs it"),
            };
        }

        if (certificate.Value.Path is not null || key.Value.Path is not null)
        {
            return new ClientCertificateCredentials(certificate.Value, key.Value, time);
        }

        try
        {
            return StaticCredentials.Certificate(PemCertificates.ClientCertificate(certificate.Value.Read(), key.Value.Read()));
        }
        catch (CryptographicException error)
        {
            throw node.Error("client-certificate-data", $"cannot be used: {error.Message}", error);
        }
    }

    private PemSource? Pem(string file, string data) => (node.FilePath(file), node.Data(data)) switch
    {
        (null, null) => null,
        (not null, not null) => throw node.Error(file, $"is given beside {data}; remove one"),
        var (path, bytes) => new PemSource(path, bytes),
    };
}
