using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.TestKit;
using Cairn.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Security.Identity;

/// <summary>Certificates are replaced before they end, and nothing that runs notices.</summary>
public sealed class RenewalTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Scratch files = new();
    private readonly ManualTimeProvider time = TestClock.AtNow();

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task An_agent_renews_after_two_thirds_of_the_life_and_both_certificates_are_good_until_the_first_ends()
    {
        await using var coordinator = await SecureCoordinator.StartAsync(files.At("coordinator"), time);
        await using var agent = await SecureAgent.EnrolAndStartAsync(coordinator, files, "og1");
        var first = agent.Identity.Current;
        using var before = coordinator.Connect(first);
        await BeatAsync(before);

        time.Advance(first.RenewAt - time.GetUtcNow() + TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(
            "the agent has its next certificate", () => agent.Identity.Current != first, Deadline, CancellationToken.None);
        await BeatAsync(before);
        var second = agent.Identity.Current;
        using var after = coordinator.Connect(second);
        await BeatAsync(after);

        Assert.True(second.Certificate!.NotAfter > first.Certificate!.NotAfter);
        Assert.NotEqual(first.Certificate.GetPublicKeyString(), second.Certificate.GetPublicKeyString());
        Assert.True(second.Certificate.NotBefore < first.Certificate.NotAfter);
    }

    [Fact]
    public async Task The_coordinator_renews_its_own_certificate_and_serves_it_without_a_restart()
    {
        await using var coordinator = await SecureCoordinator.StartAsync(files.At("coordinator"), time);
        var store = coordinator.Services.GetRequiredService<IdentityStore>();
        var first = store.Current;

        time.Advance(first.RenewAt - time.GetUtcNow() + TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(
            "the coordinator has its next certificate", () => store.Current != first, Deadline, CancellationToken.None);

        // The first one ends; who connects now must meet the second.
        time.Advance(first.Certificate!.NotAfter.ToUniversalTime() - time.GetUtcNow() + TimeSpan.FromSeconds(1));
        using var channel = coordinator.Connect(TestIdentities.Of(coordinator.Authority, CallerKind.Node, "og1"));
        await BeatAsync(channel);
    }

    [Fact]
    public async Task Calls_after_a_renewal_show_the_new_certificate_without_a_new_channel()
    {
        await using var coordinator = await SecureCoordinator.StartAsync(files.At("coordinator"), time);
        var current = TestIdentities.Of(coordinator.Authority, CallerKind.Node, "og1", life: TimeSpan.FromMinutes(10));
        var store = new IdentityStore(() => current);
        using var channel = TestIdentities.Connect(coordinator.Url, store, time);
        await BeatAsync(channel);

        current = TestIdentities.Of(coordinator.Authority, CallerKind.Node, "og1", life: TimeSpan.FromDays(9));
        store.Reload();
        time.Advance(TimeSpan.FromMinutes(20));

        await BeatAsync(channel);
    }

    [Fact]
    public async Task An_agent_whose_certificate_has_ended_says_so_instead_of_starting()
    {
        await using var coordinator = await SecureCoordinator.StartAsync(files.At("coordinator"), time);
        await using (await SecureAgent.EnrolAndStartAsync(coordinator, files, "og1"))
        {
        }

        time.Advance(TimeSpan.FromHours(1));

        var refusal = await Assert.ThrowsAsync<CairnException>(() =>
            SecureAgent.StartAsync(SecureAgent.Settings(files, "og1", coordinator.Url), time));
        Assert.Equal(ErrorCode.CertificateExpired, refusal.Code);
    }

    private static async Task BeatAsync(Grpc.Core.ChannelBase channel) =>
        await new V1.Coordinator.CoordinatorClient(channel).HeartbeatAsync(new HeartbeatRequest { Node = "og1" });
}
