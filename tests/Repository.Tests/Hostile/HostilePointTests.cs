namespace Cairn.Repository.Tests.Hostile;

/// <summary>A manifest whose checksums all fit and whose entries lead elsewhere is refused, and nothing outside of the target is touched.</summary>
public sealed class HostilePointTests : RepositoryTest
{
    private string Outside => Path.Combine(Root, "outside");

    [Theory]
    [InlineData("a path that climbs")]
    [InlineData("an absolute path")]
    [InlineData("a path that comes twice")]
    [InlineData("a link and a file of the same name")]
    public async Task Entries_that_no_reader_may_take_are_found_by_verify_and_refused_by_all_that_reads(string what)
    {
        var spec = await CommitAsync(what);

        Assert.False((await Repository.VerifyAsync(spec.Point, VerifyLevel.Presence, progress: null, Cancel)).IsSound);
        await AssertRefusedAsync(spec);
        await Assert.ThrowsAnyAsync<RepositoryException>(() => Repository.ExportTarAsync(spec.Point, new ExportRequest(), Stream.Null, Cancel));
        await Assert.ThrowsAnyAsync<RepositoryException>(async () => await Repository.ReadEntriesAsync(spec.Point, Cancel).CountAsync(Cancel));
    }

    [Theory]
    [InlineData("a path below a file")]
    [InlineData("a path below a link")]
    public async Task Entries_that_cannot_stand_together_are_refused_by_a_restore(string what)
    {
        var spec = await CommitAsync(what);

        await AssertRefusedAsync(spec);
    }

    private async Task AssertRefusedAsync(BeginPoint spec)
    {
        await Assert.ThrowsAnyAsync<RepositoryException>(() => RestoreAsync(spec.Point));
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(Outside).Select(Path.GetFileName));
        Assert.False(File.Exists(Path.Combine(Root, "escaped")));
    }

    private async Task<BeginPoint> CommitAsync(string what)
    {
        new SourceTree(Outside).WithFile("secret", 10, seed: 1);
        Source.WithFile("a", 10, seed: 1);
        var spec = NewFull();
        await using (var writer = await Repository.BeginPointAsync(spec, Cancel))
        {
            await writer.WriteAsync(Source.Entries(), progress: null, Cancel);
            await writer.PrepareAsync(new PointProperties("{}"), Cancel);
        }

        HostilePoint.Replace(new RepositoryLayout(RepositoryPath).Chain(spec.Chain), spec.Point, EntriesOf(what));
        await CommitAsync(spec);
        return spec;
    }

    private ManifestEntry[] EntriesOf(string what) => what switch
    {
        "a path that climbs" => [Empty("data/../../escaped")],
        "an absolute path" => [Empty($"{Root}/escaped")],
        "a path that comes twice" => [Empty("data/a"), Empty("data/b"), Empty("data/a")],
        "a link and a file of the same name" => [Link("data/a"), Empty("data/a")],
        "a path below a file" => [Empty("data/a"), Empty("data/a/escaped")],
        "a path below a link" => [Link("data/l"), Empty("data/l/escaped")],
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such entries"),
    };

    private ManifestEntry Link(string path) => Empty(path) with { Kind = EntryKind.Symlink, LinkTarget = Outside };

    private static ManifestEntry Empty(string path) => new()
    {
        Path = path,
        Kind = EntryKind.File,
        Attributes = new UnixAttributes(0x1A4, 0, 0, 0, 0),
        Class = "data",
        Immutable = false,
        Sparse = false,
    };
}
