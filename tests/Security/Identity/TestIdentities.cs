using Cairn.Coordinator.Identity;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.Shared.Security.Tls;
using Grpc.Net.Client;

namespace Cairn.Security.Identity;

/// <summary>Clients with every kind of certificate, good and bad.</summary>
internal static class TestIdentities
{
    /// <summary>A certificate of <paramref name="issuer"/>, shown to servers of <paramref name="believed"/>.</summary>
    public static LocalIdentity Of(
        CertificateAuthority issuer,
        CallerKind kind,
        string name,
        CertificateAuthority? believed = null,
        TimeSpan? life = null,
        DateTimeOffset? notBefore = null)
    {
        using var request = new KeyRequest(name);
        using var certificate = issuer.Sign(
            new PeerIdentity(kind, name), request.SigningRequest, life ?? TimeSpan.FromDays(30), notBefore);
        return LocalIdentity.OfClient(
            (believed ?? issuer).Pem, coordinatorName: null, certificate.ExportCertificatePem(), request.KeyPem);
    }

    /// <summary>Somebody without a certificate.</summary>
    public static LocalIdentity Nobody(CertificateAuthority believed) =>
        LocalIdentity.OfClient(believed.Pem, coordinatorName: null, certificatePem: null, keyPem: null);

    /// <summary>A channel to a server that must be <paramref name="expected"/>; the coordinator unless said otherwise.</summary>
    public static GrpcChannel Connect(Uri server, LocalIdentity shown, TimeProvider time, PeerIdentity? expected = null) =>
        Connect(server, new IdentityStore(() => shown), time, expected);

    /// <summary>As the other, with an identity that may change.</summary>
    public static GrpcChannel Connect(Uri server, IdentityStore shown, TimeProvider time, PeerIdentity? expected = null) =>
        GrpcChannel.ForAddress(server, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new ClientTlsHandler(
                shown, own => expected ?? own.Naming.Coordinator, () => new SocketsHttpHandler { UseProxy = false }, time),
        });
}
