using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Cairn.Shared.Errors;
using Cairn.Shared.Security.Certificates;

namespace Cairn.Shared.Security.Tls;

/// <summary>
/// A client's end of TLS: shows our certificate, and talks to nobody but the part that is meant, told by the name in a
/// certificate of the authority that we believe, not by its host. When our identity changes, later calls use new
/// connections; calls that run end on theirs.
/// </summary>
public sealed class ClientTlsHandler : HttpMessageHandler
{
    private const string RightProcess = "see that the address leads to the right process, and that it belongs to the same coordinator";

    private readonly IdentityStore identities;
    private readonly Func<LocalIdentity, PeerIdentity> expected;
    private readonly Func<SocketsHttpHandler> makeHandler;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly List<HttpMessageInvoker> former = [];
    private HttpMessageInvoker invoker;
    private LocalIdentity shown;

    /// <param name="identities">Who we are, and whom we believe.</param>
    /// <param name="expected">Who must answer, by the identity that we have.</param>
    /// <param name="makeHandler">A new handler with everything but TLS; owned by this one.</param>
    /// <param name="time">For the term of the server's certificate.</param>
    public ClientTlsHandler(
        IdentityStore identities,
        Func<LocalIdentity, PeerIdentity> expected,
        Func<SocketsHttpHandler> makeHandler,
        TimeProvider time)
    {
        this.identities = identities;
        this.expected = expected;
        this.makeHandler = makeHandler;
        this.time = time;
        shown = identities.Current;
        invoker = Connect(shown);
    }

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Current().SendAsync(request, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (gate)
            {
                invoker.Dispose();
                former.ForEach(old => old.Dispose());
            }
        }

        base.Dispose(disposing);
    }

    private HttpMessageInvoker Current()
    {
        var newest = identities.Current;
        lock (gate)
        {
            if (newest != shown)
            {
                // Its idle connections close by themselves; it is not disposed while calls may run on the others.
                former.Add(invoker);
                shown = newest;
                invoker = Connect(newest);
            }

            return invoker;
        }
    }

    private HttpMessageInvoker Connect(LocalIdentity identity)
    {
        var handler = makeHandler();
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            AllowRenegotiation = false,
            AllowTlsResume = false,
            ClientCertificateContext = identity.Context,
            CertificateChainPolicy = identity.Authority.Policy(),
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
                IsWanted(identity, certificate as X509Certificate2, chain),
        };
        return new HttpMessageInvoker(handler);
    }

    // Throws instead of returning false, so that the caller learns what was found; either way there is no connection.
    private bool IsWanted(LocalIdentity identity, X509Certificate2? certificate, X509Chain? chain)
    {
        var wanted = expected(identity);
        if (certificate is null)
        {
            throw Untrusted(wanted, "showed no certificate");
        }

        var peer = new PeerCertificate(certificate, chain?.ChainPolicy.ExtraStore ?? []);
        var (found, refusal) = peer.Judge(identity, TrustedAuthority.ServerUse, time.GetUtcNow());
        if (refusal is not null)
        {
            throw Untrusted(
                wanted,
                $"showed one that is not accepted: {refusal.Message}",
                refusal.Code is ErrorCode.CertificateExpired or ErrorCode.CertificateNotYetValid ? refusal.WayOut : RightProcess);
        }

        return found == wanted ? true : throw Untrusted(wanted, $"is {found}");
    }

    private static CairnException Untrusted(PeerIdentity wanted, string found, string wayOut = RightProcess) => new(
        ErrorCode.PeerUntrusted,
        $"this should have been {wanted}, but the server {found}",
        wayOut,
        subject: wanted.Name);
}
