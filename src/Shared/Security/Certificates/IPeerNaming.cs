using System.Security.Cryptography.X509Certificates;

namespace Cairn.Shared.Security.Certificates;

/// <summary>How the certificates of one authority say whom they name. Stateless.</summary>
public interface IPeerNaming
{
    /// <summary>Whom the coordinator's certificate names.</summary>
    PeerIdentity Coordinator { get; }

    /// <summary>Whom the certificate names; null when nobody, or more than one.</summary>
    PeerIdentity? Identify(X509Certificate2 certificate);
}
