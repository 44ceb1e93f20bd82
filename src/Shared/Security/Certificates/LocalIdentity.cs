using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Cairn.Shared.Errors;

namespace Cairn.Shared.Security.Certificates;

/// <summary>
/// Who this process is to others, and whom it believes: certificate with key, authority, names. Never changes; a new one
/// replaces it whole.
/// </summary>
public sealed class LocalIdentity
{
    private LocalIdentity(X509Certificate2? certificate, TrustedAuthority authority, IPeerNaming naming, string contents)
    {
        Certificate = certificate;
        Authority = authority;
        Naming = naming;
        Contents = contents;

        // Offline: what is sent along comes from our own files only.
        Context = certificate is null
            ? null
            : SslStreamCertificateContext.Create(certificate, authority.Intermediates, offline: true);
    }

    /// <summary>The certificate with its key; null for a client that shows none.</summary>
    public X509Certificate2? Certificate { get; }

    /// <summary>The same as TLS wants it.</summary>
    public SslStreamCertificateContext? Context { get; }

    /// <summary>Whom this process believes.</summary>
    public TrustedAuthority Authority { get; }

    /// <summary>How their certificates name them.</summary>
    public IPeerNaming Naming { get; }

    /// <summary>A hash of all that it was made of; equal for the same files.</summary>
    public string Contents { get; }

    /// <summary>When two thirds of the certificate's life are over.</summary>
    public DateTimeOffset RenewAt
    {
        get
        {
            DateTimeOffset from = Certificate!.NotBefore.ToUniversalTime();
            DateTimeOffset to = Certificate.NotAfter.ToUniversalTime();
            return from + ((to - from) * 2 / 3);
        }
    }

    /// <summary>Out of one file of ours: certificate, authority's certificate, key.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.AuthorityUnusable"/>.</exception>
    public static LocalIdentity OfBundle(string pem) => Make(() =>
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        var naming = certificates.Select(AuthorityNaming.Of).FirstOrDefault(found => found is not null)
            ?? throw new CryptographicException("no certificate of an authority of ours is in it");
        return new LocalIdentity(
            X509Certificate2.CreateFromPem(pem, pem),
            new TrustedAuthority(certificates.Where(certificate => AuthorityNaming.Of(certificate) is not null)),
            naming,
            HashOf(pem));
    });

    /// <summary>Of an operator's own authority.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.AuthorityUnusable"/>.</exception>
    public static LocalIdentity OfOwnAuthority(string caPem, string certificatePem, string keyPem, string coordinatorName) =>
        Make(() =>
        {
            var authority = new X509Certificate2Collection();
            authority.ImportFromPem(caPem);
            return new LocalIdentity(
                X509Certificate2.CreateFromPem(certificatePem, keyPem),
                new TrustedAuthority(authority),
                new PlainNaming(coordinatorName),
                HashOf(caPem, certificatePem, keyPem));
        });

    /// <summary>
    /// Of a client that shows no certificate, or that of a user. Without a <paramref name="coordinatorName"/> the authority
    /// must be a coordinator's own, which names itself.
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.AuthorityUnusable"/>.</exception>
    public static LocalIdentity OfClient(string caPem, string? coordinatorName, string? certificatePem, string? keyPem) =>
        Make(() =>
        {
            var authority = new X509Certificate2Collection();
            authority.ImportFromPem(caPem);
            IPeerNaming naming = coordinatorName is not null
                ? new PlainNaming(coordinatorName)
                : authority.Select(AuthorityNaming.Of).FirstOrDefault(found => found is not null)
                    ?? throw new CryptographicException("it is not the certificate of a coordinator's own authority");
            return new LocalIdentity(
                certificatePem is null ? null : X509Certificate2.CreateFromPem(certificatePem, keyPem),
                new TrustedAuthority(authority),
                naming,
                HashOf(caPem, certificatePem ?? "", keyPem ?? ""));
        });

    private static LocalIdentity Make(Func<LocalIdentity> make)
    {
        try
        {
            return make();
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new CairnException(
                ErrorCode.AuthorityUnusable,
                $"certificate, key and authority do not make an identity: {failure.Message}",
                "see that the files are PEM and belong together",
                cause: failure);
        }
    }

    private static string HashOf(params string[] parts) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
}
