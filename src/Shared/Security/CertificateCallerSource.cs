using Cairn.Shared.Security.Certificates;
using Cairn.Shared.Security.Tls;
using Microsoft.AspNetCore.Http;

namespace Cairn.Shared.Security;

/// <summary>Tells the caller by the certificate of its connection; with every call anew, so that a revocation counts at once.</summary>
public sealed class CertificateCallerSource(IdentityStore identities, IRevocations revocations, TimeProvider time) : ICallerSource
{
    /// <inheritdoc/>
    public ValueTask<Caller> IdentifyAsync(HttpContext call, CancellationToken cancellationToken)
    {
        var address = CallerAddress.Of(call);
        if (ServerTls.PeerOf(call) is not { } peer)
        {
            return ValueTask.FromResult(Caller.Nobody(address));
        }

        var (identity, refusal) = peer.Judge(identities.Current, TrustedAuthority.ClientUse, time.GetUtcNow());
        refusal ??= revocations.Find(identity!, peer.NotBefore);
        return ValueTask.FromResult(refusal is null
            ? new Caller(identity!.Kind, identity.Name, Role: null, address, Refusal: null)
            : Caller.Refused(address, refusal));
    }
}
