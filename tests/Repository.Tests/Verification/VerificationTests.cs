namespace Cairn.Repository.Tests.Verification;

public class VerificationTests : RepositoryTest
{
    [Fact]
    public async Task A_sound_point_is_called_sound_at_both_levels()
    {
        var spec = await BackUpThreeFilesAsync();

        var presence = await VerifyAsync(spec, VerifyLevel.Presence);
        var hash = await VerifyAsync(spec, VerifyLevel.Hash);

        Assert.True(presence.IsSound);
        Assert.True(hash.IsSound);
        Assert.Equal((3, 2_500_000), (hash.Files, hash.Bytes));
        Assert.Equal(2, hash.Segments);
    }

    [Theory]
    [InlineData(56)]
    [InlineData(57)]
    [InlineData(300_000)]
    [InlineData(500)]
    public async Task A_flipped_bit_in_a_pack_is_found_and_every_file_that_it_hits_is_named(int behindSegment)
    {
        var spec = await BackUpThreeFilesAsync();
        var segment = await PlaceOfAsync(spec, "data/b");
        FlipBit(FilesIn("packs").Single(p => p.Contains($"{segment.Pack:x8}", StringComparison.Ordinal)), segment.Offset + behindSegment - 56);

        var report = await VerifyAsync(spec, VerifyLevel.Hash);

        Assert.Equal(2, report.DamageCount);
        Assert.Equal(["data/b", "data/same-as-b"], report.Damages.Select(d => d.Path));
        Assert.All(report.Damages, d => Assert.Equal((spec.Point, 0, 500_000), (d.Point, d.Offset, d.Length)));
        Assert.All(report.Damages, d => Assert.EndsWith($"{segment.Pack:x8}.pack", d.FoundIn, StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<PointDamagedException>(() => RestoreAsync(spec.Point));
        Assert.Equal("data/b", error.Damage.Path);
    }

    [Theory]
    [InlineData(VerifyLevel.Presence)]
    [InlineData(VerifyLevel.Hash)]
    public async Task A_truncated_pack_is_found_at_both_levels(VerifyLevel level)
    {
        var spec = await BackUpThreeFilesAsync();
        var segment = await PlaceOfAsync(spec, "data/b");
        Truncate(FilesIn("packs").Single(p => p.Contains($"{segment.Pack:x8}", StringComparison.Ordinal)), segment.Offset + segment.RecordLength - 1);

        var report = await VerifyAsync(spec, level);

        Assert.Contains(report.Damages, d => d.Path == "data/b" && d.Finding.Contains("the pack ends at", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(VerifyLevel.Presence)]
    [InlineData(VerifyLevel.Hash)]
    public async Task A_missing_pack_and_a_damaged_pack_header_are_found(VerifyLevel level)
    {
        var spec = await BackUpThreeFilesAsync();
        var packs = DataPacks();
        File.Delete(packs[0]);
        FlipBit(packs[1], 20);

        var report = await VerifyAsync(spec, level);

        Assert.Equal(3, report.DamageCount);
        Assert.Contains(report.Damages, d => d.Finding.Contains("missing", StringComparison.Ordinal));
        Assert.Contains(report.Damages, d => d.Finding.Contains("block", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_a_manifest_is_found_and_named()
    {
        var spec = await BackUpThreeFilesAsync();
        var manifest = Assert.Single(FilesIn("manifests"));
        var length = new FileInfo(manifest).Length;

        for (var offset = 0; offset < length; offset += 3)
        {
            FlipBit(manifest, offset);
            var report = await VerifyAsync(spec, VerifyLevel.Presence);
            Assert.False(report.IsSound, $"a flipped bit at {offset} was not found");
            Assert.EndsWith(".manifest", report.Damages[0].FoundIn, StringComparison.Ordinal);
            await Assert.ThrowsAnyAsync<RepositoryException>(() => RestoreAsync(spec.Point));
            FlipBit(manifest, offset);
        }
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_a_commit_record_is_found_and_the_list_says_so()
    {
        var spec = await BackUpThreeFilesAsync();
        var commit = Assert.Single(FilesIn("commits"));
        var length = new FileInfo(commit).Length;

        for (var offset = 0; offset < length; offset += 3)
        {
            FlipBit(commit, offset);
            var report = await VerifyAsync(spec, VerifyLevel.Presence);
            Assert.EndsWith(".commit", Assert.Single(report.Damages).FoundIn, StringComparison.Ordinal);
            var listed = Assert.Single(await Repository.ListPointsAsync(Cancel));
            Assert.Equal(spec.Point, listed.Point);
            Assert.NotNull(listed.Damage);
            FlipBit(commit, offset);
        }
    }

    [Theory]
    [InlineData("manifests")]
    [InlineData("commits")]
    public async Task A_structure_cut_at_any_length_is_found(string part)
    {
        var spec = await BackUpThreeFilesAsync();
        var path = Assert.Single(FilesIn(part));
        var whole = await File.ReadAllBytesAsync(path, Cancel);

        for (var length = 0; length < whole.Length; length += 5)
        {
            new SourceTree(Path.GetDirectoryName(path)!).WithFile(Path.GetFileName(path), whole[..length]);
            var report = await VerifyAsync(spec, VerifyLevel.Presence);
            Assert.False(report.IsSound, $"cut at {length}");
        }
    }

    [Fact]
    public async Task A_manifest_of_another_point_in_its_place_is_found()
    {
        var first = await BackUpThreeFilesAsync();
        Source.WithFile("more", 10, seed: 9);
        var second = NewIn(first.Chain, first.Point);
        await BackUpAsync(second, Source.Entries());
        var manifests = FilesIn("manifests");
        File.Copy(manifests[0], manifests[1], overwrite: true);

        var report = await VerifyAsync(second, VerifyLevel.Presence);

        var finding = Assert.Single(report.Damages).Finding;
        Assert.Contains(Options.Key is null ? first.Point.Text : "belongs elsewhere", finding, StringComparison.Ordinal);
    }

    private async Task<BeginPoint> BackUpThreeFilesAsync()
    {
        Source.WithFile("a", 1_500_000, seed: 1).WithFile("b", 500_000, seed: 2).WithFile("same-as-b", 500_000, seed: 2);
        var spec = NewFull();
        await BackUpAsync(spec, Source.ImmutableEntries());
        return spec;
    }

    private Task<VerifyReport> VerifyAsync(BeginPoint spec, VerifyLevel level) =>
        Repository.VerifyAsync(spec.Point, level, progress: null, Cancel);

    private async Task<SegmentPlace> PlaceOfAsync(BeginPoint spec, string path)
    {
        await Task.Yield();
        var chain = Layout.Chain(spec.Chain);
        using var manifest = ManifestFile.TryOpen(chain, spec.Point)!;
        using var entries = manifest.ReadEntries();
        while (entries.MoveNext())
        {
            if (entries.Entry.Path == path && entries.NextSegment(out var segment))
            {
                return segment.Place;
            }
        }

        throw new InvalidOperationException($"{path} has no segment");
    }
}
