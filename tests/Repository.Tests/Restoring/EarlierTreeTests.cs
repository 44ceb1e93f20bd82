namespace Cairn.Repository.Tests.Restoring;

/// <summary>What a restore takes over from files that were there before, and that it is right to the byte whatever these hold.</summary>
public class EarlierTreeTests : RepositoryTest
{
    private const int PageBytes = 8192;
    private const int FileBytes = 3 << 20;

    private string Earlier => Path.Combine(Root, "earlier");

    [Fact]
    public async Task Right_files_are_shared_and_of_the_others_only_what_is_wrong_is_written()
    {
        var spec = await BackUpAsync();
        var expected = TreeSnapshot.Take(Source.Root);
        CopyAsEarlier();
        Overwrite("changed", offset: 1 << 20, length: 100, value: 7);
        Overwrite("zeros", offset: 2 << 20, length: 100, value: 9);
        Truncate(Path.Combine(Earlier, "shorter"), 1_000_000);
        Overwrite("longer", offset: FileBytes, length: 5000, value: 3);
        File.Delete(Path.Combine(Earlier, "missing"));
        Overwrite("empty", offset: 0, length: 9000, value: 1);
        var before = TreeSnapshot.Take(Earlier);
        var files = new SharingFiles();

        var (target, report) = await RestoreAsync(spec.Point, files);

        Assert.Equal(expected, TreeSnapshot.Take(target));
        Assert.Equal(before, TreeSnapshot.Take(Earlier));
        Assert.InRange(report.SharedBytes, 1, report.Bytes);
        Assert.True(files.WrittenBytes < report.Bytes / 2, $"{files.WrittenBytes} of {report.Bytes} bytes were written");
    }

    [Fact]
    public async Task Nothing_is_written_where_everything_is_right()
    {
        var spec = await BackUpAsync();
        CopyAsEarlier();
        var files = new SharingFiles();

        var (target, report) = await RestoreAsync(spec.Point, files);

        Assert.Equal(TreeSnapshot.Take(Source.Root), TreeSnapshot.Take(target));
        Assert.Equal(0, files.WrittenBytes);
        Assert.True(report.SharedBytes > 0);
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_file_is_not_followed_and_no_other_tree_is_needed()
    {
        var spec = await BackUpAsync();
        CopyAsEarlier();
        File.Delete(Path.Combine(Earlier, "same"));
        File.CreateSymbolicLink(Path.Combine(Earlier, "same"), Source.PathOf("same"));
        Directory.Delete(Path.Combine(Earlier, "below"), recursive: true);
        File.CreateSymbolicLink(Path.Combine(Earlier, "below"), Source.PathOf("below"));
        var files = new SharingFiles();

        var (target, _) = await RestoreAsync(spec.Point, files);
        var bare = await RestoreAsync(spec.Point);

        Assert.Equal(TreeSnapshot.Take(Source.Root), TreeSnapshot.Take(target));
        Assert.Equal(TreeSnapshot.Take(Source.Root), TreeSnapshot.Take(bare));
        Assert.True(files.WrittenBytes >= 2 * FileBytes, $"{files.WrittenBytes} bytes were written");
    }

    [Fact]
    public async Task Where_blocks_cannot_be_shared_everything_comes_from_the_repository()
    {
        var spec = await BackUpAsync();
        CopyAsEarlier();

        var target = Path.Combine(Root, "target");
        var report = await Repository.RestoreAsync(spec.Point, Request(target), progress: null, Cancel);

        // The test's file system decides whether it could; the bytes are right in any case.
        Assert.Equal(TreeSnapshot.Take(Source.Root), TreeSnapshot.Take(target));
        Assert.InRange(report.SharedBytes, 0, report.Bytes);
    }

    private async Task<BeginPoint> BackUpAsync()
    {
        foreach (var (name, seed) in new[] { "same", "changed", "shorter", "longer", "missing", "below/deep" }.Select((name, i) => (name, i)))
        {
            Source.WithFile(name, FileBytes, seed);
        }

        // Zeros are stored nowhere, so that nothing but the shared file can be wrong there.
        Source.WithFile("zeros", [.. Bytes.Random(1 << 20, 20), .. new byte[2 << 20]]).WithFile("empty", []);
        var spec = NewFull();
        await BackUpAsync(spec, Source.Entries(e => e with { PageBytes = e.Kind == EntryKind.File ? PageBytes : 0 }));
        return spec;
    }

    private void CopyAsEarlier()
    {
        foreach (var path in Directory.EnumerateFiles(Source.Root, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Earlier, Path.GetRelativePath(Source.Root, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
    }

    private void Overwrite(string name, long offset, int length, byte value)
    {
        using var file = File.OpenWrite(Path.Combine(Earlier, name));
        file.Position = offset;
        file.Write([.. Enumerable.Repeat(value, length)]);
    }

    private async Task<(string Target, RestoreReport Report)> RestoreAsync(PointId point, IFileLayer files)
    {
        var target = Path.Combine(Root, $"target-{Guid.NewGuid():n}");
        using (FileLayer.Use(files))
        {
            return (target, await Repository.RestoreAsync(point, Request(target), progress: null, Cancel));
        }
    }

    private RestoreRequest Request(string target) => new() { Roots = [new RestoreRoot("data", target) { Earlier = Earlier }], SetOwners = true };
}
