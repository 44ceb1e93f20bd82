using System.Security.Cryptography.X509Certificates;
using Cairn.Shared.Identifiers;

namespace Cairn.Shared.Security.Certificates;

/// <summary>
/// The names that a coordinator's own authority gives: one URI, <c>cairn://AUTHORITY/node/NAME</c>,
/// <c>cairn://AUTHORITY/user/NAME</c> or <c>cairn://AUTHORITY/coordinator</c>. What a certificate may do follows from it
/// alone; its other names are for foreign tools.
/// </summary>
public sealed class AuthorityNaming(string authorityId) : IPeerNaming
{
    private const string Scheme = "cairn://";
    private const string CoordinatorPath = "coordinator";
    private const string AuthorityPath = "authority";

    /// <summary>The authority's id.</summary>
    public string AuthorityId => authorityId;

    /// <inheritdoc/>
    public PeerIdentity Coordinator { get; } = new(CallerKind.Coordinator, authorityId);

    /// <inheritdoc/>
    public PeerIdentity? Identify(X509Certificate2 certificate)
    {
        var prefix = $"{Scheme}{authorityId}/";
        var uris = SubjectNames.Uris(certificate);
        if (uris.Count != 1 || !uris[0].StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        return uris[0][prefix.Length..].Split('/') switch
        {
            [CoordinatorPath] => Coordinator,
            ["node", var name] when Names.IsValid(name) => new PeerIdentity(CallerKind.Node, name),
            ["user", var name] when Names.IsValid(name) => new PeerIdentity(CallerKind.User, name),
            _ => null,
        };
    }

    /// <summary>The URI that a certificate for <paramref name="identity"/> carries.</summary>
    public Uri UriOf(PeerIdentity identity) => new(Scheme + authorityId + "/" + identity.Kind switch
    {
        CallerKind.Coordinator => CoordinatorPath,
        CallerKind.Node => $"node/{Names.Require(identity.Name, "node")}",
        CallerKind.User => $"user/{Names.Require(identity.Name, "user")}",
        _ => throw new ArgumentOutOfRangeException(nameof(identity), identity.Kind, "nobody has no certificate"),
    });

    /// <summary>The URI that the authority's own certificate carries.</summary>
    public static Uri UriOfAuthority(string id) => new($"{Scheme}{id}/{AuthorityPath}");

    /// <summary>The naming of the authority whose certificate this is; null when it is not one of ours.</summary>
    public static AuthorityNaming? Of(X509Certificate2 authority) =>
        SubjectNames.Uris(authority) is [var uri]
        && uri.StartsWith(Scheme, StringComparison.Ordinal)
        && uri[Scheme.Length..].Split('/') is [var id, AuthorityPath]
        && Names.IsValid(id)
            ? new AuthorityNaming(id)
            : null;
}
