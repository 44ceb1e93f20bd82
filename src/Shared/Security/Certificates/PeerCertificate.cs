using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Cairn.Shared.Errors;

namespace Cairn.Shared.Security.Certificates;

/// <summary>
/// The certificate that the peer of one connection showed. The chain is checked once for each identity that we have
/// meanwhile; the time with every question. Used from any thread.
/// </summary>
public sealed class PeerCertificate(X509Certificate2 certificate, X509Certificate2Collection sent)
{
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ssZ";

    private volatile Verdict? verdict;

    /// <summary>When it was issued, as far as it tells.</summary>
    public DateTimeOffset NotBefore { get; } = certificate.NotBefore.ToUniversalTime();

    /// <summary>When it ends.</summary>
    public DateTimeOffset NotAfter { get; } = certificate.NotAfter.ToUniversalTime();

    /// <summary>Whom it names, or why it is not accepted.</summary>
    public (PeerIdentity? Identity, CallerRefusal? Refusal) Judge(LocalIdentity ours, string use, DateTimeOffset now)
    {
        var known = verdict;
        if (known is null || known.By != ours || known.Use != use)
        {
            verdict = known = Examine(ours, use, now);
        }

        return known.Refusal is not null ? (null, known.Refusal)
            : CheckTerm(now) is { } outside ? (null, outside)
            : (known.Identity, null);
    }

    private Verdict Examine(LocalIdentity ours, string use, DateTimeOffset now)
    {
        if (ours.Authority.Check(certificate, sent, use, now) is { } refusal)
        {
            return new Verdict(ours, use, Identity: null, refusal);
        }

        return ours.Naming.Identify(certificate) is { } identity
            ? new Verdict(ours, use, identity, Refusal: null)
            : new Verdict(ours, use, Identity: null, new CallerRefusal(
                ErrorCode.CertificateUnfit,
                $"the certificate {TrustedAuthority.Describe(certificate)} names no node, user or coordinator",
                "docs/security.md tells what names a certificate must have"));
    }

    private CallerRefusal? CheckTerm(DateTimeOffset now)
    {
        if (now > NotAfter)
        {
            return new CallerRefusal(
                ErrorCode.CertificateExpired,
                $"the certificate {TrustedAuthority.Describe(certificate)} ended at {Text(NotAfter)}, and it is {Text(now)}",
                "see that both clocks are right; enrol anew with 'cairn node token' and 'cairn-agent enrol'");
        }

        return now < NotBefore
            ? new CallerRefusal(
                ErrorCode.CertificateNotYetValid,
                $"the certificate {TrustedAuthority.Describe(certificate)} begins at {Text(NotBefore)}, and it is {Text(now)}",
                "set the clocks of both hosts right")
            : null;
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private sealed record Verdict(LocalIdentity By, string Use, PeerIdentity? Identity, CallerRefusal? Refusal);
}
