using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Topology;

/// <summary>The views of several database processes as one, with what they contradict each other in.</summary>
/// <param name="Members">One for each role and address, in order.</param>
/// <param name="Partitions">Each placement once, in order.</param>
/// <param name="Objects">Each once, in order.</param>
internal sealed record ViewMerge(
    IReadOnlyList<ClusterMember> Members,
    IReadOnlyList<PartitionPlacement> Partitions,
    IReadOnlyList<string> Objects,
    IReadOnlyList<CairnException> Conflicts)
{
    /// <summary>
    /// Merges the views of <paramref name="instances"/>. A member that any view calls dead is dead; one that any view calls
    /// leader is a leader, so that two claims stay two.
    /// </summary>
    public static ViewMerge Of(IReadOnlyList<LocatedInstance> instances)
    {
        var conflicts = new List<CairnException>();
        conflicts.AddRange(Identities(instances));
        conflicts.AddRange(Placements(instances));
        return new ViewMerge(
            [.. instances
                .SelectMany(instance => instance.Description.View.Members)
                .GroupBy(member => (member.Role, member.Address))
                .Select(group => Merge([.. group]))
                .OrderBy(member => member.Role, StringComparer.Ordinal)
                .ThenBy(member => member.Address, StringComparer.Ordinal)],
            [.. instances
                .SelectMany(instance => instance.Description.View.Partitions)
                .DistinctBy(Key)
                .OrderBy(place => place.Object, StringComparer.Ordinal)
                .ThenBy(place => place.PartitionId.Length)
                .ThenBy(place => place.PartitionId, StringComparer.Ordinal)
                .ThenBy(place => place.OwnerAddress, StringComparer.Ordinal)],
            [.. instances
                .SelectMany(instance => instance.Description.View.Objects)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)],
            conflicts);
    }

    private static ClusterMember Merge(IReadOnlyList<ClusterMember> same)
    {
        var dead = same.FirstOrDefault(member => !member.Alive);
        var leader = same.FirstOrDefault(member => member.Leader);
        var shown = dead ?? leader ?? same[0];
        return new ClusterMember
        {
            Role = shown.Role,
            Address = shown.Address,
            Id = same.Select(member => member.Id).FirstOrDefault(id => id.Length > 0) ?? "",
            Alive = dead is null,
            Leader = leader is not null,
            Source = shown.Source,
        };
    }

    private static IEnumerable<CairnException> Identities(IReadOnlyList<LocatedInstance> instances)
    {
        var identities = instances
            .Where(instance => instance.Description.View.DatabaseClusterId.Length > 0)
            .GroupBy(instance => instance.Description.View.DatabaseClusterId, StringComparer.Ordinal)
            .ToList();
        if (identities.Count > 1)
        {
            yield return new CairnException(
                ErrorCode.TopologyConflict,
                "the nodes belong to different database clusters: " + string.Join("; ", identities.Select(identity =>
                    $"{string.Join(", ", identity.Select(instance => instance.Node))} to {identity.Key}")),
                "put only nodes of one database cluster into one cluster here");
        }
    }

    private static IEnumerable<CairnException> Placements(IReadOnlyList<LocatedInstance> instances)
    {
        var byPartition = new Dictionary<(string, string, string), (string Owners, string Node)>();
        foreach (var instance in instances)
        {
            var places = instance.Description.View.Partitions
                .GroupBy(place => (place.Object, place.PartitionId, place.Role));
            foreach (var partition in places)
            {
                var owners = string.Join(", ", partition
                    .Select(place => place.OwnerAddress)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal));
                if (byPartition.TryAdd(partition.Key, (owners, instance.Node)))
                {
                    continue;
                }

                var first = byPartition[partition.Key];
                if (first.Owners != owners)
                {
                    yield return new CairnException(
                        ErrorCode.TopologyConflict,
                        $"partition {partition.Key.PartitionId} of '{partition.Key.Object}' is on {first.Owners} as "
                        + $"{first.Node} sees it, and on {owners} as {instance.Node} sees it",
                        "wait until the cluster agrees, then run the backup again",
                        instance.Node,
                        partition.Key.PartitionId);
                }
            }
        }
    }

    private static (string, string, string, string, string) Key(PartitionPlacement place) =>
        (place.Object, place.PartitionId, place.Role, place.OwnerAddress, place.ReplicaGroup);
}
