using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Topology;

namespace Cairn.Coordinator.Backups;

/// <summary>Where the partitions of a cluster are, as far as that decides what a partial point still makes whole.</summary>
/// <param name="Known">False when no database could be asked, as with a cold backup.</param>
/// <param name="IdenticalReplicas">True when the engine declares that the copies of a partition are byte for byte the same.</param>
internal sealed record Placement(bool Known, bool IdenticalReplicas, IReadOnlyList<PlacedPartition> Partitions)
{
    /// <summary>
    /// The placement in a look at the cluster. Addresses of nodes that do not answer are known from what they said when they
    /// registered.
    /// </summary>
    public static Placement Of(ClusterTopology topology, NodeDirectory directory)
    {
        var owners = new Dictionary<(string Role, string Address), string>();
        foreach (var node in topology.Cluster.Nodes)
        {
            foreach (var address in directory.Find(node)?.Registration.Description.Instances
                .Where(instance => instance.Engine == topology.Cluster.Engine)
                .SelectMany(instance => instance.Addresses) ?? [])
            {
                owners[(address.Role, address.Address)] = node;
            }
        }

        foreach (var (node, instance) in topology.Instances)
        {
            foreach (var address in instance.Addresses)
            {
                owners[(address.Role, address.Address)] = node;
            }
        }

        return new Placement(
            topology.Instances.Any(instance => instance.Description.View is not null),
            topology.Instances.Count > 0 && topology.Instances.All(instance => instance.Description.Capabilities.Contains(ReplicaChoice.Identical)),
            [.. topology.Partitions.Select(place => new PlacedPartition(
                owners.GetValueOrDefault((place.Role, place.OwnerAddress), ""), place.Object, place.PartitionId, place.ReplicaGroup))]);
    }
}
