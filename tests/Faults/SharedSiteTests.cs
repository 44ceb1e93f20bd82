using Cairn.Faults.Hosts;
using Cairn.TestKit.Processes;

namespace Cairn.Faults;

/// <summary>What a test leaves behind, the next does not meet.</summary>
[Collection(SharedSite.Tests.Name)]
public sealed class SharedSiteTests(SharedSite shared)
{
    [Fact]
    public async Task After_a_test_that_failed_the_next_one_has_a_new_site()
    {
        FaultSite? spoiled = null;

        await Assert.ThrowsAsync<InvalidOperationException>(() => shared.UseAsync(async site =>
        {
            spoiled = site;
            await site.KillAsync("n1");
            throw new InvalidOperationException("a test has failed");
        }));

        await shared.UseAsync(async site =>
        {
            Assert.NotSame(spoiled, site);
            await site.RequireRestorableAsync(await site.BackUpAsync());
        });
    }

    [Fact]
    public async Task What_a_run_that_was_killed_has_left_is_cleared_when_a_site_starts()
    {
        ChildProcess? left = null;
        await shared.UseAsync(site =>
        {
            left = site.Cairn.Agent("n1");
            return Task.CompletedTask;
        });
        shared.Forget();

        await shared.UseAsync(async site =>
        {
            Assert.True(left!.HasExited);
            await site.RequireRestorableAsync(await site.BackUpAsync());
        });
    }

    [Fact]
    public Task Two_runs_that_are_alive_have_nothing_in_common() => shared.UseAsync(site =>
    {
        using var other = Plot.Take();

        Assert.DoesNotContain(other.DirectoryPath, site.At("x"), StringComparison.Ordinal);
        return Task.CompletedTask;
    });
}
