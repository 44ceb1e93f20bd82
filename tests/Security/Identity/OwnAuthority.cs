using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Shared.Security;

namespace Cairn.Security.Identity;

/// <summary>An operator's own authority, which knows nothing of Cairn: a root, and certificates with DNS names.</summary>
internal sealed class OwnAuthority : IDisposable
{
    public const string CoordinatorName = "cairn.example.org";

    private readonly Scratch files;
    private readonly X509Certificate2 root;
    private readonly DateTimeOffset now;

    public OwnAuthority(Scratch files, DateTimeOffset now)
    {
        this.files = files;
        this.now = now;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Example root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1000));
        files.Write("pki/ca.pem", root.ExportCertificatePem());
    }

    /// <summary>Issues a certificate and puts it where the options say; again replaces it.</summary>
    public TlsOptions Issue(string name, int hours = 1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(root, now.AddHours(-1), now.AddHours(hours), RandomNumberGenerator.GetBytes(8));
        return new TlsOptions
        {
            Ca = files.At("pki/ca.pem"),
            Key = files.Write($"pki/{name}.key", key.ExportPkcs8PrivateKeyPem()),
            Certificate = files.Write($"pki/{name}.pem", certificate.ExportCertificatePem()),
            CoordinatorName = CoordinatorName,
        };
    }

    public void Dispose() => root.Dispose();
}
