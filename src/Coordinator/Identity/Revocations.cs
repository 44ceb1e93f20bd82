using System.Collections.Concurrent;
using Cairn.Coordinator.Catalog;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;

namespace Cairn.Coordinator.Identity;

/// <summary>
/// Nodes and users whose certificates up to a moment are worth nothing. Kept by name and time, not by serial, so that it also holds
/// for certificates that this catalog never saw. A certificate that begins later is good again.
/// </summary>
internal sealed class Revocations : IRevocations
{
    // No node can have such a name.
    private const string User = "user/";

    private readonly CoordinatorCatalog catalog;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, DateTimeOffset> revoked = new(StringComparer.Ordinal);

    public Revocations(CoordinatorCatalog catalog, TimeProvider time)
    {
        this.catalog = catalog;
        this.time = time;
        foreach (var (node, at) in catalog.Identity.Revocations())
        {
            revoked[node] = at;
        }
    }

    /// <summary>All of them.</summary>
    public IEnumerable<(string Node, DateTimeOffset At)> All() => revoked.Select(pair => (pair.Key, pair.Value));

    /// <summary>Revokes what the node has, durably, with its unused join tokens; returns since when, and how many tokens.</summary>
    public (DateTimeOffset At, int Tokens) Revoke(string node)
    {
        // As the catalog will tell it after a restart.
        var at = CatalogTime.FromCatalog(time.GetUtcNow().ToCatalog());
        var tokens = catalog.Identity.Revoke(node, at);
        revoked[node] = at;
        return (at, tokens);
    }

    /// <summary>Ends the certificates of a user that was removed: one that is added later under the same name is another.</summary>
    public void RevokeUser(string user) => Revoke(User + user);

    /// <summary>As <see cref="EarliestFor"/>, for a user.</summary>
    public DateTimeOffset? EarliestForUser(string user) => EarliestFor(User + user);

    /// <summary>The moment before which a new certificate for the node must not begin; null when it was never revoked.</summary>
    public DateTimeOffset? EarliestFor(string node) =>
        // Certificates know whole seconds only.
        revoked.TryGetValue(node, out var at) ? DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds() + 1) : null;

    /// <summary>Why a node that registered at that time is not called; null when it is.</summary>
    public CallerRefusal? FindRegistered(string node, DateTimeOffset registeredAt) =>
        Find(new PeerIdentity(CallerKind.Node, node), registeredAt);

    /// <inheritdoc/>
    public CallerRefusal? Find(PeerIdentity identity, DateTimeOffset notBefore) => identity.Kind switch
    {
        CallerKind.Node when RevokedAt(identity.Name, notBefore) is { } at => new CallerRefusal(
            ErrorCode.CertificateRevoked,
            $"the certificates of node '{identity.Name}' were revoked at {at:yyyy-MM-ddTHH:mm:ssZ}",
            $"if the node is to come back: 'cairn node token {identity.Name}', and enrol it anew"),
        CallerKind.User when RevokedAt(User + identity.Name, notBefore) is { } at => new CallerRefusal(
            ErrorCode.CertificateRevoked,
            $"the certificates of user '{identity.Name}' ended when it was removed at {at:yyyy-MM-ddTHH:mm:ssZ}",
            $"ask an admin for a new one: cairn user certificate {identity.Name}"),
        _ => null,
    };

    private DateTimeOffset? RevokedAt(string name, DateTimeOffset notBefore) =>
        revoked.TryGetValue(name, out var at) && notBefore <= at ? at : null;
}
