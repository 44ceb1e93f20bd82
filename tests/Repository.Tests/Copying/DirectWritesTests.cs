namespace Cairn.Repository.Tests.Copying;

/// <summary>Packs that are larger than what is written to them at once; the bytes do not shrink, so that all of them are in packs.</summary>
public class DirectWritesTests : RepositoryTest
{
    private const int FileBytes = 3_000_017;
    private const int Files = 6;

    /// <summary>Checkpoints come at odd places between whole buffers, and so does the end of a pack.</summary>
    internal override RepositoryOptions Options => base.Options with { MaxPackBytes = 11_000_003, CheckpointBytes = 4_100_000 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Packs_are_written_around_the_page_cache_and_in_the_usual_way_where_that_is_refused(bool areRefused)
    {
        var layer = new DirectFiles(areRefused);
        var full = NewFull();

        var before = await CopyThroughAsync(layer, full);

        Assert.True(FilesIn("packs").Count > 2, "the copy fits into one pack");
        Assert.True(layer.Direct > 0 || !HasDirectWrites(), "nothing was written around the page cache");
        Assert.True(layer.Usual > 0, "nothing was written in the usual way");
        await AssertRestoresAsync(full.Point, before);
        Assert.Empty((await Repository.VerifyAsync(full.Point, VerifyLevel.Hash, progress: null, Cancel)).Damages);
    }

    [Fact]
    public async Task What_refuses_one_direct_write_of_a_pack_is_not_asked_for_another()
    {
        var layer = new DirectFiles(areRefused: true);

        await CopyThroughAsync(layer, NewFull());

        Assert.True(layer.Direct <= FilesIn("packs").Count, $"{layer.Direct} direct writes were tried");
    }

    // Some file systems have none.
    private bool HasDirectWrites()
    {
        using var probe = UnixFile.CreateNew(Path.Combine(Root, "probe"), mode: 0x180);
        return UnixFile.TrySetDirect(probe, isDirect: true);
    }

    private async Task<IReadOnlyList<string>> CopyThroughAsync(DirectFiles layer, BeginPoint full)
    {
        for (var i = 0; i < Files; i++)
        {
            Source.WithFile($"file-{i}", Bytes.Random(FileBytes, seed: i));
        }

        using (FileLayer.Use(layer))
        {
            await BackUpAsync(full, Source.ImmutableEntries());
        }

        return TreeSnapshot.Take(Source.Root);
    }
}
