using System.Diagnostics;
using System.IO.Compression;

namespace Cairn.Repository.Tests.Export;

/// <summary>The system's own tar reads what is exported.</summary>
public sealed class TarExportTests : RepositoryTest
{
    [Fact]
    public async Task Tar_unpacks_an_export_to_the_same_tree()
    {
        FillSource();
        var spec = NewFull();
        await BackUpAsync(spec, Source.Entries());

        var report = await ExportAsync(spec.Point, new ExportRequest());

        Assert.Equal(Source.List().Count, report.Entries);
        Assert.Equal(TreeSnapshot.Take(Source.Root), TreeSnapshot.Take(Path.Combine(Unpack(), "data")));
    }

    [Fact]
    public async Task Holes_hard_links_and_extended_attributes_are_in_the_archive_as_tar_knows_them()
    {
        var sparse = new byte[3 << 20];
        Bytes.Random(4096, seed: 5).CopyTo(sparse, 1 << 20);
        Source.WithFile("sparse", sparse).WithFile("one", 5000, seed: 1).WithFile("other", 5000, seed: 1);
        var spec = NewFull();
        await BackUpAsync(spec, Source.Entries(e => e.Path switch
        {
            "data/one" => e with { MayHaveLinks = true, ExtendedAttributes = [new ExtendedAttributeValue("user.cairn", new byte[] { 1, 0, 255, 10 })] },
            "data/other" => e with { LinkedTo = "data/one", PhysicalPath = null },
            _ => e,
        }));

        await ExportAsync(spec.Point, new ExportRequest());

        var unpacked = Path.Combine(Unpack("--xattrs --xattrs-include='user.*'"), "data");
        Assert.Equal(sparse, await File.ReadAllBytesAsync(Path.Combine(unpacked, "sparse"), Cancel));
        Assert.Equal(UnixStat.TryRead(Path.Combine(unpacked, "one"))!.Value.Identity, UnixStat.TryRead(Path.Combine(unpacked, "other"))!.Value.Identity);
        Assert.Contains("SCHILY.xattr.user.cairn=\u0001\0\u00ff\n", System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Archive, Cancel)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_is_wanted_is_exported()
    {
        FillSource();
        var spec = NewFull();
        await BackUpAsync(spec, Source.Entries());

        await ExportAsync(spec.Point, new ExportRequest { Wanted = path => path.EndsWith("text", StringComparison.Ordinal) });

        Assert.Equal("data/text\n", Shell($"tar -tf '{Archive}'"));
    }

    [Fact]
    public async Task Gzip_and_zstd_tools_unpack_what_is_compressed_on_the_way()
    {
        Source.WithFile("a", Bytes.Text(9_000_000, seed: 1));
        var spec = NewFull();
        await BackUpAsync(spec, Source.Entries());

        await using (var file = File.Create(Archive + ".zst"))
        await using (var packed = new ZstdFrameStream(file, level: 3))
        {
            await Repository.ExportTarAsync(spec.Point, new ExportRequest(), packed, Cancel);
        }

        await using (var file = File.Create(Archive + ".gz"))
        await using (var packed = new GZipStream(file, CompressionLevel.Fastest))
        {
            await Repository.ExportTarAsync(spec.Point, new ExportRequest(), packed, Cancel);
        }

        Assert.Equal("data/\ndata/a\n", Shell($"zstd -dc '{Archive}.zst' | tar -tf -"));
        Assert.Equal("data/\ndata/a\n", Shell($"gzip -dc '{Archive}.gz' | tar -tf -"));
        Assert.True(new FileInfo(Archive + ".zst").Length < 4_000_000);
    }

    [Fact]
    public async Task A_damaged_segment_stops_the_export_and_is_named()
    {
        FillSource();
        var spec = NewFull();
        await BackUpAsync(spec, Source.Entries());
        FlipBit(FilesIn("packs").MaxBy(pack => new FileInfo(pack).Length)!, 200_000);

        var failure = await Assert.ThrowsAsync<PointDamagedException>(() => ExportAsync(spec.Point, new ExportRequest()));

        Assert.NotNull(failure.Damage.Path);
    }

    private string Archive => Path.Combine(Root, "export.tar");

    private void FillSource()
    {
        Source.WithFile("large", 2_500_000, seed: 1).WithFile("empty", []).WithDirectory("nothing").WithLink("link", "large");
        Source.WithFile("text", Bytes.Text(1_200_001, seed: 3)).WithFile("name with é", 513, seed: 4).WithFile(string.Join('/', Enumerable.Repeat(new string('d', 90), 5)) + "/" + new string('f', 200), 10, seed: 9);
        Source.WithLink("far", new string('t', 300)).WithMode("text", 0x9A0).WithMode("nothing", 0x1C0);
    }

    private async Task<ExportReport> ExportAsync(PointId point, ExportRequest request)
    {
        await using var file = File.Create(Archive);
        return await Repository.ExportTarAsync(point, request, file, Cancel);
    }

    private string Unpack(string options = "")
    {
        var target = Directory.CreateDirectory(Path.Combine(Root, "unpacked")).FullName;
        Shell($"tar -C '{target}' -xpf '{Archive}' {options} --warning=no-timestamp");
        return target;
    }

    private static string Shell(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", "set -o pipefail; " + command + " 2>&1"]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        return output;
    }
}
