using System.Formats.Tar;
using Cairn.Agent.Backup;
using Cairn.Agent.Tests.Plain;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Backup;

public sealed class MetadataBundleTests
{
    [Fact]
    public async Task What_was_bundled_comes_out_with_its_names_attributes_and_contents()
    {
        using var files = new TestDirectory();
        var entries = new List<SourceEntry>
        {
            Directory("og/meta"),
            File("og/meta/raft.db", files.Write("raft.db", "raft"), size: 4),
            File($"og/meta/{new string('n', 180)}", files.Write("long", ""), size: 0),
        };

        await MetadataBundle.WriteAsync(files.At("bundle"), entries.ToAsyncEnumerable(), "node1", CancellationToken.None);
        var unpacked = await UnpackAsync(files);

        Assert.Equal(entries.Select(entry => ".cluster-metadata/node1/" + entry.Path), unpacked.Select(entry => entry.Path));
        Assert.Equal(entries.Select(entry => entry.Attributes), unpacked.Select(entry => entry.Attributes));
        Assert.Equal("raft", await System.IO.File.ReadAllTextAsync(unpacked[1].PhysicalPath!));
        Assert.Equal("", await System.IO.File.ReadAllTextAsync(unpacked[2].PhysicalPath!));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("og/../../x")]
    [InlineData("og//x")]
    [InlineData(".hidden/x")]
    public async Task A_name_that_leads_elsewhere_is_refused(string name)
    {
        using var files = new TestDirectory();
        WriteTar(files, new PaxTarEntry(TarEntryType.RegularFile, name));

        var refusal = await Assert.ThrowsAsync<CairnException>(() => UnpackAsync(files));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
    }

    [Fact]
    public async Task A_link_in_a_bundle_is_refused()
    {
        using var files = new TestDirectory();
        WriteTar(files, new PaxTarEntry(TarEntryType.SymbolicLink, "og/meta/link") { LinkName = "/etc/passwd" });

        var refusal = await Assert.ThrowsAsync<CairnException>(() => UnpackAsync(files));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
    }

    [Fact]
    public async Task A_name_that_comes_twice_is_refused()
    {
        using var files = new TestDirectory();
        WriteTar(
            files,
            new PaxTarEntry(TarEntryType.RegularFile, "og/meta/a"),
            new PaxTarEntry(TarEntryType.RegularFile, "og/meta/a"));

        var refusal = await Assert.ThrowsAsync<CairnException>(() => UnpackAsync(files));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
    }

    [Fact]
    public async Task What_is_no_archive_is_refused()
    {
        using var files = new TestDirectory();
        files.Write("bundle", new string('x', 5000));

        var refusal = await Assert.ThrowsAsync<CairnException>(() => UnpackAsync(files));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
    }

    [Fact]
    public async Task Metadata_that_are_too_large_for_the_coordinator_are_refused_with_their_size()
    {
        using var files = new TestDirectory();
        var large = File("og/meta/raft.db", files.Write("raft.db", "raft"), MetadataBundle.MaxBytes + 1);

        var refusal = await Assert.ThrowsAsync<CairnException>(() => MetadataBundle.WriteAsync(
            files.At("bundle"), new[] { large }.ToAsyncEnumerable(), "node1", CancellationToken.None));

        Assert.Equal(ErrorCode.MetadataTooLarge, refusal.Code);
        Assert.Contains("67108865", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<List<SourceEntry>> UnpackAsync(TestDirectory files)
    {
        System.IO.Directory.CreateDirectory(files.At("unpacked"));
        return await MetadataBundle.UnpackAsync(
            files.At("bundle"), files.At("unpacked"), ".cluster-metadata/node1", CancellationToken.None).ToListAsync();
    }

    private static void WriteTar(TestDirectory files, params TarEntry[] entries)
    {
        using var file = new FileStream(files.At("bundle"), FileMode.Create);
        using var tar = new TarWriter(file);
        foreach (var entry in entries)
        {
            tar.WriteEntry(entry);
        }
    }

    private static SourceEntry Directory(string path) => new()
    {
        Path = path, Kind = EntryKind.Directory, Class = "meta", Attributes = new UnixAttributes(0x1e8, 7, 8, 1_700_000_000_000_000_100, 0),
    };

    private static SourceEntry File(string path, string physical, long size) => new()
    {
        Path = path,
        Kind = EntryKind.File,
        Class = "meta",
        Attributes = new UnixAttributes(0x180, 7, 8, 1_700_000_000_123_456_700, size),
        PhysicalPath = physical,
    };
}
