namespace Cairn.Repository.Tests.Deletion;

public class DeletionTests : RepositoryTest
{
    [Fact]
    public async Task Deleting_the_full_leaves_its_incremental_whole_and_frees_what_nobody_needs()
    {
        Source.WithFile("a", 1_500_000, seed: 1).WithFile("b", 1_500_000, seed: 2);
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        File.Delete(Source.PathOf("a"));
        var incremental = NewIn(full.Chain, full.Point);
        await BackUpAsync(incremental, Source.ImmutableEntries());

        var report = await Repository.DeletePointAsync(full.Point, Cancel);

        Assert.Equal((2, 2, false), (report.PacksDeleted, report.PacksKept, report.ChainDeleted));
        Assert.InRange(report.BytesFreed, 1_500_000, 1_700_000);
        Assert.Equal(incremental.Point, Assert.Single(await Repository.ListPointsAsync(Cancel)).Point);
        await AssertRestoresAsync(incremental.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task The_chain_goes_with_its_last_point_and_the_point_never_comes_back()
    {
        Source.WithFile("a", 1000, seed: 1);
        var full = NewFull();
        await BackUpAsync(full, Source.Entries());
        var record = (await Repository.ReadPointAsync(full.Point, Cancel)).Record;

        var report = await Repository.DeletePointAsync(full.Point, Cancel);

        Assert.True(report.ChainDeleted);
        Assert.Empty(Directory.GetDirectories(Path.Combine(RepositoryPath, "chains")));
        await Assert.ThrowsAsync<PointNotFoundException>(() => RestoreAsync(full.Point));
        await Assert.ThrowsAsync<PointStateException>(() => Repository.BeginPointAsync(full, Cancel));
        await Assert.ThrowsAsync<PointStateException>(() => Repository.CommitAsync(full.Point, record, Cancel));
    }

    [Fact]
    public async Task A_deletion_that_was_cut_is_finished_at_the_next_opening()
    {
        Source.WithFile("a", 1000, seed: 1);
        var full = NewFull();
        await BackUpAsync(full, Source.Entries());
        new Tombstone(full.Point, TombstoneReason.Deleted, Time.GetUtcNow()).Publish(new RepositoryLayout(RepositoryPath));

        Assert.Empty(await Repository.ListPointsAsync(Cancel));
        await ReopenAsync();

        Assert.Empty(Directory.GetDirectories(Path.Combine(RepositoryPath, "chains")));
    }

    [Fact]
    public async Task An_aborted_point_is_swept_and_can_neither_be_begun_nor_committed()
    {
        Source.WithFile("a", 1_000_000, seed: 1);
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        Source.WithFile("b", 500_000, seed: 2);
        var spec = NewIn(full.Chain, full.Point);
        await using (var writer = await Repository.BeginPointAsync(spec, Cancel))
        {
            await writer.WriteAsync(Source.ImmutableEntries(), progress: null, Cancel);
            await writer.PrepareAsync(new PointProperties("{}"), Cancel);
        }

        var prepared = (await Repository.FindPreparedAsync(spec.Point, Cancel))!;
        await Repository.AbortAsync(spec.Point, Cancel);
        await Repository.AbortAsync(spec.Point, Cancel);

        Assert.Single(DataPacks());
        Assert.Empty(await Repository.ListUncommittedAsync(Cancel));
        await Assert.ThrowsAsync<PointStateException>(() => Repository.BeginPointAsync(spec, Cancel));
        await Assert.ThrowsAsync<PointStateException>(() => Repository.CommitAsync(spec.Point, Record(spec, prepared), Cancel));
        await AssertRestoresAsync(full.Point, (await SnapshotWithoutAsync("b")));
    }

    [Fact]
    public async Task A_committed_point_is_not_aborted()
    {
        var full = NewFull();
        await BackUpAsync(full, Source.Entries());

        await Assert.ThrowsAsync<PointStateException>(() => Repository.AbortAsync(full.Point, Cancel));

        Assert.Single(await Repository.ListPointsAsync(Cancel));
    }

    [Fact]
    public async Task Nothing_is_deleted_from_a_chain_while_a_point_is_copied_into_it()
    {
        var full = NewFull();
        await BackUpAsync(full, Source.Entries());
        await using var writer = await Repository.BeginPointAsync(NewIn(full.Chain, full.Point), Cancel);

        await Assert.ThrowsAsync<PointStateException>(() => Repository.DeletePointAsync(full.Point, Cancel));
    }

    [Fact]
    public async Task With_a_damaged_manifest_in_the_chain_no_pack_is_removed()
    {
        Source.WithFile("a", 1_500_000, seed: 1);
        var full = NewFull();
        await BackUpAsync(full, Source.Entries());
        Source.WithFile("b", 1_500_000, seed: 2);
        var incremental = NewIn(full.Chain, full.Point);
        await BackUpAsync(incremental, Source.Entries());
        FlipBit(FilesIn("manifests")[1], 30);
        var before = FilesIn("packs");

        await Repository.DeletePointAsync(full.Point, Cancel);

        Assert.Equal(before, FilesIn("packs"));
    }

    // The full was taken before "b" came; the directory's own time changed with it.
    private async Task<IReadOnlyList<string>> SnapshotWithoutAsync(string name)
    {
        File.Delete(Source.PathOf(name));
        var listed = await Repository.ReadEntriesAsync((await Repository.ListPointsAsync(Cancel))[0].Point, Cancel).FirstAsync(Cancel);
        using (var handle = UnixFile.OpenDirectory(Source.Root))
        {
            new AttributeRestorer(setOwners: false, new AttributeNotes()).Set(handle, Source.Root, listed);
        }

        return TreeSnapshot.Take(Source.Root);
    }
}
