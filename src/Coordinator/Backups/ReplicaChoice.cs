using Cairn.Coordinator.Points;
using Cairn.Coordinator.Topology;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Backups;

/// <summary>
/// Which nodes a backup reads. All of them, but where the engine declares that the copies of a replica group are the same byte for
/// byte: there one copy of each group is enough.
/// </summary>
internal static class ReplicaChoice
{
    /// <summary>What an engine declares whose copies are the same byte for byte.</summary>
    public const string Identical = "replicas.identical";

    private const string Auto = "auto";

    /// <summary>The nodes, in the cluster's order.</summary>
    /// <param name="basePoint">The point that is built on: its node is read again where that is possible, so that little has to be stored.</param>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.Unsupported"/>: a copy was chosen where each node has its own data; <see cref="ErrorCode.InvalidRequest"/>: no copy
    /// has the role; <see cref="ErrorCode.Unsettled"/>: none that has it is known to follow its leader.
    /// </exception>
    public static IReadOnlyList<string> Nodes(ClusterTopology topology, RunBackupRequest request, ListedPoint? basePoint)
    {
        var identical = topology.Instances.Count > 0 && topology.Instances.All(i => i.Description.Capabilities.Contains(Identical));
        if (!identical || request.Cold)
        {
            return request.From.Length == 0 || (identical && request.From == Auto)
                ? topology.Cluster.Nodes
                : throw new CairnException(
                    ErrorCode.Unsupported,
                    $"'{request.From}' cannot be chosen: {(identical ? "of stopped databases" : "with this engine")} every node's own data are backed up",
                    "leave --from out",
                    subject: topology.Cluster.Name);
        }

        var groups = topology.Partitions
            .Select(place => (Place: place, Owner: Owner(topology, place)))
            .Where(copy => copy.Owner is not null)
            .Select(copy => new Copy(copy.Place, copy.Owner!))
            .GroupBy(copy => copy.Place.ReplicaGroup, StringComparer.Ordinal);
        var earlier = basePoint?.Record.Summary.Nodes.Select(part => part.Node).ToHashSet(StringComparer.Ordinal) ?? [];
        var chosen = groups.Select(group => Choose([.. group], request.From, earlier)).ToHashSet(StringComparer.Ordinal);
        return [.. topology.Cluster.Nodes.Where(chosen.Contains)];
    }

    private static string Choose(IReadOnlyList<Copy> copies, string from, HashSet<string> earlier)
    {
        if (from.Length > 0 && from != Auto)
        {
            var asked = copies.Where(copy => copy.Owner.Description.Roles.Contains(from)).ToList();
            if (asked.Count == 0)
            {
                throw new CairnException(
                    ErrorCode.InvalidRequest,
                    $"no copy has the role '{from}'; there are {string.Join(", ", copies.SelectMany(copy => copy.Owner.Description.Roles).Distinct().Order(StringComparer.Ordinal))}",
                    "use one of these roles, or auto");
            }

            return Best(asked, earlier)?.Owner.Node ?? throw new CairnException(
                ErrorCode.Unsettled,
                $"no copy with the role '{from}' is known to follow its leader: {string.Join(", ", asked.Select(copy => copy.Owner.Node))}",
                "see that it is connected, or read another copy",
                asked[0].Owner.Node);
        }

        // The one that was read last keeps the chain small; else the leader, whose point comes back where it was.
        return Best([.. copies.Where(copy => earlier.Contains(copy.Owner.Node))], earlier)?.Owner.Node
            ?? (copies.FirstOrDefault(copy => copy.Place.ReplicaLeader) ?? Best(copies, earlier))?.Owner.Node
            ?? throw new CairnException(
                ErrorCode.NoLeader, "no copy leads, and none is known to follow", "start the cluster, then run the backup again");
    }

    private static Copy? Best(IReadOnlyList<Copy> copies, HashSet<string> earlier) => copies
        .Where(copy => copy.Place.ReplicaLeader || copy.Place.BehindBytes >= 0)
        .OrderByDescending(copy => earlier.Contains(copy.Owner.Node))
        .ThenBy(copy => copy.Place.ReplicaLeader ? 0 : copy.Place.BehindBytes)
        .FirstOrDefault();

    private static LocatedInstance? Owner(ClusterTopology topology, PartitionPlacement place) =>
        topology.Instances.FirstOrDefault(instance => instance.Description.Addresses.Any(
            address => address.Role == place.Role && address.Address == place.OwnerAddress));

    private sealed record Copy(PartitionPlacement Place, LocatedInstance Owner);
}
