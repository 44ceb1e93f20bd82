namespace Cairn.Repository.Tests.Opening;

public sealed class OpeningTests : RepositoryTest
{
    [Fact]
    public async Task A_repository_keeps_its_id_and_says_its_format()
    {
        var id = Repository.Id;

        await ReopenAsync();

        Assert.Equal(id, Repository.Id);
        var marker = await File.ReadAllTextAsync(Path.Combine(RepositoryPath, "cairn-repository"), Cancel);
        Assert.Contains("format 1\n", marker, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_holds_something_else_is_refused_and_untouched()
    {
        await Assert.ThrowsAsync<RepositoryPathNotOursException>(() => OpenAsync(Source.WithFile("photo.jpg", 10, seed: 1).Root));

        Assert.Equal(["photo.jpg"], Directory.GetFileSystemEntries(Source.Root).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_directory_is_refused()
    {
        Source.WithFile("file", 10, seed: 1);

        await Assert.ThrowsAsync<RepositoryPathNotOursException>(() => OpenAsync(Source.PathOf("file")));
    }

    [Fact]
    public async Task A_marker_that_someone_else_wrote_is_refused()
    {
        Source.WithFile(RepositoryLayout.MarkerName, "hello\n"u8.ToArray());

        await Assert.ThrowsAsync<RepositoryPathNotOursException>(() => OpenAsync(Source.Root));
    }

    [Fact]
    public async Task A_newer_format_is_refused_by_its_number()
    {
        Source.WithFile(RepositoryLayout.MarkerName, "Cairn repository\nformat 7\nwhatever 7 says\n"u8.ToArray());

        var error = await Assert.ThrowsAsync<UnsupportedFormatException>(() => OpenAsync(Source.Root));

        Assert.Contains("format 7", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_format_is_refused_as_it_said_itself()
    {
        Source.WithFile(RepositoryLayout.MarkerName, "Cairn repository\nformat 0: will not be readable by later versions\n"u8.ToArray());

        var error = await Assert.ThrowsAsync<UnsupportedFormatException>(() => OpenAsync(Source.Root));

        Assert.Contains("format 0; this version reads format 1 only", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_marker_is_called_damaged()
    {
        await Repository.DisposeAsync();
        FlipBit(Path.Combine(RepositoryPath, RepositoryLayout.MarkerName), 40);

        await Assert.ThrowsAsync<RepositoryDamagedException>(() => OpenAsync(RepositoryPath));
    }

    [Fact]
    public async Task A_second_writer_is_refused_and_a_reader_is_not()
    {
        Source.WithFile("file", 1000, seed: 1);
        var spec = NewFull();
        await BackUpAsync(spec, Source.Entries());

        var error = await Assert.ThrowsAsync<RepositoryLockedException>(() => OpenAsync(RepositoryPath));
        await using var reader = await LocalRepository.OpenOrCreateAsync(RepositoryPath, Options with { ReadOnly = true }, Cancel);

        Assert.Equal(RepositoryErrorCode.Locked, error.Code);
        Assert.Equal(spec.Point, Assert.Single(await reader.ListPointsAsync(Cancel)).Point);
        await Assert.ThrowsAsync<RepositoryReadOnlyException>(() => reader.DeletePointAsync(spec.Point, Cancel));
    }

    [Fact]
    public async Task Reading_makes_no_repository()
    {
        var path = Path.Combine(Root, "nowhere");

        await Assert.ThrowsAsync<RepositoryNotFoundException>(
            () => LocalRepository.OpenOrCreateAsync(path, Options with { ReadOnly = true }, Cancel));

        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task What_a_crash_left_while_the_repository_was_made_is_no_obstacle()
    {
        Source.WithFile(RepositoryLayout.LockName, []).WithFile(RepositoryLayout.MarkerName + ".tmp", 3, seed: 1).WithDirectory("lost+found");

        await using var repository = await OpenAsync(Source.Root);

        Assert.Empty(await repository.ListPointsAsync(Cancel));
    }

    [Fact]
    public void A_missing_libzstd_is_named_with_the_way_out()
    {
        var error = Assert.Throws<ZstdUnavailableException>(() => Zstd.EnsureAvailable("libzstd-that-is-not-there.so.9"));

        Assert.Contains("libzstd1", error.WayOut, StringComparison.Ordinal);
    }

    private Task<INodeRepository> OpenAsync(string path) => LocalRepository.OpenOrCreateAsync(path, Options, Cancel);
}
