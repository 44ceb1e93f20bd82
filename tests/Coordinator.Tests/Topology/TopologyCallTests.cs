using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Topology;

public sealed class TopologyCallTests
{
    [Fact]
    public async Task The_topology_shows_members_and_no_problems_when_all_is_well()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.ClockAhead = TimeSpan.FromSeconds(90);

        var topology = await cluster.Client.GetTopologyAsync(new GetTopologyRequest { Cluster = TestCluster.Name });

        Assert.Empty(topology.Problems);
        Assert.Equal(6, topology.Members.Count);
        Assert.InRange(topology.Nodes.Single(node => node.Node == "n2").ClockOffsetMs, 85_000, 95_000);
    }

    [Fact]
    public async Task An_agent_older_than_the_protocol_is_refused_at_its_registration_and_named_in_the_topology()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].ProtocolVersion = 0;

        var refusal = await Refusal.OfAsync(cluster.Client.RegisterAgentAsync(new RegisterAgentRequest
        {
            Node = "n2", Address = cluster["n2"].Address, AgentVersion = "0.0-old", ProtocolVersion = 0,
        }));
        var topology = await cluster.Client.GetTopologyAsync(new GetTopologyRequest { Cluster = TestCluster.Name });

        Assert.Equal(ErrorCode.AgentTooOld, refusal.Code);
        Assert.Contains("0.0-old", refusal.Message, StringComparison.Ordinal);
        var problem = topology.Problems[0];
        Assert.Equal(("AGENT_TOO_OLD", "n2"), (problem.Code, problem.Node));
    }

    [Fact]
    public async Task An_agent_that_became_too_old_without_registering_is_found_when_it_describes_itself()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n3"].ProtocolVersion = 0;

        var job = await cluster.BackUpAsync();

        Assert.Equal(("AGENT_TOO_OLD", "n3"), (job.Error.Code, job.Error.Node));
    }

    [Fact]
    public async Task A_node_that_never_registered_is_listed_and_stands_in_the_way()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.Client.AddClusterAsync(
            new AddClusterRequest { Name = "c2", Engine = TestCluster.Engine, Nodes = { "n1", "ghost" } });

        var nodes = (await cluster.Client.ListNodesAsync(new ListNodesRequest())).Nodes;
        var topology = await cluster.Client.GetTopologyAsync(new GetTopologyRequest { Cluster = "c2" });

        Assert.Equal("never seen", nodes.Single(node => node.Name == "ghost").State);
        Assert.Equal(["c1", "c2"], nodes.Single(node => node.Name == "n1").Clusters);
        Assert.Equal(("AGENT_UNREACHABLE", "ghost"), (topology.Problems[0].Code, topology.Problems[0].Node));
    }

    [Fact]
    public async Task A_node_is_shown_as_it_is_now_and_as_it_registered_when_it_does_not_answer()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        cluster["n1"].Instance.Version = "9.9-new";

        var now = await cluster.Client.GetNodeAsync(new GetNodeRequest { Name = "n1" });
        await cluster["n1"].DieAsync();
        var registered = await cluster.Client.GetNodeAsync(new GetNodeRequest { Name = "n1" });

        Assert.Equal("9.9-new", Assert.Single(now.Description.Instances).Version);
        Assert.Equal("n1", registered.Name);
        Assert.NotEqual("9.9-new", registered.Description?.Instances.FirstOrDefault()?.Version);
    }

    [Fact]
    public async Task Unknown_names_are_refused_each_by_its_code()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);

        var noCluster = await Refusal.OfAsync(cluster.Client.GetTopologyAsync(new GetTopologyRequest { Cluster = "x" }));
        var noNode = await Refusal.OfAsync(cluster.Client.GetNodeAsync(new GetNodeRequest { Name = "x" }));
        var noJob = await Refusal.OfAsync(
            cluster.Client.GetJobAsync(new GetJobRequest { JobId = Guid.NewGuid().ToString() }));
        var again = await Refusal.OfAsync(cluster.Client.AddClusterAsync(
            new AddClusterRequest { Name = TestCluster.Name, Engine = "e", Nodes = { "n1" } }));
        var malformed = await Refusal.OfAsync(cluster.Client.AddClusterAsync(
            new AddClusterRequest { Name = "../x", Engine = "e", Nodes = { "n1", "n1" } }));

        Assert.Equal(
            [ErrorCode.UnknownCluster, ErrorCode.UnknownNode, ErrorCode.UnknownJob, ErrorCode.AlreadyExists, ErrorCode.InvalidRequest],
            new[] { noCluster, noNode, noJob, again, malformed }.Select(refusal => refusal.Code));
    }
}
