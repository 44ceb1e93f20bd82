using Cairn.Coordinator.Restores;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Restores;

public sealed class TopologyComparisonTests
{
    [Fact]
    public void The_same_nodes_in_another_order_and_other_directories_do_not_differ()
    {
        var now = new[] { Node("n2"), Node("n1") };
        now[0].Instances[0].Roots.Add(new DataRoot { Name = "data", Path = "/elsewhere" });

        Assert.Empty(TopologyComparison.Differences([Node("n1"), Node("n2")], now));
    }

    [Fact]
    public void Every_difference_is_listed()
    {
        var now = Node("n1");
        now.Instances[0].Engine = "otherdb";
        now.Instances[0].Version = "v2";
        now.Instances[0].Addresses[0].Address = "b:1";
        now.Instances.Add(new InstanceTopology { Name = "extra" });

        var differences = TopologyComparison.Differences([Node("n1"), Node("n2")], [now, Node("n3")]);

        Assert.Equal(
            [
                "n1/db: engine in the point: doubledb; now: otherdb",
                "n1/db: addresses in the point: store a:1; now: store b:1",
                "n1/db: version in the point: v1; now: v2",
                "n1: the agent knows an instance 'extra', which the point does not have",
                "the point has a part of node n2, which the cluster does not have",
                "the cluster has a node n3, of which the point has no part",
            ],
            differences);
    }

    [Fact]
    public void A_stopped_instance_that_cannot_tell_its_version_is_not_another_version()
    {
        var now = Node("n1");
        now.Instances[0].Version = "";

        Assert.Empty(TopologyComparison.Differences([Node("n1")], [now]));
    }

    private static NodeTopology Node(string name) => new()
    {
        Node = name,
        Instances =
        {
            new InstanceTopology
            {
                Name = "db",
                Engine = "doubledb",
                Version = "v1",
                Roles = { "store" },
                Addresses = { new RoleAddress { Role = "store", Address = "a:1" } },
            },
        },
    };
}
