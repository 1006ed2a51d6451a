using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>Certificates and keys as PEM (RFC 7468). No message shows what was in it.</summary>
internal static class PemCertificates
{
    /// <summary>All certificates of a bundle.</summary>
    /// <exception cref="CryptographicException">There is none, or one is broken.</exception>
    public static X509Certificate2Collection Authorities(string pem)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException error)
        {
            throw new CryptographicException("a certificate of the authorities is broken; expected PEM, -----BEGIN CERTIFICATE-----", error);
        }

        return authorities.Count > 0 ? authorities : throw new CryptographicException("there is no certificate in it; expected PEM, -----BEGIN CERTIFICATE-----");
    }

    /// <summary>The first certificate, with its key: RSA or EC, in PKCS#1, SEC 1 or PKCS#8.</summary>
    /// <exception cref="CryptographicException">One of them is missing, broken or encrypted, or they do not belong together.</exception>
    public static X509Certificate2 ClientCertificate(string certificate, string key)
    {
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            throw new CryptographicException("the client key is encrypted; decrypt it: openssl pkey -in FILE -out FILE");
        }

        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new CryptographicException("the client certificate and its key cannot be used; expected PEM of a certificate and of the RSA or EC key that belongs to it", error);
        }
    }
}
