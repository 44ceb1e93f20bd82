namespace Cairn.Repository.Tests.Copying;

public class IncrementalTests : RepositoryTest
{
    [Fact]
    public async Task What_is_immutable_and_unchanged_is_carried_over_without_being_read()
    {
        Source.WithFile("old", 2_000_000, seed: 1).WithFile("gone", 1000, seed: 2);
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        File.Delete(Source.PathOf("gone"));
        Source.WithFile("new", 1_000_000, seed: 3);
        var incremental = NewIn(full.Chain, full.Point);

        // Nothing can be read at this path: only what is carried over passes.
        var copied = await BackUpAsync(incremental, Source.Entries(e => e.Path == "data/old"
            ? e with { Immutable = true, PhysicalPath = Source.PathOf("old") + ".not-there" }
            : e with { Immutable = e.Kind == EntryKind.File }));

        await AssertRestoresAsync(incremental.Point, TreeSnapshot.Take(Source.Root));
        Assert.Equal((1, 2_000_000, 1_000_000), (copied.CarriedFiles, copied.CarriedBytes, copied.NewBytes));
        Assert.False(copied.FullInsideChain);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_whatever_order_files_come_those_that_the_base_has_are_carried_over(bool isReversed)
    {
        const int files = 3000;
        for (var i = 0; i < files; i++)
        {
            Source.WithFile($"{i:d4}", 100, seed: i);
        }

        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        for (var i = 0; i < files; i += 100)
        {
            File.Delete(Source.PathOf($"{i:d4}"));
            Source.WithFile($"{i:d4}-new", 100, seed: files + i);
        }

        var listed = await Source.ImmutableEntries().ToListAsync(Cancel);
        var incremental = NewIn(full.Chain, full.Point);

        var copied = await BackUpAsync(incremental, (isReversed ? [listed[0], .. listed.Skip(1).Reverse()] : listed).ToAsyncEnumerable());

        Assert.Equal((files - (files / 100), files / 100 * 100), (copied.CarriedFiles, copied.NewBytes));
        await AssertRestoresAsync(incremental.Point, TreeSnapshot.Take(Source.Root));
    }

    [Theory]
    [InlineData("size")]
    [InlineData("mtime")]
    [InlineData("inode")]
    [InlineData("mutable")]
    [InlineData("verify")]
    public async Task Anything_that_may_have_changed_is_read(string difference)
    {
        Source.WithFile("file", Bytes.Random(100_000, seed: 1));
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        Source.WithFile("file", Bytes.Random(difference == "size" ? 100_001 : 100_000, seed: 2));
        var then = UnixStat.TryRead(Source.PathOf("file"))!.Value;
        var listedFull = await ListFirstFileAsync(full.Point);
        var incremental = NewIn(full.Chain, full.Point) with { VerifyUnchanged = difference == "verify" };

        var copied = await BackUpAsync(incremental, Source.Entries(e => e.Kind != EntryKind.File ? e : e with
        {
            Immutable = difference != "mutable",
            Identity = difference == "inode" ? new FileIdentity(then.Identity.Device, then.Identity.Inode + 1) : listedFull.Identity,
            Attributes = e.Attributes with { MtimeNs = listedFull.Attributes.MtimeNs + (difference == "mtime" ? 1 : 0) },
        }));

        Assert.Equal(0, copied.CarriedFiles);
        var restored = await RestoreAsync(incremental.Point);
        Assert.Equal(await File.ReadAllBytesAsync(Source.PathOf("file")), await File.ReadAllBytesAsync(Path.Combine(restored, "file")));
    }

    [Fact]
    public async Task Of_a_mutable_file_only_the_changed_segments_are_stored()
    {
        Source.WithFile("pages", 10_000_000, seed: 1);
        var full = NewFull();
        await BackUpAsync(full, Source.Entries());
        using (var file = File.OpenWrite(Source.PathOf("pages")))
        {
            file.Position = 5_500_000;
            file.Write("changed"u8);
        }

        var incremental = NewIn(full.Chain, full.Point);

        var copied = await BackUpAsync(incremental, Source.Entries());

        Assert.Equal(1 << 20, copied.NewBytes);
        await AssertRestoresAsync(incremental.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task A_node_without_the_base_stores_a_full_inside_the_chain_and_says_so()
    {
        Source.WithFile("file", 100_000, seed: 1);
        var incremental = NewIn(ChainId.New(Time.GetUtcNow()), PointId.New(Time.GetUtcNow()));

        var copied = await BackUpAsync(incremental, Source.ImmutableEntries());

        Assert.True(copied.FullInsideChain);
        Assert.True((await Repository.FindPreparedAsync(incremental.Point, Cancel))!.FullInsideChain);
        await AssertRestoresAsync(incremental.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task A_pack_that_the_base_lost_is_healed_by_reading_again()
    {
        Source.WithFile("file", 3_000_000, seed: 1);
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        File.Delete(DataPacks()[0]);
        var incremental = NewIn(full.Chain, full.Point);

        await BackUpAsync(incremental, Source.ImmutableEntries());

        await AssertRestoresAsync(incremental.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task A_damaged_page_of_the_base_is_written_anew_although_the_chain_has_one_of_that_name()
    {
        // Without content there are no places of segments, so that the page is the same again.
        Source.WithFile("file", []);
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        var pages = Assert.Single(FilesIn("packs"));
        FlipBit(pages, new FileInfo(pages).Length - 1);
        var incremental = NewIn(full.Chain, full.Point);

        var copied = await BackUpAsync(incremental, Source.ImmutableEntries());

        Assert.True(copied.FullInsideChain);
        await AssertRestoresAsync(incremental.Point, TreeSnapshot.Take(Source.Root));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_any_point_of_the_chain_has_stored_is_not_stored_again_and_its_pages_are_not_needed_for_that(bool areItsPagesDamaged)
    {
        var (full, middle, last) = await BackUpThreeAsync();
        if (areItsPagesDamaged)
        {
            DamagePagesOf(middle.Point);
        }

        Source.WithFile("again", 500_000, seed: 2);
        var copied = await BackUpAsync(NewIn(full.Chain, last.Point), Source.ImmutableEntries());

        Assert.Equal(0, copied.NewBytes);
    }

    [Fact]
    public async Task Where_the_base_of_a_point_is_gone_its_pages_say_what_it_has()
    {
        var (full, _, last) = await BackUpThreeAsync();
        await Repository.DeletePointAsync(full.Point, Cancel);
        File.Delete(Source.PathOf("kept"));
        var without = NewIn(full.Chain, last.Point);
        await BackUpAsync(without, Source.ImmutableEntries());
        Source.WithFile("kept", 400_000, seed: 1).WithFile("again", 500_000, seed: 2);

        var copied = await BackUpAsync(NewIn(full.Chain, without.Point), Source.ImmutableEntries());

        Assert.Equal(0, copied.NewBytes);
    }

    // A full, a point with one file more, and one without it again.
    private async Task<(BeginPoint Full, BeginPoint Middle, BeginPoint Last)> BackUpThreeAsync()
    {
        Source.WithFile("kept", 400_000, seed: 1);
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        Source.WithFile("once", 500_000, seed: 2);
        var middle = NewIn(full.Chain, full.Point);
        await BackUpAsync(middle, Source.ImmutableEntries());
        File.Delete(Source.PathOf("once"));
        Source.WithFile("other", 1000, seed: 3);
        var last = NewIn(full.Chain, middle.Point);
        await BackUpAsync(last, Source.ImmutableEntries());
        return (full, middle, last);
    }

    private async Task<ManifestEntry> ListFirstFileAsync(PointId point) =>
        await Repository.ReadEntriesAsync(point, Cancel).FirstAsync(e => e.Kind == EntryKind.File);
}
