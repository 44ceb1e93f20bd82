using Cairn.Coordinator.Restores;
using Cairn.Coordinator.Tests.Doubles;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Restores;

/// <summary>A point of n1, n2, n3 goes to a cluster in which n4 has taken the place of n3.</summary>
public sealed class MappingTests
{
    [Fact]
    public async Task A_part_goes_to_the_node_that_took_its_node_s_place_and_has_its_repository()
    {
        await using var cluster = await WithReplacedNodeAsync();
        cluster["n4"].Memory.Committed[PointOf(cluster)] = cluster["n1"].Memory.Committed[PointOf(cluster)];

        var plan = await cluster.Client.PlanRestoreAsync(Request(("n3", "n4")));
        var job = await cluster.EndOfAsync(await cluster.BeginRestoreAsync(Request(("n3", "n4"))));

        Assert.True(plan.Possible, plan.ToString());
        Assert.Equal([("n1", "n1"), ("n2", "n2"), ("n4", "n3")], plan.Nodes.Select(node => (node.Node, node.SourceNode)));
        Assert.True(job.State == JobState.Succeeded, job.ToString());
        var staged = cluster["n4"].Memory.Received.Select(received => received.Request).OfType<StageRequest>().Single();
        Assert.Equal("n3", staged.SourceNode);
    }

    [Fact]
    public async Task A_part_may_come_from_a_repository_that_the_new_node_was_given()
    {
        await using var cluster = await WithReplacedNodeAsync();
        cluster["n4"].Memory.Borrowed.Add(
            new BorrowedPoint { SourceNode = "n3", Record = cluster["n1"].Memory.Committed[PointOf(cluster)] });

        var plan = await cluster.Client.PlanRestoreAsync(Request(("n3", "n4")));

        Assert.True(plan.Possible, plan.ToString());
    }

    [Fact]
    public async Task Without_a_repository_of_the_old_node_it_is_refused_with_what_to_bring_where()
    {
        await using var cluster = await WithReplacedNodeAsync();

        var plan = await cluster.Client.PlanRestoreAsync(Request(("n3", "n4")));

        Assert.False(plan.Possible);
        var refused = Assert.Single(plan.Nodes, node => node.Error is not null);
        Assert.Equal(("n4", "POINT_NOT_FOUND"), (refused.Node, refused.Error.Code));
        Assert.Contains("restore-from", refused.Error.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_roles_addresses_and_versions_are_all_named()
    {
        await using var cluster = await WithReplacedNodeAsync();
        var instance = cluster["n4"].Instance;
        instance.Roles.Remove("store");
        instance.Addresses[0].Address = "elsewhere:1";
        instance.Version = "v2";

        var plan = await cluster.Client.PlanRestoreAsync(Request(("n3", "n4")));

        var topology = Assert.Single(plan.Checks, check => check.Name == "topology");
        Assert.Equal("TOPOLOGY_MISMATCH", topology.Error.Code);
        Assert.All(["roles", "addresses", "version"], word => Assert.Contains($"n4/db: {word}", topology.Finding, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_map_the_renamed_node_is_what_stands_in_the_way()
    {
        await using var cluster = await WithReplacedNodeAsync();

        var plan = await cluster.Client.PlanRestoreAsync(Request());

        var topology = Assert.Single(plan.Checks, check => check.Name == "topology");
        Assert.Contains("the point has a part of node n3, which the cluster does not have", topology.Finding, StringComparison.Ordinal);
        Assert.Contains("the cluster has a node n4, of which the point has no part", topology.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_wrong_with_a_map_is_named()
    {
        var map = NodeMap.Of(Request(("n3", "n4"), ("n3", "n9"), ("n7", "n1"), ("n2", "n1")).Mappings);

        var reasons = map.Reasons(["n1", "n2", "n3"], ["n1", "n2", "n4"]);

        Assert.Equal(
            [
                "n3 is mapped 2 times, to n4, n9",
                "the point has no part of a node n7; it has those of n1, n2, n3",
                "the cluster has no node n9; it has n1, n2, n4",
                "n1 would get the parts of n1 and n2",
            ],
            reasons);
    }

    private static async Task<TestCluster> WithReplacedNodeAsync()
    {
        var cluster = await TestCluster.StartAsync();
        var made = await cluster.BackUpAsync();
        Assert.True(made.State == JobState.Succeeded, made.ToString());
        var newcomer = new AgentDouble("n4", TestCluster.Engine);
        await newcomer.StartAsync();
        cluster.Agents.Add(newcomer);
        cluster.Lead("n1");

        // The new host has the old one's addresses.
        newcomer.Instance.Addresses.Clear();
        newcomer.Instance.Addresses.Add(cluster["n3"].Instance.Addresses);
        await cluster["n3"].DieAsync();
        await cluster.ReplaceCoordinatorAsync(["n1", "n2", "n4"]);
        return cluster;
    }

    private static string PointOf(TestCluster cluster) => cluster["n1"].Memory.Committed.Keys.Single();

    private static RestoreRequest Request(params (string Old, string New)[] mappings) => new()
    {
        Cluster = TestCluster.Name,
        Point = "latest",
        Mappings = { mappings.Select(mapping => new NodeMapping { OldNode = mapping.Old, NewNode = mapping.New }) },
    };
}
