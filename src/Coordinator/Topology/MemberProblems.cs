using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Topology;

/// <summary>Checks the members that the databases name against the instances that agents report.</summary>
internal static class MemberProblems
{
    /// <summary>
    /// Everything that does not fit. With <paramref name="allAnswered"/> false a member without an instance is not
    /// called unknown: it may belong to the node that did not answer.
    /// </summary>
    public static IEnumerable<CairnException> Find(
        IEnumerable<CaptureStep> steps,
        IReadOnlyList<ClusterMember> members,
        IReadOnlyList<LocatedInstance> instances,
        bool allAnswered) =>
        LedRoles(steps).Select(role => LeaderProblem(role, members)).OfType<CairnException>()
            .Concat(members.Where(member => !member.Alive).Select(member => Dead(member, instances)))
            .Concat(allAnswered ? Strangers(members, instances) : [])
            .Concat(Unknown(members, instances));

    /// <summary>Roles that some capture step needs led by exactly one instance.</summary>
    public static IEnumerable<string> LedRoles(IEnumerable<CaptureStep> steps) => steps
        .Select(step => step.LeaderRole)
        .Where(role => role.Length > 0)
        .Distinct(StringComparer.Ordinal);

    /// <summary>The instance that a member is; null when no agent reports it.</summary>
    public static LocatedInstance? Owner(ClusterMember member, IReadOnlyList<LocatedInstance> instances) =>
        instances.FirstOrDefault(instance => instance.Description.Addresses.Any(
            address => address.Role == member.Role && address.Address == member.Address));

    private static CairnException? LeaderProblem(string role, IReadOnlyList<ClusterMember> members)
    {
        var leading = members.Where(member => member.Role == role && member.Leader).ToList();
        return leading.Count switch
        {
            1 => null,
            0 => new CairnException(
                ErrorCode.NoLeader,
                $"no {role} leads: the databases name {Listed(members.Where(member => member.Role == role))}, none as leader",
                $"see that a majority of the {role} instances runs and has elected one",
                subject: role),
            _ => new CairnException(
                ErrorCode.NoLeader,
                $"{leading.Count} instances are called the leader of {role}: {Listed(leading)}",
                "wait until the election is over; if it stays, look into the database's logs",
                subject: role),
        };
    }

    private static CairnException Dead(ClusterMember member, IReadOnlyList<LocatedInstance> instances)
    {
        var owner = Owner(member, instances);
        return new CairnException(
            ErrorCode.MemberDead,
            $"{owner?.Node ?? "a node that no agent reports"}: {member.Role} {member.Address} is dead, by {Source(member)}",
            "start it, or repair the cluster, then run the backup again",
            owner?.Node,
            member.Address);
    }

    private static IEnumerable<CairnException> Strangers(
        IReadOnlyList<ClusterMember> members, IReadOnlyList<LocatedInstance> instances) => members
        .Where(member => Owner(member, instances) is null)
        .Select(member => new CairnException(
            ErrorCode.TopologyConflict,
            $"the databases name the {member.Role} {member.Address} (by {Source(member)}), which no agent of this cluster reports",
            "install an agent on its host and add the node to the cluster",
            subject: member.Address));

    // Only roles that the databases speak of at all: a view need not list every role.
    private static IEnumerable<CairnException> Unknown(
        IReadOnlyList<ClusterMember> members, IReadOnlyList<LocatedInstance> instances)
    {
        var roles = members.Select(member => member.Role).ToHashSet(StringComparer.Ordinal);
        var named = members.Select(member => (member.Role, member.Address)).ToHashSet();
        return
            from instance in instances
            from address in instance.Description.Addresses
            where roles.Contains(address.Role) && !named.Contains((address.Role, address.Address))
            select new CairnException(
                ErrorCode.TopologyConflict,
                $"{instance.Node}: instance '{instance.Description.Name}' is the {address.Role} {address.Address}, "
                + "but the databases of this cluster do not know it",
                "see that the node belongs to this cluster and that its configuration names the right addresses",
                instance.Node,
                address.Address);
    }

    private static string Source(ClusterMember member) => member.Source.Length > 0 ? member.Source : "the database";

    private static string Listed(IEnumerable<ClusterMember> members)
    {
        var texts = members.Select(member => member.Address).ToList();
        return texts.Count == 0 ? "nobody" : string.Join(", ", texts);
    }
}
