namespace Cairn.Repository.Tests.Copying;

public sealed class RoundTripTests : RepositoryTest
{
    [Fact]
    public async Task What_was_backed_up_comes_back_with_content_modes_times_links_and_empty_directories()
    {
        Source.WithFile("small", 10, seed: 1)
            .WithFile("empty", [])
            .WithFile("a/b/large", Bytes.Text(9_000_001, seed: 2))
            .WithFile("a/random", 5_000_000, seed: 3)
            .WithFile("Grüße/日本", 100, seed: 4)
            .WithDirectory("a/nothing")
            .WithLink("a/link", "../small")
            .WithLink("outside", "/etc/passwd");
        Source.WithMode("small", 0x1ED).WithMode("a/nothing", 0x1C0);
        File.SetLastWriteTimeUtc(Source.PathOf("a"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        var expected = TreeSnapshot.Take(Source.Root);
        var spec = NewFull();

        var copied = await BackUpAsync(spec, Source.Entries());

        await AssertRestoresAsync(spec.Point, expected);
        Assert.Equal(5, copied.Files);
        Assert.Equal(2, copied.Symlinks);
        Assert.Equal(14_000_111, copied.Bytes);
        Assert.InRange(copied.NewStoredBytes, 5_000_000, 9_000_000);
    }

    [Fact]
    public async Task The_same_content_is_stored_once()
    {
        Source.WithFile("one", 3_000_000, seed: 1).WithFile("two", 3_000_000, seed: 1).WithFile("three", 3_000_000, seed: 2);
        var spec = NewFull();

        var copied = await BackUpAsync(spec, Source.ImmutableEntries());

        Assert.Equal(6_000_000, copied.NewBytes);
        await AssertRestoresAsync(spec.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task A_sparse_file_costs_nothing_and_comes_back_sparse()
    {
        Source.WithFile("sparse", []);
        using (var file = File.OpenWrite(Source.PathOf("sparse")))
        {
            file.SetLength(200_000_000);
            file.Position = 150_000_123;
            file.Write("data"u8);
        }

        var spec = NewFull();

        var copied = await BackUpAsync(spec, Source.Entries());

        var restored = Path.Combine(await RestoreAsync(spec.Point), "sparse");
        Assert.Equal(TreeSnapshot.Take(Source.Root), TreeSnapshot.Take(Path.GetDirectoryName(restored)!));
        Assert.InRange(UnixStat.TryRead(restored)!.Value.AllocatedBytes, 0, 1_100_000);
        Assert.InRange(copied.NewStoredBytes, 1, 100_000);
    }

    [Fact]
    public async Task Small_files_share_packs_and_a_pack_keeps_to_its_size()
    {
        for (var i = 0; i < 300; i++)
        {
            Source.WithFile($"f{i:d3}", 10_000, seed: i);
        }

        var spec = NewFull();

        await BackUpAsync(spec, Source.Entries());

        var packs = DataPacks();
        Assert.Equal(3, packs.Count);
        Assert.All(packs, pack => Assert.InRange(new FileInfo(pack).Length, 1, Options.MaxPackBytes));
        await AssertRestoresAsync(spec.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task Pages_that_shrink_are_compressed_also_behind_pages_that_do_not()
    {
        const int Part = 128 * 1024;
        byte[] content = [.. Enumerable.Range(0, 16).SelectMany(i => i % 4 < 3 ? Bytes.Random(Part, seed: i) : Bytes.Text(Part, seed: i))];
        Source.WithFile("relation", content);
        var spec = NewFull();

        var copied = await BackUpAsync(spec, Source.Entries(e => e with { PageBytes = e.Kind == EntryKind.File ? 8192 : 0 }));

        Assert.InRange(copied.NewStoredBytes, 12 * Part, (13 * Part) + (Part / 2));
        await CommitAsync(spec);
        await AssertRestoresAsync(spec.Point, TreeSnapshot.Take(Source.Root));
    }

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Fastest)]
    [InlineData(Compression.Balanced)]
    [InlineData(Compression.Best)]
    public async Task Every_compression_brings_the_data_back(Compression compression)
    {
        Source.WithFile("text", Bytes.Text(3_000_000, seed: 1)).WithFile("random", 3_000_000, seed: 2);
        var spec = NewFull() with { Compression = compression };

        var copied = await BackUpAsync(spec, Source.Entries());

        await AssertRestoresAsync(spec.Point, TreeSnapshot.Take(Source.Root));
        Assert.Equal(compression == Compression.None, copied.NewStoredBytes > 6_000_000);
    }

    [Fact]
    public async Task An_empty_source_is_a_point_too()
    {
        var spec = NewFull();

        await BackUpAsync(spec, AsyncEnumerable.Empty<SourceEntry>());

        var target = await RestoreAsync(spec.Point);
        Assert.Empty(Directory.GetFileSystemEntries(target));
    }

    [Fact]
    public async Task Progress_ends_with_all_files_and_bytes()
    {
        Source.WithFile("a", 1000, seed: 1).WithFile("b", 2000, seed: 2);
        var reports = new List<CopyProgress>();
        await using var writer = await Repository.BeginPointAsync(NewFull(), Cancel);

        await writer.WriteAsync(Source.Entries(), new Recorder(reports), Cancel);

        Assert.Equal(new CopyProgress(2, 2, 3000, 3000), reports[^1]);
    }

    private sealed class Recorder(List<CopyProgress> reports) : IProgress<CopyProgress>
    {
        public void Report(CopyProgress value)
        {
            lock (reports)
            {
                reports.Add(value);
            }
        }
    }
}
