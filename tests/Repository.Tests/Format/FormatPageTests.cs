using System.Security.Cryptography;
using static Cairn.Repository.Tests.Format.FormatPage;

namespace Cairn.Repository.Tests.Format;

public sealed class FormatPageTests : RepositoryTest
{
    [Fact]
    public void The_worked_example_on_the_page_decodes_by_the_page_s_own_rules()
    {
        var packs = new Dictionary<uint, byte[]> { [1] = Hex("pack"), [2] = Hex("pages") };
        var found = new List<IndependentReader.Restored>();

        IndependentReader.ReadManifest(Hex("manifest"), number => packs[number], found);
        var page = IndependentReader.PlainRecord(packs[2], 0x75);

        var file = Assert.Single(found);
        Assert.Equal(Hex("page"), page);
        Assert.Equal("hello"u8.ToArray(), file.Content.ToArray());
        Assert.Equal(
            ("data/hello", "data", 0x1A4u, 1793534400123456789, 5, "taos", "taos"),
            (file.Path, file.Class, file.Mode, file.MtimeNs, file.Size, file.Owner, file.Group));
    }

    [Fact]
    public void The_commit_record_and_the_tombstone_on_the_page_decode_by_the_page_s_own_rules_and_by_the_product()
    {
        var noon = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
        var manifest = SHA256.HashData(Hex("manifest"));

        var read = IndependentReader.ReadCommitRecord(Hex("commit"));
        var parsed = CommitRecordFormat.Parse(Hex("commit"), "the page");
        var tombstone = IndependentReader.ReadTombstone(Hex("tombstone"));

        Assert.Equal(
            ("20261101T120000Z-0b5e7d", "c-20261101T120000Z-3fa9c1", "", "c", "files", "j", "first", noon.AddSeconds(5).Ticks, 1, "as it was", "{}"),
            (read.Point, read.Chain, read.BasePoint, read.Cluster, read.Engine, read.Job, read.Label, read.Created, read.Kind, read.Consistency, read.Topology));
        Assert.Empty(read.Caveats);
        Assert.Equal(new("n", Convert.ToHexStringLower(manifest), Files: 1, Bytes: 5, noon.Ticks, noon.AddSeconds(1).Ticks), Assert.Single(read.Nodes));
        Assert.Equal((read.Point, new Sha256Digest(manifest)), (parsed.Point.Text, Assert.Single(parsed.Nodes).ManifestHash));
        Assert.Equal((read.Point, (byte)1, noon.AddDays(30).Ticks), tombstone);
        new SourceTree(Path.Combine(Root, "tombstones")).WithFile($"{read.Point}.tombstone", Hex("tombstone"));
        Assert.Equal(TombstoneReason.Deleted, Tombstone.TryRead(new RepositoryLayout(Root), parsed.Point)?.Reason);
    }

    [Fact]
    public void The_journal_on_the_page_decodes_by_the_page_s_own_rules_and_by_the_product()
    {
        var chain = new RepositoryLayout(Root).Chain(ChainId.Parse("c-20261101T120000Z-3fa9c1"));
        var point = PointId.Parse("20261101T120000Z-0b5e7d");
        new SourceTree(chain.Journals).WithFile($"{point}.0001.journal", Hex("journal"));
        using var journal = JournalFile.TryOpen(chain, point, attempt: 1)!;
        using var entries = journal.ReadEntries();
        var found = new List<IndependentReader.Restored>();

        IndependentReader.ReadJournal(Hex("journal"), _ => Hex("pack"), found);

        var file = Assert.Single(found);
        Assert.Equal(("data/hello", 0x1122334455667788ul), (file.Path, file.Proof));
        Assert.Equal("hello"u8.ToArray(), file.Content.ToArray());
        Assert.True(entries.MoveNext());
        Assert.Equal((file.Path, file.Proof), (entries.Entry.Path, entries.Glance.SourceProof));
        Assert.Null(journal.TryReadTotals());
    }

    [Fact]
    public void The_product_reads_the_worked_example_too()
    {
        var chain = new RepositoryLayout(Root).Chain(ChainId.Parse("c-20261101T120000Z-3fa9c1"));
        var point = PointId.Parse("20261101T120000Z-0b5e7d");
        new SourceTree(chain.Packs).WithFile("00000001.pack", Hex("pack")).WithFile("00000002.pack", Hex("pages"));
        new SourceTree(chain.Manifests).WithFile($"{point}.manifest", Hex("manifest"));
        using var manifest = ManifestFile.TryOpen(chain, point)!;
        using var entries = manifest.ReadEntries();
        using var loader = new SegmentLoader(chain);

        Assert.True(entries.MoveNext());
        Assert.True(entries.NextSegment(out var segment));
        Assert.True(loader.TryLoad(segment, out var bytes, out var finding), finding);

        Assert.Equal("data/hello", entries.Entry.Path);
        Assert.Equal("hello"u8.ToArray(), bytes.ToArray());
    }

    [Fact]
    public void The_page_says_which_format_it_describes()
    {
        Assert.Contains(RepositoryMarker.FormatLine, Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_written_from_the_page_alone_restores_fulls_and_incrementals()
    {
        Source.WithFile("text", Bytes.Text(3_000_000, seed: 1))
            .WithFile("random", 5_000_000, seed: 2)
            .WithFile("zeros", new byte[2_500_000])
            .WithFile("empty", [])
            .WithDirectory("nothing/below")
            .WithLink("link", "text");
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        Source.WithFile("text", Bytes.Text(2_000_000, seed: 3));
        var incremental = NewIn(full.Chain, full.Point);
        await BackUpAsync(incremental, Source.ImmutableEntries());

        var restored = IndependentReader.Read(RepositoryPath, incremental.Point.Text);

        Assert.Equal(Source.List().Select(e => e.Path).Order(StringComparer.Ordinal), restored.Select(r => r.Path).Order(StringComparer.Ordinal));
        foreach (var (entry, found) in Source.List().OrderBy(e => e.Path, StringComparer.Ordinal).Zip(restored.OrderBy(r => r.Path, StringComparer.Ordinal)))
        {
            Assert.Equal((byte)entry.Kind, found.Kind);
            Assert.Equal(entry.Attributes, new UnixAttributes(found.Mode, found.Uid, found.Gid, found.MtimeNs, found.Size));
            Assert.Equal(entry.LinkTarget, found.LinkTarget);
            Assert.Equal(entry.PhysicalPath is null ? [] : await File.ReadAllBytesAsync(entry.PhysicalPath, Cancel), found.Content.ToArray());
        }
    }
}
