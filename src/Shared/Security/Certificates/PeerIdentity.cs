namespace Cairn.Shared.Security.Certificates;

/// <summary>Whom a certificate names.</summary>
/// <param name="Kind">Coordinator, node or user; never anonymous.</param>
/// <param name="Name">The node's or user's name; of a coordinator the authority's id, or its name in an own authority.</param>
public sealed record PeerIdentity(CallerKind Kind, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        CallerKind.Coordinator => $"the coordinator {Name}",
        CallerKind.Node => $"the node {Name}",
        _ => $"the user {Name}",
    };
}
