namespace Cairn.Repository.Tests.Restoring;

public sealed class RestoreTests : RepositoryTest
{
    [Theory]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData((4 << 20) + 4095)]
    [InlineData((8 << 20) + 4096)]
    [InlineData((9 << 20) + 4097)]
    public async Task Large_files_of_any_length_come_back_to_the_byte(int length)
    {
        Source.WithFile("random", length, seed: 1).WithFile("text", Bytes.Text(length, seed: 2)).WithFile("zeros-inside", [.. Bytes.Random(length / 2, 3), .. new byte[length - (length / 2)]]);
        var expected = TreeSnapshot.Take(Source.Root);
        var (whole, cut) = (NewFull(), NewFull());
        await BackUpAsync(whole, Source.ImmutableEntries());
        await BackUpAsync(cut, Source.Entries());

        await AssertRestoresAsync(whole.Point, expected);
        await AssertRestoresAsync(cut.Point, expected);
    }

    [Fact]
    public async Task Roots_go_where_they_are_sent_and_others_stay_out()
    {
        var wal = new SourceTree(Path.Combine(Root, "wal-source"), "wal").WithFile("log/1.wal", 1000, seed: 2);
        var meta = new SourceTree(Path.Combine(Root, "meta-source"), "meta").WithFile("m", 1000, seed: 3);
        Source.WithFile("d", 1000, seed: 1);
        var spec = NewFull();
        await BackUpAsync(spec, Source.List().Concat(wal.List()).Concat(meta.List()).ToAsyncEnumerable());

        var report = await RestoreAsync(spec, classes: null, ("data", "t-data"), ("wal", "t-wal"));

        Assert.Equal(TreeSnapshot.Take(Source.Root), TreeSnapshot.Take(Path.Combine(Root, "t-data")));
        Assert.Equal(TreeSnapshot.Take(wal.Root), TreeSnapshot.Take(Path.Combine(Root, "t-wal")));
        Assert.Equal((2, 3), (report.Files, report.Directories));
    }

    [Fact]
    public async Task Only_the_asked_classes_come_back_with_the_parents_that_they_need()
    {
        Source.WithFile("a/b/index", 1000, seed: 1).WithFile("a/b/rows", 1000, seed: 2);
        var spec = NewFull();
        await BackUpAsync(spec, Source.Entries(e => e with { Class = e.Path.EndsWith("index", StringComparison.Ordinal) ? "index" : "rest" }));

        var report = await RestoreAsync(spec, ["index"], ("data", "target"));

        Assert.Equal(1, report.Files);
        Assert.True(File.Exists(Path.Combine(Root, "target/a/b/index")));
        Assert.False(File.Exists(Path.Combine(Root, "target/a/b/rows")));
    }

    [Fact]
    public async Task A_target_that_is_not_empty_is_refused_before_anything_is_written()
    {
        var spec = await BackUpOneFileAsync();
        new SourceTree(Path.Combine(Root, "full")).WithFile("keep", 10, seed: 1);

        var error = await Assert.ThrowsAsync<RestoreTargetException>(() => RestoreAsync(spec, classes: null, ("data", "full")));

        Assert.Contains("'keep'", error.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(Path.Combine(Root, "full")));
    }

    [Theory]
    [InlineData("source/file")]
    [InlineData("link")]
    [InlineData("no/parent")]
    [InlineData("x/../y")]
    public async Task A_target_that_is_no_plain_directory_is_refused(string target)
    {
        var spec = await BackUpOneFileAsync();
        Directory.CreateDirectory(Path.Combine(Root, "real"));
        File.CreateSymbolicLink(Path.Combine(Root, "link"), Path.Combine(Root, "real"));

        await Assert.ThrowsAsync<RestoreTargetException>(() => RestoreAsync(spec, classes: null, ("data", target)));
    }

    [Fact]
    public async Task Targets_inside_each_other_are_refused()
    {
        var spec = await BackUpOneFileAsync();

        await Assert.ThrowsAsync<RestoreTargetException>(() => RestoreAsync(spec, classes: null, ("data", "t"), ("wal", "t/wal")));

        Assert.False(Directory.Exists(Path.Combine(Root, "t")));
    }

    [Fact]
    public async Task A_link_in_the_data_never_leads_a_file_outside()
    {
        var outside = new SourceTree(Path.Combine(Root, "outside")).WithDirectory(".");
        Source.WithFile("file", 100, seed: 1);
        var file = Source.List().Single(e => e.Kind == EntryKind.File);
        var spec = NewFull();
        await BackUpAsync(spec, new[]
        {
            file with { Path = "data/dir", Kind = EntryKind.Symlink, LinkTarget = outside.Root, PhysicalPath = null, Attributes = file.Attributes with { Size = 0 } },
            file with { Path = "data/dir/file" },
        }.ToAsyncEnumerable());

        await Assert.ThrowsAnyAsync<RepositoryException>(() => RestoreAsync(spec, classes: null, ("data", "target")));

        Assert.Empty(Directory.GetFileSystemEntries(outside.Root));
    }

    private async Task<BeginPoint> BackUpOneFileAsync()
    {
        Source.WithFile("file", 1000, seed: 1);
        var spec = NewFull();
        await BackUpAsync(spec, Source.Entries());
        return spec;
    }

    private Task<RestoreReport> RestoreAsync(BeginPoint spec, IReadOnlyList<string>? classes, params (string Root, string Target)[] roots) =>
        Repository.RestoreAsync(
            spec.Point,
            new RestoreRequest
            {
                Roots = roots.Select(r => new RestoreRoot(r.Root, $"{Root}/{r.Target}")).ToList(),
                Classes = classes,
                SetOwners = true,
            },
            progress: null,
            Cancel);
}
