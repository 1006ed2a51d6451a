using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TextOps.Kubernetes.Tests.Rest.Configuration;

/// <summary>An authority of the test's own, and certificates by it.</summary>
internal sealed class TestCertificates : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2060, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestCertificates()
    {
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        Authority = request.CreateSelfSigned(Begin, End);
    }

    public X509Certificate2 Authority { get; }

    /// <summary>A certificate for loopback and its key, both PEM.</summary>
    /// <param name="name">The subject's common name.</param>
    /// <param name="format">Of the key: <c>EC PRIVATE KEY</c> (SEC 1), <c>RSA PRIVATE KEY</c> (PKCS#1), or <c>PRIVATE KEY</c> (PKCS#8, EC).</param>
    /// <param name="end">When it expires; null: in decades.</param>
    public (string Certificate, string Key) Issue(string name, string format = "EC PRIVATE KEY", DateTimeOffset? end = null)
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = format == "RSA PRIVATE KEY"
            ? new CertificateRequest($"CN={name}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={name}", ec, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var signer = X509SignatureGenerator.CreateForECDsa(key);
        using var certificate = request.Create(Authority.SubjectName, signer, Begin, end ?? End, RandomNumberGenerator.GetBytes(8));
        return (certificate.ExportCertificatePem(), format switch
        {
            "RSA PRIVATE KEY" => rsa.ExportRSAPrivateKeyPem(),
            "EC PRIVATE KEY" => ec.ExportECPrivateKeyPem(),
            _ => ec.ExportPkcs8PrivateKeyPem(),
        });
    }

    public void Dispose()
    {
        Authority.Dispose();
        key.Dispose();
    }
}
