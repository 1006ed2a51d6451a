using System.Security.Cryptography;
using System.Text;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>A PEM document: in the kubeconfig itself, or in a file that may be replaced.</summary>
/// <param name="Path">The file; null where the kubeconfig holds it.</param>
/// <param name="Data">What the kubeconfig holds.</param>
internal readonly record struct PemSource(string? Path, byte[]? Data)
{
    /// <summary>Reads it.</summary>
    public string Read() => Path is null ? Encoding.UTF8.GetString(Data!) : SmallFile.ReadText(Path);

    /// <summary>Where it is.</summary>
    public override string ToString() => Path ?? "the kubeconfig";
}

/// <summary>A client certificate and its key, of which at least one is in a file.</summary>
internal sealed class ClientCertificateCredentials(PemSource certificate, PemSource key, TimeProvider time) : FileCredentials(time)
{
    private (string Certificate, string Key) lastRead;

    /// <inheritdoc/>
    protected override ClusterCredential Read(ClusterCredential? last)
    {
        try
        {
            var read = (certificate.Read(), key.Read());
            if (last is not null && read == lastRead)
            {
                return last;
            }

            var credential = new ClusterCredential(null, PemCertificates.ClientCertificate(read.Item1, read.Item2));
            lastRead = read;
            return credential;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CredentialException($"the client certificate ({certificate}) and its key ({key}) cannot be loaded: {error.Message}", error);
        }
    }
}
