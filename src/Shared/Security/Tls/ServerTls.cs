using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Cairn.Shared.Security.Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Cairn.Shared.Security.Tls;

/// <summary>
/// The server's end of TLS. Every client is asked for a certificate, and let in without a good one: health and enrolment need
/// none, and whoever shows a bad one is told so by a status with a code instead of a lost connection. Who may do what is
/// decided with each call.
/// </summary>
public static class ServerTls
{
    private static readonly object PeerKey = new();

    /// <summary>Serves TLS with the identity that the store has when a connection begins.</summary>
    /// <param name="listen">The listener.</param>
    /// <param name="identities">Whose certificate is shown.</param>
    /// <param name="handshakeTimeout">How long a client may take for its handshake.</param>
    public static void UseIdentity(this ListenOptions listen, IdentityStore identities, TimeSpan handshakeTimeout) =>
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = handshakeTimeout,
            OnConnection = hello => ValueTask.FromResult(OptionsFor(hello.Connection, identities.Current)),
        });

    /// <summary>The certificate that the client of this connection showed; null when none.</summary>
    public static PeerCertificate? PeerOf(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(PeerKey, out var peer) == true
            ? (PeerCertificate?)peer
            : null;

    private static SslServerAuthenticationOptions OptionsFor(ConnectionContext connection, LocalIdentity identity) => new()
    {
        ServerCertificateContext = identity.Context,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,

        // A resumed session would carry the certificate of an earlier handshake.
        AllowTlsResume = false,
        ClientCertificateRequired = true,
        CertificateChainPolicy = identity.Authority.Policy(),

#pragma warning disable CA5359 // A server's: nobody is believed here, the certificate is judged with every call (PeerCertificate).
        RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
        {
            if (certificate is X509Certificate2 shown)
            {
                var sent = new X509Certificate2Collection();
                foreach (var other in chain?.ChainPolicy.ExtraStore ?? [])
                {
                    sent.Add(X509CertificateLoader.LoadCertificate(other.RawDataMemory.Span));
                }

                // TLS disposes its own when the handshake is over.
                connection.Items[PeerKey] =
                    new PeerCertificate(X509CertificateLoader.LoadCertificate(shown.RawDataMemory.Span), sent);
            }

            return true;
        },
#pragma warning restore CA5359
    };
}
