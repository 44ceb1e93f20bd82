using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Shared.Errors;

namespace Cairn.Shared.Security.Certificates;

/// <summary>
/// The roots that are believed, and nothing else: not the system's. Checks that a certificate was issued by them for a use;
/// time and revocation are looked at with every call, by <see cref="PeerCertificate"/>.
/// </summary>
public sealed class TrustedAuthority
{
    /// <summary>May be a server.</summary>
    public const string ServerUse = "1.3.6.1.5.5.7.3.1";

    /// <summary>May be a client.</summary>
    public const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2Collection roots = [];
    private readonly X509Certificate2Collection intermediates = [];

    /// <param name="certificates">Roots (self-signed) and intermediates, in any order.</param>
    /// <exception cref="CairnException"><see cref="ErrorCode.AuthorityUnusable"/> when there is no root among them.</exception>
    public TrustedAuthority(IEnumerable<X509Certificate2> certificates)
    {
        foreach (var certificate in certificates)
        {
            var isRoot = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
            (isRoot ? roots : intermediates).Add(certificate);
        }

        if (roots.Count == 0)
        {
            throw new CairnException(
                ErrorCode.AuthorityUnusable,
                "no self-signed certificate is among those of the authority",
                "give the root's certificate too; it alone is trusted");
        }
    }

    /// <summary>The intermediates that were given beside the roots.</summary>
    public X509Certificate2Collection Intermediates => intermediates;

    /// <summary>What TLS itself may look at: our roots, no downloads, no revocation lists.</summary>
    public X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(roots);
        policy.ExtraStore.AddRange(intermediates);
        return policy;
    }

    /// <summary>Null when the certificate was issued by this authority for <paramref name="use"/>; else why it is refused.</summary>
    /// <param name="certificate">The peer's.</param>
    /// <param name="sent">What it sent besides.</param>
    /// <param name="use">One of the uses above.</param>
    /// <param name="now">The time; one outside the certificate's own term is judged as the nearest moment inside.</param>
    public CallerRefusal? Check(
        X509Certificate2 certificate, X509Certificate2Collection sent, string use, DateTimeOffset now)
    {
        var policy = Policy();
        policy.ExtraStore.AddRange(sent);
        policy.ApplicationPolicy.Add(new Oid(use));
        policy.VerificationTime = Inside(certificate, now.UtcDateTime);
        using var chain = new X509Chain { ChainPolicy = policy };
        bool isGood;
        try
        {
            isGood = chain.Build(certificate);
        }
        catch (CryptographicException)
        {
            // A certificate that cannot be walked is nobody's.
            isGood = false;
        }

        if (isGood)
        {
            return null;
        }

        var found = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        return found != X509ChainStatusFlags.NoError && (found & ~X509ChainStatusFlags.NotValidForUsage) == 0
            ? new CallerRefusal(
                ErrorCode.CertificateUnfit,
                $"the certificate {Describe(certificate)} is not meant for this use",
                "issue it for server and client authentication")
            : new CallerRefusal(
                ErrorCode.CertificateUnknownAuthority,
                $"the certificate {Describe(certificate)} was not issued by the authority that is trusted here ({found})",
                "enrol it at this coordinator ('cairn node token'), or bind the agent to it with 'cairn-agent adopt'");
    }

    /// <summary>A certificate in a message: its own words, so nothing that could be taken for ours.</summary>
    internal static string Describe(X509Certificate2 certificate)
    {
        var subject = certificate.Subject;
        var printable = new string([.. subject.Take(120).Select(c => char.IsControl(c) ? '?' : c)]);
        return $"'{printable}' (serial {certificate.SerialNumber})";
    }

    private static DateTime Inside(X509Certificate2 certificate, DateTime now)
    {
        var from = certificate.NotBefore.ToUniversalTime();
        var to = certificate.NotAfter.ToUniversalTime();

        // Its last moment counts as past already.
        return now < from ? from : now >= to ? to.AddSeconds(-1) : now;
    }
}
