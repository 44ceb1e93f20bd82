using Cairn.Faults.Hosts;

namespace Cairn.Faults;

/// <summary>Each kill point, once with the agent and once with the coordinator as the victim.</summary>
[Collection(SharedSite.Tests.Name)]
public sealed class KillTests(SharedSite shared)
{
    public static TheoryData<string> Points => [.. KillPoint.All.Select(point => point.Name)];

    [Theory]
    [MemberData(nameof(Points))]
    public Task An_agent_that_dies_there_leaves_nothing_half_done(string point) => shared.UseAsync(site => new Disturbed(site, KillPoint.Of(point).Job).RunAsync(
        KillPoint.Of(point),
        killThere: true,
        async () =>
        {
            await site.KillAsync("n2");
            await site.ReviveAsync("n2");
        }));

    [Theory]
    [MemberData(nameof(Points))]
    public Task A_coordinator_that_dies_while_an_agent_is_there_leaves_nothing_half_done(string point) => shared.UseAsync(site => new Disturbed(site, KillPoint.Of(point).Job).RunAsync(
        KillPoint.Of(point),
        killThere: false,
        async () =>
        {
            await site.KillAsync(FaultSite.Coordinator);
            await site.ReviveAsync(FaultSite.Coordinator);
        }));
}
