namespace Cairn.Shared.Security.Certificates;

/// <summary>Which certificates are worth nothing any more. Asked with every call, from any thread.</summary>
public interface IRevocations
{
    /// <summary>Why a certificate that names <paramref name="identity"/> and begins at that time is refused; null when it is not.</summary>
    CallerRefusal? Find(PeerIdentity identity, DateTimeOffset notBefore);
}
