using Cairn.Coordinator.Catalog;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Topology;

/// <summary>One instance and the node that it lives on.</summary>
internal sealed record LocatedInstance(string Node, InstanceDescription Description);

/// <summary>A cluster as agents and databases described it at one moment.</summary>
/// <param name="Instances">The cluster's instances on all nodes that answered, in the order of the nodes.</param>
/// <param name="Steps">The capture steps that every instance declares, in order.</param>
/// <param name="Leaders">The one leading instance of each role that a capture step needs led; absent where there is none.</param>
/// <param name="Problems">What stands in the way of a backup, gravest first.</param>
/// <param name="Fingerprint">Changes when members, leaders or placement do; not when data do.</param>
/// <param name="Placement">As the fingerprint, but blind to who leads.</param>
internal sealed record ClusterTopology(
    ClusterRecord Cluster,
    IReadOnlyList<NodeSighting> Nodes,
    IReadOnlyList<LocatedInstance> Instances,
    IReadOnlyList<CaptureStep> Steps,
    IReadOnlyList<ClusterMember> Members,
    IReadOnlyList<PartitionPlacement> Partitions,
    IReadOnlyList<string> Objects,
    IReadOnlyDictionary<string, LocatedInstance> Leaders,
    IReadOnlyList<CairnException> Problems,
    string Fingerprint,
    string Placement)
{
    private const string RolesMove = "roles.move";

    /// <summary>Refuses when anything stands in the way, with the gravest problem.</summary>
    public void RequireSound()
    {
        if (Problems.Count > 0)
        {
            throw Problems[0];
        }
    }

    /// <summary>Refuses when an instance does not declare what is needed.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.Unsupported"/>.</exception>
    public void RequireCapability(string needed)
    {
        foreach (var (node, instance) in Instances.Where(i => !i.Description.Capabilities.Contains(needed)))
        {
            throw new CairnException(
                ErrorCode.Unsupported,
                $"{node}: instance '{instance.Name}' of engine '{instance.Engine}' does not declare '{needed}'; "
                + $"it declares {string.Join(", ", instance.Capabilities)}",
                "ask for what it can do",
                node,
                instance.Name);
        }
    }

    /// <summary>
    /// The cluster as if <paramref name="nodes"/> were not of it: their instances and what is wrong with them are left out. A leader
    /// among them is a problem of its own.
    /// </summary>
    public ClusterTopology Without(IReadOnlyCollection<string> nodes)
    {
        if (nodes.Count == 0)
        {
            return this;
        }

        var problems = Problems.Where(problem => !IsAbout(problem, nodes)).ToList();
        problems.AddRange(MemberProblems.LedRoles(Steps)
            .Where(role => Members.Any(member => member.Role == role && member.Leader))
            .Where(role => !Leaders.TryGetValue(role, out var leader) || nodes.Contains(leader.Node))
            .Select(role => new CairnException(
                ErrorCode.NoLeader,
                $"the leader of {role} is on a node that does not take part ({string.Join(", ", nodes)}), and only there can its metadata be captured",
                $"bring that node back, or wait until another {role} leads",
                subject: role)));
        return this with
        {
            Nodes = [.. Nodes.Where(node => !nodes.Contains(node.Node))],
            Instances = [.. Instances.Where(instance => !nodes.Contains(instance.Node))],
            Problems = problems,
        };
    }

    // A dead member whose agent does not answer belongs to nobody that is known.
    private static bool IsAbout(CairnException problem, IReadOnlyCollection<string> nodes) => problem.Node is { } node
        ? nodes.Contains(node)
        : problem.Code == ErrorCode.MemberDead;

    /// <summary>The topology as a commit record keeps it.</summary>
    public IEnumerable<NodeTopology> ToRecord() => Instances
        .GroupBy(instance => instance.Node, StringComparer.Ordinal)
        .Select(node => new NodeTopology { Node = node.Key, Instances = { node.Select(ToRecord) } });

    /// <summary>The topology as it is told to people and scripts.</summary>
    public V1.Topology ToMessage() => new()
    {
        Cluster = Cluster.ToMessage(),
        Nodes = { Nodes.Select(node => node.ToMessage()) },
        Members = { Members },
        Partitions = { Partitions },
        Objects = { Objects },
        Problems = { Problems.Select(problem => problem.ToDetail()) },
        Fingerprint = Fingerprint,
    };

    private InstanceTopology ToRecord(LocatedInstance instance) => new()
    {
        Name = instance.Description.Name,
        Engine = instance.Description.Engine,
        Version = instance.Description.Version,
        // Roles that move between instances are no property of a node that a restore could compare.
        Roles = { instance.Description.Capabilities.Contains(RolesMove) ? [] : instance.Description.Roles },
        Addresses = { instance.Description.Addresses },
        Roots = { instance.Description.Roots },
        Leads =
        {
            Members
                .Where(member => member.Leader && instance.Description.Addresses.Any(
                    address => address.Role == member.Role && address.Address == member.Address))
                .Select(member => member.Role)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        },
    };
}
