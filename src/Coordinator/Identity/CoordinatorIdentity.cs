using System.Net;
using Cairn.Coordinator.Configuration;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;

namespace Cairn.Coordinator.Identity;

/// <summary>
/// Who this coordinator is: by the authority in its state directory, or by the certificates that the operator gave it. Made
/// before anything listens.
/// </summary>
internal sealed class CoordinatorIdentity
{
    private const string FileName = "coordinator.pem";

    private readonly string bundlePath;
    private readonly IPAddress listen;
    private readonly TimeSpan life;
    private readonly TimeProvider time;

    private CoordinatorIdentity(CoordinatorSettings settings, CertificateAuthority? authority, TimeProvider time)
    {
        bundlePath = Path.Combine(DirectoryOf(settings), FileName);
        listen = settings.Listen.Address;
        life = settings.Limits.Certificate;
        this.time = time;
        Authority = authority;
        Store = settings.Tls is { } own
            ? new IdentityStore(() => LocalIdentity.OfOwnAuthority(
                SecretFiles.ReadPublic(own.Ca),
                SecretFiles.ReadPublic(own.Certificate),
                SecretFiles.Read(own.Key) ?? "",
                own.CoordinatorName))
            : new IdentityStore(LoadIssued);
        CaPem = authority?.Pem ?? SecretFiles.ReadPublic(settings.Tls!.Ca);
        CoordinatorName = settings.Tls?.CoordinatorName;
    }

    /// <summary>The authority; null where the operator's own is used, which issues nothing here.</summary>
    public CertificateAuthority? Authority { get; }

    /// <summary>The coordinator's certificate now.</summary>
    public IdentityStore Store { get; }

    /// <summary>Whom clients must believe, PEM.</summary>
    public string CaPem { get; }

    /// <summary>The coordinator's name in an own authority's certificates; null with ours, where its id is its name.</summary>
    public string? CoordinatorName { get; }

    /// <summary>Where the authority's files are.</summary>
    public static string DirectoryOf(CoordinatorSettings settings) => Path.Combine(settings.StateDirectory, "identity");

    /// <summary>Opens or makes what is needed.</summary>
    /// <exception cref="CairnException">As <see cref="CertificateAuthority.OpenOrCreate"/>.</exception>
    public static CoordinatorIdentity Open(CoordinatorSettings settings, TimeProvider time)
    {
        if (settings.Tls is not null)
        {
            return new CoordinatorIdentity(settings, authority: null, time);
        }

        Directory.CreateDirectory(settings.StateDirectory);
        return new CoordinatorIdentity(
            settings,
            CertificateAuthority.OpenOrCreate(DirectoryOf(settings), settings.Limits.Authority, time),
            time);
    }

    /// <summary>The authority.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.Unsupported"/> where the operator's own is used.</exception>
    public CertificateAuthority RequireAuthority() => Authority ?? throw new CairnException(
        ErrorCode.Unsupported,
        "this coordinator uses the certificates of your own authority ('tls:'), so it issues none",
        "issue and renew them there");

    // Read at every look; a certificate that is due for renewal is replaced here.
    private LocalIdentity LoadIssued()
    {
        if (SecretFiles.Read(bundlePath) is { } kept
            && LocalIdentity.OfBundle(kept) is var identity
            && identity.Naming.Coordinator == Authority!.Naming.Coordinator
            && time.GetUtcNow() < identity.RenewAt)
        {
            return identity;
        }

        return LocalIdentity.OfBundle(Publish());
    }

    private string Publish()
    {
        var bundle = Authority!.IssueCoordinator(life, listen);
        SecretFiles.Publish(bundlePath, bundle);
        return bundle;
    }
}
