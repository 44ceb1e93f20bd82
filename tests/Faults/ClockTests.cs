using System.Text.RegularExpressions;
using Cairn.Faults.Hosts;
using Cairn.V1;

namespace Cairn.Faults;

/// <summary>Hosts whose clocks are not the coordinator's.</summary>
[Collection(SharedSite.Tests.Name)]
public sealed class ClockTests(SharedSite shared)
{
    private static readonly TimeSpan Exact = TimeSpan.FromSeconds(30);

    [Fact]
    public Task Wrong_clocks_are_measured_and_told_and_change_nothing_in_a_backup_and_a_restore() => shared.UseAsync(async site =>
    {
        (string Node, TimeSpan Wrong)[] clocks = [("n1", TimeSpan.FromMinutes(90)), ("n2", TimeSpan.FromHours(-7)), ("n3", TimeSpan.FromDays(42))];
        var before = await site.BackUpAsync();
        site.Change();
        await using (await site.SetClocksAsync(clocks))
        {
            await site.RequireSoundAsync();

            var topology = await site.TopologyAsync();
            var told = await site.Cairn.CliTextAsync(["cluster", "topology", FaultSite.Cluster], CancellationToken.None);
            var point = await site.BackUpAsync();
            var latest = await site.PointAsync("latest");
            site.Change();
            var restored = await site.EndOfAsync(await site.BeginRestoreAsync("latest"));

            Assert.All(clocks, clock => Assert.InRange(
                TimeSpan.FromMilliseconds(topology.Nodes.Single(node => node.Node == clock.Node).ClockOffsetMs) - clock.Wrong, -Exact, Exact));
            Assert.Matches(@"n1 .*\+1 h (29|30) min\n", told.Output);
            Assert.Matches(@"n2 .*-(7 h 00|6 h 59) min\n", told.Output);
            Assert.Matches(@"n3 .*\+(42 d 00|41 d 23) h\n", told.Output);
            Assert.Equal(point, latest.PointId);
            Assert.InRange(TimeSpan.FromMilliseconds(latest.SkewMs), TimeSpan.Zero, Exact);
            Assert.True(restored.State == JobState.Succeeded, $"{restored}\n{site.Cairn.Output()}");
            Assert.Equal(site.ContentOf(point), site.Images());
            await site.RequireRestorableAsync(point);
            await site.RequireRestorableAsync(before);

            // By n3's clock two thirds of every certificate's life are over.
            Assert.InRange(Regex.Count(site.Cairn.Agent("n3").Output, "certificate was renewed"), 0, 1);
        }

        var after = await site.BackUpAsync();
        Assert.Equal(after, (await site.PointAsync("latest")).PointId);
    });

    [Fact]
    public Task An_agent_whose_clock_is_past_the_end_of_its_certificate_says_both_and_works_again_when_the_clock_is_right() => shared.UseAsync(async site =>
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => site.SetClocksAsync(("n3", TimeSpan.FromDays(61))));

        Assert.Matches("certificate .* ended at 20..-.*, and it is 20..-", refused.Message);
        Assert.Contains("clocks are right", refused.Message, StringComparison.Ordinal);
        await site.RequireSoundAsync();
        await site.RequireRestorableAsync(await site.BackUpAsync());
    });
}
