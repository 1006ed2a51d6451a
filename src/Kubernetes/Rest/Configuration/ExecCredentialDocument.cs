using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using TextOps.Crds;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>What an exec plugin answers (client.authentication.k8s.io/v1, ExecCredential). No record: it holds secrets.</summary>
internal sealed class ExecCredentialDocument
{
    /// <summary>Version of the interface.</summary>
    public string? ApiVersion { get; init; }

    /// <summary><c>ExecCredential</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>The credentials.</summary>
    public Credentials? Status { get; init; }

    /// <summary>Reads a plugin's standard output; nothing of it is shown in messages.</summary>
    /// <exception cref="CredentialException">It is none, or lacks something.</exception>
    public static Credentials Parse(byte[] output, ExecPlugin plugin)
    {
        ExecCredentialDocument? document;
        try
        {
            document = JsonSerializer.Deserialize<ExecCredentialDocument>(output, Json.Objects);
        }
        catch (JsonException error)
        {
            throw plugin.Error($"wrote no ExecCredential as JSON to standard output (line {error.LineNumber + 1}, {error.Path ?? "$"})");
        }

        if (document?.Kind != "ExecCredential" || document.ApiVersion != plugin.ApiVersion)
        {
            throw plugin.Error($"answered with kind {Shown(document?.Kind)}, apiVersion {Shown(document?.ApiVersion)}; " +
                $"expected ExecCredential, {plugin.ApiVersion}: make the kubeconfig's apiVersion the one that the plugin speaks");
        }

        var status = document.Status ?? throw plugin.Error("answered without status; it must hold a token, or a client certificate and its key");
        if (string.IsNullOrEmpty(status.ClientCertificateData) != string.IsNullOrEmpty(status.ClientKeyData))
        {
            throw plugin.Error("answered with one of status.clientCertificateData and status.clientKeyData; it must give both or none");
        }

        if (string.IsNullOrEmpty(status.Token))
        {
            return !string.IsNullOrEmpty(status.ClientKeyData) ? status : throw plugin.Error("answered without a token and without a client certificate");
        }

        return BearerToken.IsUsable(status.Token)
            ? status
            : throw plugin.Error("answered with a status.token that holds spaces, line breaks or other letters that no token has");
    }

    // Only what looks like the name of a kind or version is shown: the rest might be anything.
    private static string Shown(string? name) =>
        name is { Length: > 0 and <= 64 } && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '/') ? name : "(no name)";

    /// <summary>The status of the answer.</summary>
    internal sealed class Credentials
    {
        /// <summary>A bearer token.</summary>
        public string? Token { get; init; }

        /// <summary>PEM.</summary>
        public string? ClientCertificateData { get; init; }

        /// <summary>PEM.</summary>
        public string? ClientKeyData { get; init; }

        /// <summary>When to ask again; null: when the server refuses them.</summary>
        public DateTimeOffset? ExpirationTimestamp { get; init; }

        /// <summary>Them as requests show them.</summary>
        /// <exception cref="CryptographicException">The certificate or the key is broken.</exception>
        public ClusterCredential ToCredential() => new(
            string.IsNullOrEmpty(Token) ? null : BearerToken.Header(Token),
            string.IsNullOrEmpty(ClientKeyData) ? null : PemCertificates.ClientCertificate(ClientCertificateData!, ClientKeyData));
    }
}
