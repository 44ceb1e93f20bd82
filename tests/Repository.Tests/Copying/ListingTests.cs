namespace Cairn.Repository.Tests.Copying;

public sealed class ListingTests : RepositoryTest
{
    [Fact]
    public async Task A_source_is_asked_for_more_behind_a_mutable_file_when_that_file_has_been_read()
    {
        for (var i = 0; i < 20; i++)
        {
            Source.WithFile($"file-{i:d2}", 300_000, seed: i);
        }

        var spec = NewFull();

        await BackUpAsync(spec, OverwriteWhenAskedForMore());

        var restored = await RestoreAsync(spec.Point);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Bytes.Random(300_000, seed: i), await File.ReadAllBytesAsync(Path.Combine(restored, $"file-{i:d2}"), Cancel));
        }
    }

    [Fact]
    public async Task A_failure_of_the_source_is_the_copy_s_own()
    {
        Source.WithFile("file", 1000, seed: 1);
        await using var writer = await Repository.BeginPointAsync(NewFull(), Cancel);

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => writer.WriteAsync(FailAtTheEnd(), progress: null, Cancel));

        Assert.Equal("the database does not answer", failure.Message);
    }

    [Fact]
    public async Task What_a_source_has_listed_before_it_waits_is_read_meanwhile()
    {
        Source.WithFile("file", 1000, seed: 1);
        var more = new TaskCompletionSource();
        await using var listing = EntryListing.Begin(WaitAtTheEnd(more.Task), Cancel);
        await using var entries = listing.ReadAsync(Cancel).GetAsyncEnumerator(Cancel);

        Assert.True(await entries.MoveNextAsync());
        Assert.True(await entries.MoveNextAsync());
        Assert.Equal("data/file", entries.Current.Path);

        more.SetResult();
        Assert.False(await entries.MoveNextAsync());
    }

    private static SourceEntry Mutable(SourceEntry entry) => entry.Kind == EntryKind.File
        ? entry with { MayVanish = true, Live = true, Immutable = false, Identity = null }
        : entry;

    private async IAsyncEnumerable<SourceEntry> OverwriteWhenAskedForMore()
    {
        await foreach (var entry in Source.Entries(Mutable))
        {
            yield return entry;
            if (entry.PhysicalPath is { } path)
            {
                await using var file = new FileStream(path, FileMode.Truncate, FileAccess.Write);
                await file.WriteAsync(new byte[10], Cancel);
            }
        }
    }

    private async IAsyncEnumerable<SourceEntry> WaitAtTheEnd(Task more)
    {
        await foreach (var entry in Source.ImmutableEntries())
        {
            yield return entry;
        }

        await more;
    }

    private async IAsyncEnumerable<SourceEntry> FailAtTheEnd()
    {
        await foreach (var entry in Source.Entries())
        {
            yield return entry;
        }

        throw new TimeoutException("the database does not answer");
    }
}
