using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.TestKit;
using Cairn.V1;

namespace Cairn.Security.Identity;

/// <summary><c>tls:</c>: an existing authority in place of the coordinator's own.</summary>
public sealed class OwnAuthorityTests : IDisposable
{
    private readonly Scratch files = new();
    private readonly ManualTimeProvider time = TestClock.AtNow();
    private readonly OwnAuthority pki;

    public OwnAuthorityTests() => pki = new OwnAuthority(files, time.GetUtcNow());

    public void Dispose()
    {
        pki.Dispose();
        files.Dispose();
    }

    [Fact]
    public async Task Coordinator_and_agent_meet_by_the_names_in_the_operators_certificates()
    {
        await using var coordinator = await StartCoordinatorAsync();
        await using var agent = await StartAgentAsync(coordinator, "og1");

        var answer = await agent.Coordinator.HeartbeatAsync(new HeartbeatRequest { Node = "og1" }, CancellationToken.None);
        using var channel = TestIdentities.Connect(
            agent.Url, coordinator.Identity.Store, time, new PeerIdentity(CallerKind.Node, "og1"));
        var described = await new V1.Agent.AgentClient(channel).DescribeAsync(new DescribeRequest());

        Assert.NotNull(answer);
        Assert.Equal("og1", described.Node);
    }

    [Fact]
    public async Task A_node_is_not_the_coordinator_for_an_agent()
    {
        await using var coordinator = await StartCoordinatorAsync();
        await using var agent = await StartAgentAsync(coordinator, "og1");
        using var channel = TestIdentities.Connect(
            agent.Url, LoadOf(pki.Issue("og2")), time, new PeerIdentity(CallerKind.Node, "og1"));

        var refusal = await Refusals.OfAsync(new V1.Agent.AgentClient(channel).DescribeAsync(new DescribeRequest()));

        Assert.Equal(ErrorCode.NotMyCoordinator, refusal.Code);
    }

    [Fact]
    public async Task A_changed_certificate_is_served_without_a_restart()
    {
        await using var coordinator = await StartCoordinatorAsync();
        await using var agent = await StartAgentAsync(coordinator, "og1");
        var first = agent.Identity.Current;

        pki.Issue("og1", hours: 60);
        time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(
            "the agent has read its new certificate", () => agent.Identity.Current != first, TimeSpan.FromSeconds(60), CancellationToken.None);
        time.Advance(TimeSpan.FromHours(1));
        pki.Issue(OwnAuthority.CoordinatorName, hours: 60);
        coordinator.Identity.Store.Reload();

        using var channel = TestIdentities.Connect(
            agent.Url, coordinator.Identity.Store, time, new PeerIdentity(CallerKind.Node, "og1"));
        Assert.Equal("og1", (await new V1.Agent.AgentClient(channel).DescribeAsync(new DescribeRequest())).Node);
    }

    [Fact]
    public async Task Files_that_do_not_belong_together_leave_the_former_certificate_in_use()
    {
        await using var coordinator = await StartCoordinatorAsync();
        await using var agent = await StartAgentAsync(coordinator, "og1");
        var first = agent.Identity.Current;
        files.Write("pki/og1.key", "no key");

        Assert.Equal(ErrorCode.AuthorityUnusable, Assert.Throws<CairnException>(() => agent.Identity.Reload()).Code);

        Assert.Same(first, agent.Identity.Current);
    }

    [Fact]
    public async Task A_coordinator_that_issues_nothing_says_where_certificates_come_from()
    {
        await using var coordinator = await StartCoordinatorAsync();

        var refusal = Assert.Throws<CairnException>(() => coordinator.TokenFor("og1"));

        Assert.Equal(ErrorCode.Unsupported, refusal.Code);
    }

    [Fact]
    public async Task An_agent_with_the_certificate_of_another_node_says_so_at_its_start()
    {
        await using var coordinator = await StartCoordinatorAsync();

        var refusal = await Assert.ThrowsAsync<CairnException>(() => SecureAgent.StartAsync(
            SecureAgent.Settings(files, "og1", coordinator.Url, pki.Issue("og2")), time));

        Assert.Equal(ErrorCode.CertificateUnfit, refusal.Code);
    }

    private Task<SecureCoordinator> StartCoordinatorAsync() =>
        SecureCoordinator.StartAsync(files.At("coordinator"), time, pki.Issue(OwnAuthority.CoordinatorName));

    private Task<SecureAgent> StartAgentAsync(SecureCoordinator coordinator, string node) =>
        SecureAgent.StartAsync(SecureAgent.Settings(files, node, coordinator.Url, pki.Issue(node)), time);

    private static LocalIdentity LoadOf(TlsOptions tls) => LocalIdentity.OfOwnAuthority(
        File.ReadAllText(tls.Ca), File.ReadAllText(tls.Certificate), File.ReadAllText(tls.Key), tls.CoordinatorName);
}
