using System.Security.Cryptography.X509Certificates;
using Cairn.Shared.Identifiers;

namespace Cairn.Shared.Security.Certificates;

/// <summary>
/// The names of an operator's own authority, which knows nothing of Cairn: the first DNS name, else the common name. The one
/// in the configuration is the coordinator; <c>user/NAME</c>, which no DNS name can be, is a user; any other is the node of
/// that name.
/// </summary>
public sealed class PlainNaming(string coordinatorName) : IPeerNaming
{
    private const string UserPrefix = "user/";

    /// <inheritdoc/>
    public PeerIdentity Coordinator { get; } = new(CallerKind.Coordinator, coordinatorName);

    /// <inheritdoc/>
    public PeerIdentity? Identify(X509Certificate2 certificate)
    {
        var name = SubjectNames.FirstDnsName(certificate) ?? SubjectNames.CommonName(certificate);
        if (name == coordinatorName)
        {
            return Coordinator;
        }

        if (name.StartsWith(UserPrefix, StringComparison.Ordinal))
        {
            var user = name[UserPrefix.Length..];
            return Names.IsValid(user) ? new PeerIdentity(CallerKind.User, user) : null;
        }

        return Names.IsValid(name) ? new PeerIdentity(CallerKind.Node, name) : null;
    }
}
