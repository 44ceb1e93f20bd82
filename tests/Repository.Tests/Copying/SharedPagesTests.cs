namespace Cairn.Repository.Tests.Copying;

/// <summary>What did not change since the base costs an incremental next to nothing: neither data nor pages nor piece lists.</summary>
public sealed class SharedPagesTests : RepositoryTest
{
    private const int Segments = 1100;

    internal override RepositoryOptions Options => base.Options with { MaxPackBytes = 1 << 30, CheckpointBytes = 64 << 20 };

    [Fact]
    public async Task Ten_changed_pages_of_a_paged_file_store_ten_small_segments_and_few_lists()
    {
        Source.WithFile("pages", LargeContent());
        var full = NewFull();
        await BackUpAsync(full, Paged());
        using (var file = File.OpenWrite(Source.PathOf("pages")))
        {
            for (var i = 0; i < 10; i++)
            {
                file.Position = i * 13_000_000 / 8192 * 8192;
                file.Write(Bytes.Random(8192, seed: 100 + i));
            }
        }

        var incremental = NewIn(full.Chain, full.Point);

        var copied = await BackUpAsync(incremental, Paged());

        Assert.Equal(10 * 128 * 1024, copied.NewBytes);
        Assert.InRange(copied.NewStoredBytes - copied.NewBytes, 1, 100_000);
        await AssertRestoresAsync(incremental.Point, TreeSnapshot.Take(Source.Root));
        Assert.True((await Repository.VerifyAsync(incremental.Point, VerifyLevel.Hash, progress: null, Cancel)).IsSound);
    }

    [Fact]
    public async Task A_reader_written_from_the_page_follows_piece_lists()
    {
        Source.WithFile("pages", LargeContent());
        var full = NewFull();
        await BackUpAsync(full, Paged());

        var restored = Format.IndependentReader.Read(RepositoryPath, full.Point.Text).Single(r => r.Kind == 2);

        Assert.True(LargeContent().AsSpan().SequenceEqual(restored.Content.ToArray()));
        Assert.True(HoldsLists(full));
    }

    [Fact]
    public async Task Where_one_of_many_files_changed_only_its_page_is_stored_anew()
    {
        for (var i = 0; i < 5000; i++)
        {
            Source.WithFile($"f{i:d4}", BitConverter.GetBytes(i));
        }

        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        var second = NewIn(full.Chain, full.Point);
        await BackUpAsync(second, Source.ImmutableEntries());
        var packs = PagePacks().Count;
        File.Delete(Source.PathOf("f2500"));
        Source.WithFile("f2500", "another"u8.ToArray());
        var third = NewIn(full.Chain, second.Point);

        var copied = await BackUpAsync(third, Source.ImmutableEntries());

        Assert.Equal(1, packs);
        Assert.Equal((4999, 7), (copied.CarriedFiles, copied.NewBytes));
        
        // That of the file, and that of its directory, whose time changed.
        Assert.InRange(Table(third).Except(Table(second)).Count(), 1, 2);
        await AssertRestoresAsync(third.Point, TreeSnapshot.Take(Source.Root));
    }

    private IAsyncEnumerable<SourceEntry> Paged() => Source.Entries(e => e with { PageBytes = e.Kind == EntryKind.File ? 8192 : 0 });

    // More pieces than one list holds, and few of them different, so that little is stored.
    private static byte[] LargeContent()
    {
        var content = new byte[Segments * SegmentSizes.Paged];
        var blocks = Enumerable.Range(1, 3).Select(seed => Bytes.Random(SegmentSizes.Paged, seed)).ToList();
        for (var i = 0; i < Segments; i++)
        {
            blocks[i % blocks.Count].CopyTo(content, i * SegmentSizes.Paged);
        }

        return content;
    }

    private IReadOnlyList<PageReference> Table(BeginPoint spec)
    {
        using var manifest = ManifestFile.TryOpen(new RepositoryLayout(RepositoryPath).Chain(spec.Chain), spec.Point)!;
        return manifest.ReadTable();
    }

    private bool HoldsLists(BeginPoint spec)
    {
        var records = new List<SegmentReference>();
        using var manifest = ManifestFile.TryOpen(new RepositoryLayout(RepositoryPath).Chain(spec.Chain), spec.Point)!;
        using var entries = manifest.ReadEntries(records.Add);
        while (entries.MoveNext())
        {
            while (entries.NextSegment(out _))
            {
            }
        }

        return records.Count > manifest.ReadTable().Count;
    }
}
