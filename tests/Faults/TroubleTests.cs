using Cairn.Faults.Hosts;
using Cairn.V1;

namespace Cairn.Faults;

/// <summary>What goes wrong without anybody dying: links, disks, and a journal from yesterday.</summary>
[Collection(SharedSite.Tests.Name)]
public sealed class TroubleTests(SharedSite shared)
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public Task A_link_that_is_cut_while_a_node_copies_leaves_nothing_half_done(bool toAgent, bool toCoordinator) => shared.UseAsync(site => new Disturbed(site, JobKind.Backup).RunAsync(
        KillPoint.Of("half copied"),
        killThere: false,
        async () =>
        {
            (string From, string To)[] cut =
            [
                .. toAgent ? [(FaultSite.Coordinator, "n2")] : Array.Empty<(string, string)>(),
                .. toCoordinator ? [("n2", FaultSite.Coordinator)] : Array.Empty<(string, string)>(),
            ];
            await using var trouble = await site.CutAsync(cut);
            await site.UntilSilentAsync("n2");
        }));

    [Fact]
    public Task A_disk_that_is_full_while_a_node_copies_fails_the_backup_and_nothing_of_it_stays_and_the_next_one_succeeds() => shared.UseAsync(async site =>
    {
        var filler = Path.Combine(Path.GetDirectoryName(site.Cairn.RepositoryOf("n2"))!, "filler");
        await using (new Ending(() => Task.Run(() => File.Delete(filler))))
        {
            await new Disturbed(site, JobKind.Backup).RunAsync(
                KillPoint.Of("half copied"),
                killThere: false,
                () => Command.TryAsync("dd", "if=/dev/zero", $"of={filler}", "bs=64k"));
        }

        await site.RequireRestorableAsync(await site.BackUpAsync());
    });

    [Fact]
    public Task An_agent_on_an_older_copy_of_its_journal_holds_nothing_that_is_over_and_takes_part_again() => shared.UseAsync(async site =>
    {
        var state = site.Cairn.StateOf("n2");
        var older = site.At("older-state");
        site.Change();
        await Command.RunAsync("cp", "-a", state, older);
        var between = await site.BackUpAsync();
        var caught = new Disturbed(site, JobKind.Backup);
        await caught.RunAsync(KillPoint.Of("capture taken"), killThere: true, async () =>
        {
            await site.KillAsync("n2");
            Directory.Delete(state, recursive: true);
            Directory.Move(older, state);
            await site.ReviveAsync("n2");
        });

        await site.RequireRestorableAsync(between);
        await site.RequireRestorableAsync(await site.BackUpAsync());
    });
}
