using System.Diagnostics;
using Cairn.Agent.Identity;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.TestKit;
using Cairn.V1;

namespace Cairn.Security.Identity;

/// <summary>An agent obeys one coordinator, until its owner says on its host that it is another.</summary>
public sealed class AdoptionTests : IDisposable
{
    private readonly Scratch files = new();
    private readonly ManualTimeProvider time = TestClock.AtNow();

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task An_agent_that_obeys_a_coordinator_is_not_enrolled_at_another()
    {
        await using var first = await SecureCoordinator.StartAsync(files.At("first"), time);
        await using var second = await SecureCoordinator.StartAsync(files.At("second"), time);
        await EnrolAsync(first, first.TokenFor("og1"), adopting: false);

        var refusal = await Assert.ThrowsAsync<CairnException>(() => EnrolAsync(second, second.TokenFor("og1"), adopting: false));

        Assert.Equal(ErrorCode.NotMyCoordinator, refusal.Code);
        Assert.Equal(first.Authority.Id, AgentIdentity.Find(SecureAgent.Settings(files, "og1", first.Url))!.Naming.Coordinator.Name);
    }

    [Fact]
    public async Task An_adopted_agent_obeys_the_new_coordinator_at_once_and_the_old_one_no_more()
    {
        await using var first = await SecureCoordinator.StartAsync(files.At("first"), time);
        await using var second = await SecureCoordinator.StartAsync(files.At("second"), time);
        await using var agent = await SecureAgent.EnrolAndStartAsync(first, files, "og1");
        var og1 = new PeerIdentity(CallerKind.Node, "og1");
        using var old = TestIdentities.Connect(agent.Url, first.Identity.Store, time, og1);
        await DescribeAsync(old);

        await EnrolAsync(second, second.TokenFor("og1"), adopting: true);
        Assert.True(agent.Identity.Reload());

        using var next = TestIdentities.Connect(agent.Url, second.Identity.Store, time, og1);
        await DescribeAsync(next);
        var refusal = await Refusals.OfAsync(new V1.Agent.AgentClient(old).DescribeAsync(new DescribeRequest()));
        Assert.Equal(ErrorCode.CertificateUnknownAuthority, refusal.Code);
    }

    [Fact]
    public async Task Only_the_owner_of_the_agents_state_may_bind_it()
    {
        await using var coordinator = await SecureCoordinator.StartAsync(files.At("coordinator"), time);
        var settings = SecureAgent.Settings(files, "og1", coordinator.Url) with { StateDirectory = OthersDirectory() };

        var refusal = await Assert.ThrowsAsync<CairnException>(() => new Enrolment(settings, time).EnrolAsync(
            coordinator.TokenFor("og1"), adopting: true, CancellationToken.None));

        Assert.Equal(ErrorCode.PermissionMissing, refusal.Code);
        Assert.False(Directory.Exists(Path.Combine(settings.StateDirectory, "identity")));
    }

    private Task<LocalIdentity> EnrolAsync(SecureCoordinator coordinator, string token, bool adopting) =>
        new Enrolment(SecureAgent.Settings(files, "og1", coordinator.Url), time)
            .EnrolAsync(token, adopting, CancellationToken.None);

    private static async Task DescribeAsync(Grpc.Core.ChannelBase channel) =>
        Assert.Equal("og1", (await new V1.Agent.AgentClient(channel).DescribeAsync(new DescribeRequest())).Node);

    // Root can give a directory away; anybody else finds one that is root's.
    private string OthersDirectory()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "/var";
        }

        var path = Directory.CreateDirectory(files.At("others")).FullName;
        using var chown = Process.Start("chown", ["12345", path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
        return path;
    }
}
