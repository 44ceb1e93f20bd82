using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Identity;
using Cairn.Coordinator.Nodes;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.TestKit;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Nodes;

public sealed class NodeDirectoryTests : IDisposable
{
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(15);

    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("cairn-nodes-tests-");
    private readonly ManualTimeProvider time = new();
    private readonly CatalogDatabase database;

    public NodeDirectoryTests() => database = CatalogDatabase.Open(Path.Combine(state.FullName, "catalog.db"));

    [Fact]
    public void A_node_is_silent_when_it_has_missed_three_heartbeats()
    {
        var nodes = New();
        nodes.Register(Registration("n1"));

        time.Advance(TimeSpan.FromSeconds(14));
        var before = State(nodes);
        time.Advance(TimeSpan.FromSeconds(1));
        var after = State(nodes);
        nodes.Beat("n1");

        Assert.Equal(("online", "silent", "online"), (before, after, State(nodes)));
    }

    [Fact]
    public void A_heartbeat_of_a_node_that_is_not_known_asks_for_a_registration()
    {
        Assert.False(New().Beat("n1"));
    }

    [Fact]
    public void A_restarted_coordinator_knows_its_nodes_and_waits_for_their_heartbeat()
    {
        New().Register(Registration("n1", epoch: 12));

        var restarted = New();

        Assert.Equal("http://127.0.0.1:7461", restarted.Require("n1").Registration.Address);
        Assert.Equal("silent", State(restarted));
        Assert.Equal(12, restarted.HighestEpoch("c1"));
        Assert.True(restarted.Beat("n1"));
    }

    [Fact]
    public void An_agent_that_comes_back_elsewhere_is_reached_there()
    {
        var nodes = New();
        nodes.Register(Registration("n1"));

        nodes.Register(Registration("n1", address: "http://127.0.0.1:9999"));

        Assert.Equal("http://127.0.0.1:9999", Assert.Single(nodes.All()).Registration.Address);
    }

    [Theory]
    [InlineData("http://10.0.0.1:7461")]
    [InlineData("ftp://127.0.0.1:7461")]
    [InlineData("nonsense")]
    public void Without_TLS_an_address_that_is_not_loopback_is_refused(string address)
    {
        var refusal = Assert.Throws<CairnException>(() => New().Register(Registration("n1", address: address)));

        Assert.Contains(refusal.Code, new[] { ErrorCode.NotLoopback, ErrorCode.ConfigurationInvalid });
    }

    [Fact]
    public void A_node_that_was_refused_as_too_old_is_usable_once_it_comes_back_newer()
    {
        var nodes = New();
        Assert.Throws<AgentTooOldException>(() => nodes.Register(Registration("n1", protocol: 0)));
        var refused = Assert.Throws<AgentTooOldException>(() => nodes.Require("n1"));

        nodes.Register(Registration("n1"));

        Assert.Contains("cairn-agent", refused.WayOut, StringComparison.Ordinal);
        Assert.Equal("n1", nodes.Require("n1").Registration.Name);
    }

    [Fact]
    public void A_heartbeat_under_a_name_that_was_refused_as_too_old_asks_for_a_registration()
    {
        var nodes = New();
        nodes.Register(Registration("n1"));
        Assert.Throws<AgentTooOldException>(() => nodes.Register(Registration("n1", protocol: 0)));

        var known = nodes.Beat("n1");
        nodes.Register(Registration("n1"));

        Assert.False(known);
        Assert.True(nodes.Beat("n1"));
        Assert.False(nodes.IsTooOld("n1"));
    }

    [Fact]
    public void An_agent_newer_than_the_coordinator_is_refused_too()
    {
        var refusal = Assert.Throws<CairnException>(() => New().Register(Registration("n1", protocol: 1000)));

        Assert.Equal(ErrorCode.Unsupported, refusal.Code);
    }

    public void Dispose()
    {
        database.Dispose();
        state.Delete(recursive: true);
    }

    private NodeDirectory New()
    {
        var catalog = new CoordinatorCatalog(database);
        return new(catalog, new TransportSecurity(IsInsecure: true), new Revocations(catalog, time), time);
    }

    private string State(NodeDirectory nodes) => nodes.Find("n1")!.State(time.GetUtcNow(), SilentAfter);

    private static RegisterAgentRequest Registration(
        string node, string address = "http://127.0.0.1:7461", int protocol = 1, long epoch = 0) => new()
        {
            Node = node,
            Address = address,
            AgentVersion = "0.1.0",
            ProtocolVersion = protocol,
            Description = new NodeDescription { Node = node, Epochs = { ["c1"] = epoch } },
        };
}
