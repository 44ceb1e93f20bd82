using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rpc.Tests.TestServer;

/// <summary>A certificate authority of one test, and what it signs.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly X509Certificate2 authority;

    public Certificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority = request.CreateSelfSigned(Now.AddDays(-10), Now.AddDays(10));
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Trusts this authority and nothing else.</summary>
    public X509ChainPolicy Trust => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { authority },
        RevocationMode = X509RevocationMode.NoCheck,
    };

    /// <summary>Good for two days, the second of them from now; <paramref name="age"/> earlier, or later when it is negative.</summary>
    public X509Certificate2 Sign(string commonName, string? dnsName = null, TimeSpan? age = null, bool hasLoopback = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + commonName, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (hasLoopback)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        if (dnsName is not null)
        {
            names.AddDnsName(dnsName);
        }

        request.CertificateExtensions.Add(names.Build());
        var end = Now.AddDays(1) - (age ?? TimeSpan.Zero);
        using var signed = request.Create(authority, end.AddDays(-2), end, RandomNumberGenerator.GetBytes(8));
        using var withKey = signed.CopyWithPrivateKey(key);

        // Through PKCS 12, because TLS does not take keys that exist in memory only on every system.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), password: null);
    }

    public void Dispose() => authority.Dispose();
}
