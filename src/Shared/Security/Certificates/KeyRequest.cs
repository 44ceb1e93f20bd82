using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cairn.Shared.Security.Certificates;

/// <summary>A new key, and the request to have it signed. The key never leaves its host.</summary>
public sealed class KeyRequest : IDisposable
{
    private readonly ECDsa key;

    /// <summary>Makes a new key.</summary>
    /// <param name="name">For whom; the authority decides what the certificate will say.</param>
    public KeyRequest(string name)
        : this(name, ECDsa.Create(ECCurve.NamedCurves.nistP256))
    {
    }

    private KeyRequest(string name, ECDsa key)
    {
        this.key = key;
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        SigningRequest = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256).CreateSigningRequest();
    }

    /// <summary>PKCS #10, DER.</summary>
    public byte[] SigningRequest { get; }

    /// <summary>The key alone, PEM, to be kept until the answer is there.</summary>
    public string KeyPem => key.ExportPkcs8PrivateKeyPem() + "\n";

    /// <summary>Asks again for a key that was kept.</summary>
    /// <exception cref="ArgumentException">There is no key in the text.</exception>
    /// <exception cref="CryptographicException">The key cannot be used.</exception>
    public static KeyRequest Of(string name, string keyPem)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(keyPem);
        return new KeyRequest(name, key);
    }

    /// <summary>Certificates and key in one text, as <see cref="LocalIdentity.OfBundle"/> reads it.</summary>
    public string BundleWith(string certificates) => certificates.TrimEnd() + "\n" + KeyPem;

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}
