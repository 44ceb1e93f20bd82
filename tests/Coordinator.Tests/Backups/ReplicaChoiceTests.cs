using Cairn.Coordinator.Backups;
using Cairn.Coordinator.Points;
using Cairn.Coordinator.Tests.Topology;
using Cairn.Coordinator.Topology;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Backups;

public sealed class ReplicaChoiceTests
{
    [Fact]
    public void Where_each_node_has_its_own_data_all_nodes_are_read()
    {
        var topology = Views.Resolve(Views.Healthy());

        Assert.Equal(["n1", "n2", "n3"], ReplicaChoice.Nodes(topology, new RunBackupRequest(), basePoint: null));
    }

    [Fact]
    public void A_copy_cannot_be_chosen_where_each_node_has_its_own_data()
    {
        var refused = Assert.Throws<CairnException>(
            () => ReplicaChoice.Nodes(Views.Resolve(Views.Healthy()), new RunBackupRequest { From = "standby" }, basePoint: null));

        Assert.Equal(ErrorCode.Unsupported, refused.Code);
    }

    [Theory]
    [InlineData("", "n1")]
    [InlineData("auto", "n1")]
    [InlineData("primary", "n1")]
    [InlineData("standby", "n3")]
    public void Of_identical_copies_one_is_read(string from, string node)
    {
        var topology = Copies(behindOfSecond: 4096, behindOfThird: 0);

        Assert.Equal([node], ReplicaChoice.Nodes(topology, new RunBackupRequest { From = from }, basePoint: null));
    }

    [Fact]
    public void The_copy_that_the_last_point_was_read_from_is_read_again()
    {
        var last = new ListedPoint(
            new CommitRecord { Summary = new PointSummary { PointId = "p", Nodes = { new PointNode { Node = "n2" } } } }, ["n2"], Borrowed: []);

        Assert.Equal(["n2"], ReplicaChoice.Nodes(Copies(behindOfSecond: 4096, behindOfThird: 0), new RunBackupRequest(), last));
    }

    [Fact]
    public void A_copy_that_follows_nobody_is_not_read()
    {
        var topology = Copies(behindOfSecond: -1, behindOfThird: -1);

        var refused = Assert.Throws<CairnException>(
            () => ReplicaChoice.Nodes(topology, new RunBackupRequest { From = "standby" }, basePoint: null));

        Assert.Equal(ErrorCode.Unsettled, refused.Code);
    }

    private static ClusterTopology Copies(long behindOfSecond, long behindOfThird)
    {
        var sightings = Views.Healthy();
        foreach (var (sighting, index) in sightings.Select((sighting, index) => (sighting, index)))
        {
            var instance = sighting.Instance();
            instance.Capabilities.Add(ReplicaChoice.Identical);
            instance.Roles.Clear();
            instance.Roles.Add(index == 0 ? "primary" : "standby");
            instance.CaptureSteps.Clear();
            instance.View = new ClusterView
            {
                DatabaseClusterId = "7",
                Partitions =
                {
                    new PartitionPlacement
                    {
                        Object = "server",
                        PartitionId = sighting.Node,
                        Role = "store",
                        OwnerAddress = instance.Addresses.Single(address => address.Role == "store").Address,
                        ReplicaGroup = "7",
                        ReplicaLeader = index == 0,
                        BehindBytes = index switch { 0 => 0, 1 => behindOfSecond, _ => behindOfThird },
                    },
                },
            };
        }

        return Views.Resolve(sightings);
    }
}
