namespace Cairn.Repository.Tests.Deletion;

public sealed class SweepTests : RepositoryTest
{
    [Fact]
    public async Task Leftovers_go_after_their_grace_time_and_nothing_that_a_point_uses()
    {
        var (full, chain) = await BackUpAndLeaveAsync();
        Time.Advance(TimeSpan.FromDays(365_000));

        var seen = await Repository.SweepAsync(TimeSpan.FromHours(1), remove: false, Cancel);
        var swept = await Repository.SweepAsync(TimeSpan.FromHours(1), remove: true, Cancel);

        Assert.Equal(seen.Listed, swept.Listed);
        Assert.Equal(["chains/" + chain + "/manifests/x.manifest.tmp", "chains/" + chain + "/packs/000000ff.pack"], swept.Listed.Order(StringComparer.Ordinal));
        Assert.Equal(3 + 5, swept.Bytes);
        Assert.Equal(0, (await Repository.SweepAsync(TimeSpan.Zero, remove: true, Cancel)).Files);
        await AssertRestoresAsync(full.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task Young_leftovers_stay_for_now()
    {
        await BackUpAndLeaveAsync();

        var report = await Repository.SweepAsync(TimeSpan.FromDays(365_000), remove: true, Cancel);

        Assert.Equal((0, 2), (report.Files, report.Young));
    }

    [Fact]
    public async Task A_prepared_point_and_one_that_is_being_copied_lose_nothing()
    {
        Source.WithFile("a", 1_500_000, seed: 1);
        var prepared = NewFull();
        await using (var writer = await Repository.BeginPointAsync(prepared, Cancel))
        {
            await writer.WriteAsync(Source.Entries(), progress: null, Cancel);
            await writer.PrepareAsync(new PointProperties("{}"), Cancel);
        }

        var copied = NewFull();
        await using (var writer = await Repository.BeginPointAsync(copied, Cancel))
        {
            await writer.WriteAsync(Source.Entries(), progress: null, Cancel);
        }

        Time.Advance(TimeSpan.FromDays(365_000));

        Assert.Equal(0, (await Repository.SweepAsync(TimeSpan.Zero, remove: true, Cancel)).Files);

        await CommitAsync(prepared);
        await AssertRestoresAsync(prepared.Point, TreeSnapshot.Take(Source.Root));
        Assert.NotNull(Assert.Single(await Repository.ListUncommittedAsync(Cancel)).Copied);
    }

    [Fact]
    public async Task A_chain_with_a_damaged_manifest_is_left_alone_and_named()
    {
        var (_, chain) = await BackUpAndLeaveAsync();
        FlipBit(FilesIn("manifests").Single(m => m.EndsWith(".manifest", StringComparison.Ordinal)), 20);
        Time.Advance(TimeSpan.FromDays(365_000));

        var report = await Repository.SweepAsync(TimeSpan.Zero, remove: true, Cancel);

        Assert.Equal(0, report.Files);
        Assert.StartsWith(chain, Assert.Single(report.Skipped), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_deletion_will_free_can_be_asked_before()
    {
        Source.WithFile("a", 1_500_000, seed: 1).WithFile("b", 1_500_000, seed: 2);
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        File.Delete(Source.PathOf("a"));
        var incremental = NewIn(full.Chain, full.Point);
        await BackUpAsync(incremental, Source.ImmutableEntries());

        var planned = await Repository.PlanDeletionAsync(full.Point, Cancel);
        var whole = await Repository.ListPointsAsync(Cancel);
        var done = await Repository.DeletePointAsync(full.Point, Cancel);

        Assert.Equal(2, whole.Count);
        Assert.Equal(done, planned);
        Assert.Equal(await Repository.PlanDeletionAsync(incremental.Point, Cancel), await Repository.DeletePointAsync(incremental.Point, Cancel));
        await Assert.ThrowsAsync<PointNotFoundException>(() => Repository.PlanDeletionAsync(full.Point, Cancel));
    }

    private async Task<(BeginPoint Full, string Chain)> BackUpAndLeaveAsync()
    {
        Source.WithFile("a", 1_500_000, seed: 1);
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        var packs = Path.GetDirectoryName(FilesIn("packs")[0])!;
        new SourceTree(packs).WithFile("000000ff.pack", [1, 2, 3]);
        new SourceTree(Path.GetDirectoryName(FilesIn("manifests")[0])!).WithFile("x.manifest.tmp", [1, 2, 3, 4, 5]);
        return (full, full.Chain.Text);
    }
}
