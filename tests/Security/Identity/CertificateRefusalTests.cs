using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Identity;
using Cairn.Coordinator.Nodes;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.TestKit;
using Cairn.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Security.Identity;

/// <summary>What a coordinator and an agent answer to every kind of wrong certificate: a status with its own code.</summary>
public sealed class CertificateRefusalTests : IAsyncLifetime
{
    private readonly Scratch files = new();
    private readonly ManualTimeProvider time = TestClock.AtNow();
    private SecureCoordinator coordinator = null!;

    public async Task InitializeAsync() => coordinator = await SecureCoordinator.StartAsync(files.At("coordinator"), time);

    public async Task DisposeAsync()
    {
        await coordinator.DisposeAsync();
        files.Dispose();
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        var foreign = CertificateAuthority.OpenOrCreate(files.At("foreign"), TimeSpan.FromDays(99), time);

        var refusal = await BeatAsync(TestIdentities.Of(foreign, CallerKind.Node, "og1", believed: coordinator.Authority));

        Assert.Equal(ErrorCode.CertificateUnknownAuthority, refusal.Code);
        AssertAudited(refusal);
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_also_on_a_connection_that_was_opened_before()
    {
        using var channel = coordinator.Connect(
            TestIdentities.Of(coordinator.Authority, CallerKind.Node, "og1", life: TimeSpan.FromMinutes(10)));
        await new V1.Coordinator.CoordinatorClient(channel).HeartbeatAsync(new HeartbeatRequest { Node = "og1" });

        time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        var refusal = await BeatAsync(channel);

        Assert.Equal(ErrorCode.CertificateExpired, refusal.Code);
        AssertAudited(refusal);
    }

    [Fact]
    public async Task An_expired_certificate_is_called_that_also_when_it_is_shown_for_the_first_time()
    {
        var expired = TestIdentities.Of(coordinator.Authority, CallerKind.Node, "og1", life: TimeSpan.FromMinutes(10));

        time.Advance(TimeSpan.FromMinutes(11));
        var refusal = await BeatAsync(expired);

        Assert.Equal(ErrorCode.CertificateExpired, refusal.Code);
    }

    [Fact]
    public async Task A_certificate_that_is_not_valid_yet_is_refused_and_good_when_its_time_has_come()
    {
        using var channel = coordinator.Connect(TestIdentities.Of(
            coordinator.Authority, CallerKind.Node, "og1", notBefore: time.GetUtcNow() + TimeSpan.FromMinutes(10)));

        var refusal = await BeatAsync(channel);

        Assert.Equal(ErrorCode.CertificateNotYetValid, refusal.Code);
        AssertAudited(refusal);
        time.Advance(TimeSpan.FromMinutes(20));
        await new V1.Coordinator.CoordinatorClient(channel).HeartbeatAsync(new HeartbeatRequest { Node = "og1" });
    }

    [Fact]
    public async Task A_revoked_node_is_refused_at_its_next_call_on_its_open_connection_until_it_is_enrolled_anew()
    {
        using var channel = coordinator.Connect(TestIdentities.Of(coordinator.Authority, CallerKind.Node, "og1"));
        await new V1.Coordinator.CoordinatorClient(channel).HeartbeatAsync(new HeartbeatRequest { Node = "og1" });

        coordinator.Requests.Revoke(new RevokeNodeRequest { Node = "og1" });
        var refusal = await BeatAsync(channel);

        Assert.Equal(ErrorCode.CertificateRevoked, refusal.Code);
        AssertAudited(refusal);
        time.Advance(TimeSpan.FromSeconds(2));
        await using var back = await SecureAgent.EnrolAndStartAsync(coordinator, files, "og1");
        await back.Coordinator.HeartbeatAsync(new HeartbeatRequest { Node = "og1" }, CancellationToken.None);
    }

    [Fact]
    public async Task A_nodes_certificate_does_not_work_as_a_users()
    {
        using var channel = coordinator.Connect(TestIdentities.Of(coordinator.Authority, CallerKind.Node, "og1"));

        var refusal = await Refusals.OfAsync(
            new V1.Coordinator.CoordinatorClient(channel).ListNodesAsync(new ListNodesRequest()));

        Assert.Equal(StatusCode.PermissionDenied, refusal.Code.Status());
        AssertAudited(refusal);
    }

    [Fact]
    public async Task A_node_cannot_speak_for_another()
    {
        using var channel = coordinator.Connect(TestIdentities.Of(coordinator.Authority, CallerKind.Node, "og1"));
        var client = new V1.Coordinator.CoordinatorClient(channel);

        var beat = await Refusals.OfAsync(client.HeartbeatAsync(new HeartbeatRequest { Node = "og2" }));
        using var key = new KeyRequest("og2");
        var renewal = await Refusals.OfAsync(new V1.Identity.IdentityClient(channel).RenewCertificateAsync(
            new RenewCertificateRequest
            {
                Node = "og2",
                SigningRequest = Google.Protobuf.ByteString.CopyFrom(key.SigningRequest),
            }));

        Assert.Equal(StatusCode.PermissionDenied, beat.Code.Status());
        Assert.Equal(StatusCode.PermissionDenied, renewal.Code.Status());
        AssertAudited(beat);
    }

    [Fact]
    public async Task A_running_agent_that_is_enrolled_anew_after_its_revocation_is_told_to_register_and_is_called_again()
    {
        var registration = new RegisterAgentRequest
        {
            Node = "og1",
            Address = "https://127.0.0.1:1",
            ProtocolVersion = Cairn.Shared.ProtocolVersion.Current,
        };
        using var before = coordinator.Connect(TestIdentities.Of(coordinator.Authority, CallerKind.Node, "og1"));
        await new V1.Coordinator.CoordinatorClient(before).RegisterAgentAsync(registration);
        time.Advance(TimeSpan.FromSeconds(1));
        coordinator.Requests.Revoke(new RevokeNodeRequest { Node = "og1" });
        time.Advance(TimeSpan.FromSeconds(2));
        using var channel = coordinator.Connect(
            TestIdentities.Of(coordinator.Authority, CallerKind.Node, "og1", notBefore: time.GetUtcNow()));
        var anew = new V1.Coordinator.CoordinatorClient(channel);
        var nodes = coordinator.Services.GetRequiredService<NodeDirectory>();

        var beat = await anew.HeartbeatAsync(new HeartbeatRequest { Node = "og1" });
        var refusal = Assert.Throws<CairnException>(() => nodes.Require("og1"));
        await anew.RegisterAgentAsync(registration);
        var next = await anew.HeartbeatAsync(new HeartbeatRequest { Node = "og1" });

        Assert.Equal((false, true), (beat.Known, next.Known));
        Assert.Equal(ErrorCode.CertificateRevoked, refusal.Code);
        Assert.Equal("og1", nodes.Require("og1").Registration.Name);
    }

    [Fact]
    public async Task A_users_certificate_does_not_work_as_a_nodes()
    {
        var refusal = await BeatAsync(TestIdentities.Of(coordinator.Authority, CallerKind.User, "og1"));

        Assert.NotEqual(StatusCode.OK, refusal.Code.Status());
        Assert.Contains(refusal.Code.Status(), new[] { StatusCode.PermissionDenied, StatusCode.Unauthenticated });
    }

    [Fact]
    public async Task Without_a_certificate_there_is_health_and_nothing_else()
    {
        using var channel = coordinator.Connect(TestIdentities.Nobody(coordinator.Authority));

        var health = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest());
        var refusal = await BeatAsync(channel);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        Assert.Equal(StatusCode.Unauthenticated, refusal.Code.Status());
    }

    [Fact]
    public async Task An_agent_obeys_its_coordinator_only_and_not_another_node_or_user_of_the_same_authority()
    {
        await using var agent = await SecureAgent.EnrolAndStartAsync(coordinator, files, "og1");
        var og1 = new PeerIdentity(CallerKind.Node, "og1");
        using var own = TestIdentities.Connect(agent.Url, coordinator.Identity.Store, time, og1);
        using var node = TestIdentities.Connect(
            agent.Url, TestIdentities.Of(coordinator.Authority, CallerKind.Node, "og2"), time, og1);
        using var user = TestIdentities.Connect(
            agent.Url, TestIdentities.Of(coordinator.Authority, CallerKind.User, "alice"), time, og1);
        using var nobody = TestIdentities.Connect(agent.Url, TestIdentities.Nobody(coordinator.Authority), time, og1);

        Assert.Equal("og1", (await new V1.Agent.AgentClient(own).DescribeAsync(new DescribeRequest())).Node);
        Assert.Equal(ErrorCode.NotMyCoordinator, (await DescribeAsync(node)).Code);
        Assert.Equal(ErrorCode.NotMyCoordinator, (await DescribeAsync(user)).Code);
        Assert.Equal(StatusCode.Unauthenticated, (await DescribeAsync(nobody)).Code.Status());
    }

    [Fact]
    public async Task An_agent_holds_only_a_little_of_a_request_without_a_certificate_and_takes_more_from_its_coordinator()
    {
        await using var agent = await SecureAgent.EnrolAndStartAsync(coordinator, files, "og1");
        var og1 = new PeerIdentity(CallerKind.Node, "og1");
        using var nobody = TestIdentities.Connect(agent.Url, TestIdentities.Nobody(coordinator.Authority), time, og1);
        using var own = TestIdentities.Connect(agent.Url, coordinator.Identity.Store, time, og1);
        var large = new HealthCheckRequest { Service = new string('x', 2 * UnprovenRequests.MaxBytes) };

        var refusal = await Refusals.OfAsync(new Health.HealthClient(nobody).CheckAsync(large));
        var answer = await Assert.ThrowsAsync<RpcException>(() => new Health.HealthClient(own).CheckAsync(large).ResponseAsync);

        Assert.Equal(ErrorCode.CredentialMissing, refusal.Code);
        Assert.Equal(StatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Nobody_is_taken_for_another_by_answering_at_its_address()
    {
        await using var agent = await SecureAgent.EnrolAndStartAsync(coordinator, files, "og1");
        var og2 = new PeerIdentity(CallerKind.Node, "og2");
        using var asAgent = TestIdentities.Connect(agent.Url, coordinator.Identity.Store, time, og2);
        using var asCoordinator = TestIdentities.Connect(
            agent.Url, TestIdentities.Of(coordinator.Authority, CallerKind.Node, "og2"), time);

        Assert.Equal(ErrorCode.PeerUntrusted, (await DescribeAsync(asAgent)).Code);
        Assert.Equal(ErrorCode.PeerUntrusted, (await BeatAsync(asCoordinator)).Code);
    }

    private void AssertAudited(CairnException refusal)
    {
        var listing = new AuditListing(coordinator.Services.GetRequiredService<AuditLog>());
        Assert.NotEmpty(listing.Newest(10, record => record.Outcome == refusal.Code.WireName(), CancellationToken.None));
    }

    private async Task<CairnException> BeatAsync(LocalIdentity shown)
    {
        using var channel = coordinator.Connect(shown);
        return await BeatAsync(channel);
    }

    private static Task<CairnException> BeatAsync(ChannelBase channel) => Refusals.OfAsync(
        new V1.Coordinator.CoordinatorClient(channel).HeartbeatAsync(new HeartbeatRequest { Node = "og1" }));

    private static Task<CairnException> DescribeAsync(ChannelBase channel) =>
        Refusals.OfAsync(new V1.Agent.AgentClient(channel).DescribeAsync(new DescribeRequest()));
}
