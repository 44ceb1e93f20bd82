using System.Runtime.CompilerServices;
using Cairn.TestKit;

namespace Cairn.Repository.Tests.Copying;

public class ResumeTests : RepositoryTest
{
    [Fact]
    public async Task An_interrupted_copy_goes_on_where_its_journal_ends()
    {
        FillSource();
        var spec = NewFull();
        await InterruptAsync(spec, afterEntries: 25);

        var copied = await BackUpAsync(spec, Source.ImmutableEntries());

        Assert.InRange(copied.ResumedBytes, 15_000_000, 24_000_000);
        Assert.Equal(30_000_000, copied.NewBytes);
        await AssertRestoresAsync(spec.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task A_copy_resumes_after_the_process_died_and_left_torn_files()
    {
        FillSource();
        var spec = NewFull();
        await InterruptAsync(spec, afterEntries: 25);
        await Repository.DisposeAsync();
        var journal = Assert.Single(FilesIn("journals"));
        Truncate(journal, new FileInfo(journal).Length - 7);
        var lastPack = DataPacks()[^1];
        Truncate(lastPack, new FileInfo(lastPack).Length - 100_000);
        new SourceTree(Path.GetDirectoryName(journal)!).WithFile("x.journal.tmp", [1, 2, 3]);
        await ReopenAsync();

        var copied = await BackUpAsync(spec, Source.ImmutableEntries());

        Assert.InRange(copied.ResumedBytes, 1, 24_000_000);
        await AssertRestoresAsync(spec.Point, TreeSnapshot.Take(Source.Root));
        Assert.Empty(FilesIn("journals"));
        Assert.True((await Repository.VerifyAsync(spec.Point, VerifyLevel.Hash, progress: null, Cancel)).IsSound);
    }

    [Fact]
    public async Task What_an_interrupted_attempt_has_stored_counts_as_stored_by_its_point()
    {
        Source.WithFile("kept", 1000, seed: 1000);
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        FillSource();
        var middle = NewIn(full.Chain, full.Point);
        await InterruptAsync(middle, afterEntries: 25);
        var resumed = await BackUpAsync(middle, Source.ImmutableEntries());
        foreach (var name in Directory.GetFiles(Source.Root, "f*"))
        {
            File.Delete(name);
        }

        var last = NewIn(full.Chain, middle.Point);
        await BackUpAsync(last, Source.ImmutableEntries());

        // The list alone is left to say so.
        DamagePagesOf(middle.Point);
        FillSource();
        var copied = await BackUpAsync(NewIn(full.Chain, last.Point), Source.ImmutableEntries());

        Assert.InRange(resumed.ResumedBytes, 15_000_000, 24_000_000);
        Assert.Equal(0, copied.NewBytes);
    }

    [Fact]
    public async Task A_large_file_resumes_in_its_middle()
    {
        Source.WithFile("large", 40_000_000, seed: 1);
        var spec = NewFull();
        await InterruptAsync(spec, afterEntries: 2);

        var copied = await BackUpAsync(spec, Source.ImmutableEntries());

        Assert.InRange(copied.ResumedBytes, 1 << 20, 40_000_000);
        await AssertRestoresAsync(spec.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task A_file_that_changed_since_the_interruption_is_read_anew()
    {
        FillSource();
        var spec = NewFull();
        await InterruptAsync(spec, afterEntries: 25);
        Source.WithFile("f00", 1_000_000, seed: 777);

        await BackUpAsync(spec, Source.ImmutableEntries());

        await AssertRestoresAsync(spec.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task A_journaled_segment_that_the_disk_lost_is_read_anew()
    {
        FillSource();
        var spec = NewFull();
        await InterruptAsync(spec, afterEntries: 25);
        FlipBit(DataPacks()[2], 500_000);

        await BackUpAsync(spec, Source.ImmutableEntries());

        await AssertRestoresAsync(spec.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task A_complete_copy_can_be_prepared_after_a_restart_without_its_source()
    {
        FillSource();
        var spec = NewFull();
        await using (var writer = await Repository.BeginPointAsync(spec, Cancel))
        {
            await writer.WriteAsync(Source.ImmutableEntries(), progress: null, Cancel);
        }

        await ReopenAsync();
        var found = Assert.Single(await Repository.ListUncommittedAsync(Cancel));
        PreparedManifest prepared;
        await using (var writer = await Repository.BeginPointAsync(spec, Cancel))
        {
            Assert.Equal(found.Copied, writer.Copied);
            prepared = await writer.PrepareAsync(new PointProperties("{}"), Cancel);
        }

        await ReopenAsync();

        Assert.Equal(prepared, (await Repository.ListUncommittedAsync(Cancel)).Single().Prepared);
        await CommitAsync(spec);
        await AssertRestoresAsync(spec.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task Preparing_before_the_copy_is_complete_is_refused()
    {
        await using var writer = await Repository.BeginPointAsync(NewFull(), Cancel);

        await Assert.ThrowsAsync<PointStateException>(() => writer.PrepareAsync(new PointProperties("{}"), Cancel));
    }

    [Fact]
    public async Task A_point_that_was_begun_differently_is_not_resumed()
    {
        FillSource();
        var spec = NewFull();
        await InterruptAsync(spec, afterEntries: 25);

        await Assert.ThrowsAsync<PointStateException>(() => Repository.BeginPointAsync(spec with { Compression = Compression.Best }, Cancel));
    }

    private void FillSource()
    {
        for (var i = 0; i < 30; i++)
        {
            Source.WithFile($"f{i:d2}", 1_000_000, seed: i);
        }
    }

    // The source stops answering after some entries, once the copy has journaled something; then the writer is disposed, as when the process ends.
    private async Task InterruptAsync(BeginPoint spec, int afterEntries)
    {
        using var stop = new CancellationTokenSource();
        await using var writer = await Repository.BeginPointAsync(spec, Cancel);
        var copy = writer.WriteAsync(StopAfter(afterEntries, stop), progress: null, stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => copy);
    }

    private async IAsyncEnumerable<SourceEntry> StopAfter(
        int entries, CancellationTokenSource stop, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var entry in Source.ImmutableEntries().WithCancellation(cancellationToken))
        {
            if (entries-- == 0)
            {
                break;
            }

            yield return entry;
        }

        await JournalCoversAsync(16_000_000, cancellationToken);
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private Task JournalCoversAsync(long bytes, CancellationToken cancellationToken) => Eventually.HoldsAsync(
        $"the journal covers {bytes} bytes",
        _ => Task.FromResult(JournaledBytes() is var journaled && journaled < bytes ? $"{journaled} bytes" : null),
        TimeSpan.FromSeconds(20),
        cancellationToken);
}
