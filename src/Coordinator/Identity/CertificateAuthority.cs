using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;

namespace Cairn.Coordinator.Identity;

/// <summary>
/// The coordinator's own authority: a key that never leaves its state directory but sealed, and certificates that say whom
/// they name in one URI. Made at the first start. May be used from any thread.
/// </summary>
internal sealed class CertificateAuthority
{
    private static readonly TimeSpan MostBackdating = TimeSpan.FromDays(1);

    private const string FileName = "authority.pem";
    private const int MaxSigningRequestBytes = 4096;
    private const int SerialBytes = 16;

    private readonly X509Certificate2 certificate;
    private readonly TimeProvider time;

    private CertificateAuthority(X509Certificate2 certificate, AuthorityNaming naming, TimeProvider time)
    {
        this.certificate = certificate;
        this.time = time;
        Naming = naming;
        Pem = certificate.ExportCertificatePem() + "\n";
        Fingerprint = Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));
    }

    /// <summary>The authority's id; a coordinator is known by it.</summary>
    public string Id => Naming.AuthorityId;

    /// <summary>How its certificates name whom they name.</summary>
    public AuthorityNaming Naming { get; }

    /// <summary>Its certificate, PEM.</summary>
    public string Pem { get; }

    /// <summary>SHA-256 over its certificate, in hex.</summary>
    public string Fingerprint { get; }

    /// <summary>Its certificate.</summary>
    public X509Certificate2 Certificate => certificate;

    /// <summary>Opens the authority in <paramref name="directory"/>, or makes it there when there is none.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.KeyExposed"/>; <see cref="ErrorCode.AuthorityUnusable"/>; <see cref="ErrorCode.InputOutput"/>.
    /// </exception>
    public static CertificateAuthority OpenOrCreate(string directory, TimeSpan life, TimeProvider time)
    {
        SecretFiles.EnsureDirectory(directory);
        var path = Path.Combine(directory, FileName);
        if (SecretFiles.Read(path) is { } kept)
        {
            return Parse(kept, path, time);
        }

        var made = Make(life, time);
        SecretFiles.Publish(path, made);
        return Parse(made, path, time);
    }

    /// <summary>Puts an authority that came out of a backup into a directory that has none.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.AlreadyExists"/>; as <see cref="OpenOrCreate"/>.</exception>
    public static CertificateAuthority Install(string directory, string pem, TimeProvider time)
    {
        SecretFiles.EnsureDirectory(directory);
        var path = Path.Combine(directory, FileName);
        var restored = Parse(pem, path, time);
        if (SecretFiles.Read(path) is { } kept)
        {
            var present = Parse(kept, path, time);
            return present.Id == restored.Id ? present : throw new CairnException(
                ErrorCode.AlreadyExists,
                $"there is another authority in '{directory}' already: {present.Id}, not {restored.Id}",
                $"move '{directory}' aside first; agents of {present.Id} will then have to be adopted",
                subject: directory);
        }

        SecretFiles.Publish(path, pem);
        return restored;
    }

    /// <summary>Certificate and key, PEM; for the sealed backup only.</summary>
    public string ExportSecret()
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return Pem + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <summary>Signs the key of a request for <paramref name="identity"/>; nothing else of the request is believed.</summary>
    /// <param name="identity">Whom the certificate names.</param>
    /// <param name="signingRequest">PKCS #10, DER; it proves that the sender has the key.</param>
    /// <param name="life">From now to its end; the authority's own end is not passed.</param>
    /// <param name="notBefore">A moment before which it must not begin; null when there is none.</param>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public X509Certificate2 Sign(
        PeerIdentity identity, ReadOnlySpan<byte> signingRequest, TimeSpan life, DateTimeOffset? notBefore)
    {
        var key = ReadKey(signingRequest);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(Naming.UriOf(identity));
        if (identity.Kind == CallerKind.Node)
        {
            names.AddDnsName(identity.Name);
        }

        return Issue(identity.Name, key, names, identity.Kind, life, notBefore);
    }

    /// <summary>The coordinator's own certificate with a new key, as <see cref="LocalIdentity.OfBundle"/> reads it.</summary>
    /// <param name="life">From now to its end.</param>
    /// <param name="listen">Where it listens; for foreign tools that look at host names.</param>
    public string IssueCoordinator(TimeSpan life, IPAddress listen)
    {
        using var request = new KeyRequest("coordinator");
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(Naming.UriOf(Naming.Coordinator));
        names.AddDnsName("localhost");
        if (Uri.CheckHostName(Environment.MachineName) == UriHostNameType.Dns && Environment.MachineName != "localhost")
        {
            names.AddDnsName(Environment.MachineName);
        }

        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback, listen }.Distinct())
        {
            names.AddIpAddress(address);
        }

        using var certificate = Issue(
            "coordinator", ReadKey(request.SigningRequest), names, CallerKind.Coordinator, life, notBefore: null);
        return request.BundleWith(certificate.ExportCertificatePem() + "\n" + Pem);
    }

    private X509Certificate2 Issue(
        string commonName,
        PublicKey key,
        SubjectAlternativeNameBuilder names,
        CallerKind kind,
        TimeSpan life,
        DateTimeOffset? notBefore)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName("Cairn");
        subject.AddCommonName(commonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));

        // A user is never a server.
        var uses = new OidCollection { new Oid(TrustedAuthority.ClientUse) };
        if (kind != CallerKind.User)
        {
            uses.Add(new Oid(TrustedAuthority.ServerUse));
        }

        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, critical: false));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));

        var now = time.GetUtcNow();
        var from = now - Backdating(life);
        if (notBefore > from)
        {
            from = notBefore.Value;
        }

        DateTimeOffset end = certificate.NotAfter.ToUniversalTime();
        var to = now + life;
        DateTimeOffset begin = certificate.NotBefore.ToUniversalTime();
        return request.Create(
            certificate, from < begin ? begin : from, to < end ? to : end, NewSerial());
    }

    // How far a certificate begins before it is issued, so that a host whose clock is behind can use it at once, and meets a coordinator that has just
    // renewed its own. Nobody has it before; and two thirds of its life must be over after it is issued.
    private static TimeSpan Backdating(TimeSpan life) => life / 2 < MostBackdating ? life / 2 : MostBackdating;

    private static PublicKey ReadKey(ReadOnlySpan<byte> signingRequest)
    {
        if (signingRequest.Length > MaxSigningRequestBytes)
        {
            throw Unreadable($"{signingRequest.Length} bytes are too many");
        }

        try
        {
            // Loading checks the request's signature: whoever sends it has the key.
            var request = CertificateRequest.LoadSigningRequest(
                signingRequest.ToArray(), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default);
            using var key = request.PublicKey.GetECDsaPublicKey();
            return key?.KeySize is 256 or 384 or 521 ? request.PublicKey : throw Unreadable("its key is not of P-256, P-384 or P-521");
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw Unreadable(failure.Message);
        }
    }

    private static CairnException Unreadable(string why) => new(
        ErrorCode.InvalidRequest, $"the signing request cannot be used: {why}", "use the agent of this version");

    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] &= 0x7f;
        serial[0] |= 0x40;
        return serial;
    }

    private static string Make(TimeSpan life, TimeProvider time)
    {
        // A letter first: an id of digits alone would be read as an address by some.
        var id = "ca" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName("Cairn");
        subject.AddCommonName(string.Create(CultureInfo.InvariantCulture, $"Cairn authority {id}"));
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(AuthorityNaming.UriOfAuthority(id));
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        using var made = request.CreateSelfSigned(now - Backdating(life), now + life);
        return made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private static CertificateAuthority Parse(string pem, string path, TimeProvider time)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPem(pem, pem);
            var naming = AuthorityNaming.Of(certificate)
                ?? throw new CryptographicException("the certificate is not that of a coordinator's authority");
            return new CertificateAuthority(certificate, naming, time);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new CairnException(
                ErrorCode.AuthorityUnusable,
                $"the authority in '{path}' cannot be used: {failure.Message}",
                "bring it back from its backup with --restore-ca; without one, move it aside and adopt the agents anew",
                subject: path,
                cause: failure);
        }
    }
}
