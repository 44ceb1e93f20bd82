using System.Security.Cryptography;
using System.Text;
using Cairn.V1;

namespace Cairn.Coordinator.Topology;

/// <summary>One value that changes when members, leaders or placement change.</summary>
internal static class TopologyFingerprint
{
    private const char Field = '\u001f';
    private const char Line = '\u001e';

    /// <summary>
    /// SHA-256 over the members and partitions in the order given, which is the merge's and does not depend on who said it
    /// first; lower-case hex. Without leaders it is blind to elections, of members and of replicas.
    /// </summary>
    public static string Of(
        IEnumerable<ClusterMember> members, IEnumerable<PartitionPlacement> partitions, bool withLeaders)
    {
        var text = new StringBuilder();
        foreach (var member in members)
        {
            text.AppendJoin(
                Field, "member", member.Role, member.Address, member.Id, member.Alive, withLeaders && member.Leader).Append(Line);
        }

        foreach (var place in partitions)
        {
            text.AppendJoin(
                Field,
                "partition",
                place.Object,
                place.PartitionId,
                place.Role,
                place.OwnerAddress,
                place.ReplicaGroup,
                withLeaders && place.ReplicaLeader).Append(Line);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
