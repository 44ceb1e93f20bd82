namespace Cairn.Coordinator.Backups;

/// <summary>One partition, or one copy of it, on the node where it was when the cluster was captured.</summary>
/// <param name="Node">Empty when no agent that ever registered reports the owner's address.</param>
/// <param name="ReplicaGroup">Empty for a partition with a single copy.</param>
internal sealed record PlacedPartition(string Node, string Object, string Partition, string ReplicaGroup);
