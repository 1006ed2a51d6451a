using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TextOps.Kubernetes.Tests.Rest.Support;

/// <summary>A certificate authority of a test's own.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1);
    private readonly DateTimeOffset to = DateTimeOffset.UtcNow.AddDays(1);
    private readonly X509Certificate2 root;

    public TestAuthority()
    {
        var request = new CertificateRequest($"CN=authority-{Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        root = request.CreateSelfSigned(from, to);
    }

    /// <summary>What those who trust it are given.</summary>
    public X509Certificate2Collection Certificates => [X509CertificateLoader.LoadCertificate(root.RawData)];

    /// <summary>A certificate with its key, for a name or an address.</summary>
    public X509Certificate2 Issue(string name, IPAddress? address = null)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (address is null)
        {
            names.AddDnsName(name);
        }
        else
        {
            names.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(root, from, to, RandomNumberGenerator.GetBytes(16));
        return issued.CopyWithPrivateKey(own);
    }

    public void Dispose()
    {
        root.Dispose();
        key.Dispose();
    }
}
