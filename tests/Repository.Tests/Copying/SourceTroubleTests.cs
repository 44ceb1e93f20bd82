namespace Cairn.Repository.Tests.Copying;

public sealed class SourceTroubleTests : RepositoryTest
{
    [Fact]
    public async Task A_captured_file_that_vanished_stops_the_copy_and_is_named()
    {
        Source.WithFile("file", 1000, seed: 1);

        var error = await Assert.ThrowsAsync<SourceException>(
            () => WriteAsync(Source.Entries(e => e with { PhysicalPath = e.PhysicalPath + ".gone" })));

        Assert.Equal(RepositoryErrorCode.Source, error.Code);
        Assert.Equal("data/file", error.Subject);
        Assert.Contains("vanished", error.Message, StringComparison.Ordinal);
        Assert.Empty(await Repository.ListPointsAsync(Cancel));
    }

    [Fact]
    public async Task A_live_file_that_vanished_is_left_out_and_counted()
    {
        Source.WithFile("file", 1000, seed: 1);

        var copied = await WriteAsync(Source.Entries(e => e with { PhysicalPath = e.PhysicalPath + ".gone", MayVanish = true }));

        Assert.Equal((0, 1), (copied.Files, copied.VanishedFiles));
    }

    [Theory]
    [InlineData(999)]
    [InlineData(1001)]
    public async Task A_captured_file_of_another_size_than_listed_stops_the_copy(long listed)
    {
        Source.WithFile("file", 1000, seed: 1);

        var error = await Assert.ThrowsAsync<SourceException>(() => WriteAsync(Source.Entries(
            e => e.Kind == EntryKind.File ? e with { Attributes = e.Attributes with { Size = listed } } : e)));

        Assert.Contains("1000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_live_file_that_grew_the_listed_length_is_kept()
    {
        Source.WithFile("file", 1000, seed: 1);
        var spec = NewFull();

        var copied = await BackUpAsync(spec, Source.Entries(
            e => e.Kind == EntryKind.File ? e with { Attributes = e.Attributes with { Size = 400 }, MayVanish = true } : e));

        Assert.Equal((400, 1), (copied.Bytes, copied.GrownFiles));
        Assert.Equal(Bytes.Random(1000, seed: 1)[..400], await File.ReadAllBytesAsync(Path.Combine(await RestoreAsync(spec.Point), "file"), Cancel));
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_read_stops_the_copy()
    {
        Source.WithFile("file", 1000, seed: 1);
        using var file = SourceFile.TryOpen(Source.List().Single(e => e.Kind == EntryKind.File))!;
        file.Read(new byte[1000], offset: 0);
        await File.AppendAllTextAsync(Source.PathOf("file"), "more", Cancel);

        Assert.Contains("changed while it was read", file.FindChange(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_symbolic_link_or_a_directory_in_a_file_s_place_is_not_read()
    {
        Source.WithFile("file", 1000, seed: 1).WithLink("link", "file");

        var link = await Assert.ThrowsAsync<SourceException>(() => WriteAsync(Source.Entries(
            e => e.Kind == EntryKind.File ? e with { PhysicalPath = Source.PathOf("link") } : e)));
        var directory = await Assert.ThrowsAsync<SourceException>(() => WriteAsync(Source.Entries(
            e => e.Kind == EntryKind.File ? e with { PhysicalPath = Source.Root } : e)));

        Assert.Equal("data/file", link.Subject);
        Assert.Contains("no regular file", directory.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("data/../x")]
    [InlineData("data//x")]
    [InlineData("data/.")]
    [InlineData("")]
    [InlineData("data/a\0b")]
    public async Task A_path_that_could_lead_astray_is_refused(string path)
    {
        Source.WithFile("file", 1000, seed: 1);

        await Assert.ThrowsAsync<InvalidEntryException>(
            () => WriteAsync(Source.Entries(e => e.Kind == EntryKind.File ? e with { Path = path } : e)));
    }

    [Fact]
    public async Task A_path_that_stands_for_no_bytes_is_refused()
    {
        Source.WithFile("file", 1000, seed: 1);

        await Assert.ThrowsAsync<InvalidEntryException>(
            () => WriteAsync(Source.Entries(e => e.Kind == EntryKind.File ? e with { Path = "data/\ud800" } : e)));
    }

    [Fact]
    public async Task A_path_that_comes_twice_is_refused()
    {
        Source.WithFile("one", 1000, seed: 1).WithFile("two", 1000, seed: 1);

        await Assert.ThrowsAsync<InvalidEntryException>(
            () => WriteAsync(Source.Entries(e => e.Kind == EntryKind.File ? e with { Path = "data/same" } : e)));
    }

    [Fact]
    public async Task Where_trouble_is_allowed_the_copy_goes_on_and_the_point_lists_it()
    {
        Source.WithFile("gone", 1000, seed: 1).WithFile("good", 1000, seed: 2).WithFile("is-a-directory", 1000, seed: 3);
        var spec = NewFull() with { AllowSourceTrouble = true };

        var copied = await BackUpAsync(spec, Source.Entries(e => e.Path switch
        {
            "data/gone" => e with { PhysicalPath = e.PhysicalPath + ".gone" },
            "data/is-a-directory" => e with { PhysicalPath = Source.Root },
            _ => e,
        }));

        Assert.Equal((1, 1, 1), (copied.Files, copied.VanishedFiles, copied.NotBackedUp));
        using var manifest = ManifestFile.TryOpen(new RepositoryLayout(RepositoryPath).Chain(spec.Chain), spec.Point)!;
        Assert.Equal(
            [("data/gone", SourceTrouble.Vanished), ("data/is-a-directory", SourceTrouble.NotBackedUp)],
            manifest.ReadNotes().Select(n => (n.Path, n.Trouble)));
        Assert.Equal(["good"], Directory.GetFiles(await RestoreAsync(spec.Point)).Select(Path.GetFileName));
    }

    private async Task<PreparedPoint> WriteAsync(IAsyncEnumerable<SourceEntry> entries)
    {
        await using var writer = await Repository.BeginPointAsync(NewFull(), Cancel);
        return await writer.WriteAsync(entries, progress: null, Cancel);
    }
}
