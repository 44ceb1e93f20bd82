using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Topology;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Topology;

/// <summary>
/// What three agents of a database with the roles meta, store and sql report: one instance of each role a node, one
/// partition a store, the meta of n1 leading. The shape of a real three-node cluster.
/// </summary>
internal static class Views
{
    public const string Engine = "doubledb";

    public static ClusterRecord Cluster { get; } =
        new("c1", Engine, ["n1", "n2", "n3"], Epoch: 0, LockedBy: null, LockedAt: null, LockReason: null);

    public static List<NodeSighting> Healthy() => [Sighting(1), Sighting(2), Sighting(3)];

    public static ClusterTopology Resolve(IReadOnlyList<NodeSighting> sightings) =>
        TopologyResolver.Resolve(Cluster, sightings, askedDatabases: true);

    public static InstanceDescription Instance(this NodeSighting sighting) => sighting.Description!.Instances[0];

    /// <summary>Changes the same member in every view.</summary>
    public static void Change(this IEnumerable<NodeSighting> sightings, string role, string address, Action<ClusterMember> change)
    {
        foreach (var member in sightings.SelectMany(sighting => sighting.Instance().View.Members)
            .Where(member => member.Role == role && member.Address == address))
        {
            change(member);
        }
    }

    private static NodeSighting Sighting(int host)
    {
        var instance = new InstanceDescription
        {
            Name = "db",
            Engine = Engine,
            Version = "v1",
            Roles = { "meta", "store", "sql" },
            RunState = RunState.Running,
            Addresses = { Address("meta", host, 8091), Address("store", host, 8400), Address("sql", host, 8086) },
            CaptureSteps =
            {
                new CaptureStep { Name = "data" },
                new CaptureStep { Name = "metadata", LeaderRole = "meta", ClusterMetadata = true },
            },
            View = new ClusterView { DatabaseClusterId = "4078991583577455600", Objects = { "iot" } },
        };
        for (var other = 1; other <= 3; other++)
        {
            instance.View.Members.Add(Member("meta", other, 8091, leader: other == 1));
            instance.View.Members.Add(Member("store", other, 8400, leader: false));
            instance.View.Members.Add(Member("sql", other, 8086, leader: false));
            instance.View.Partitions.Add(new PartitionPlacement
            {
                Object = "iot", PartitionId = $"{other - 1}", Role = "store", OwnerAddress = $"127.0.0.{other}:8400",
            });
        }

        var description = new NodeDescription { Node = $"n{host}", ProtocolVersion = 1, Instances = { instance } };
        return new NodeSighting($"n{host}", description, Failure: null, TimeSpan.Zero);
    }

    private static RoleAddress Address(string role, int host, int port) =>
        new() { Role = role, Address = $"127.0.0.{host}:{port}" };

    private static ClusterMember Member(string role, int host, int port, bool leader) => new()
    {
        Role = role, Address = $"127.0.0.{host}:{port}", Id = $"{role}{host}", Alive = true, Leader = leader, Source = "SHOW",
    };
}
