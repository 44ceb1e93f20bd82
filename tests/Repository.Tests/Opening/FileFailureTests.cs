namespace Cairn.Repository.Tests.Opening;

public sealed class FileFailureTests : RepositoryTest
{
    [Fact]
    public void A_full_disk_has_an_error_of_its_own()
    {
        using var full = UnixFile.OpenOrCreate("/dev/full", mode: 0);

        var error = Assert.Throws<RepositoryFullException>(() => UnixFile.Write(full, "data"u8, offset: 0, "/dev/full"));

        Assert.Equal((RepositoryErrorCode.NoSpace, "/dev/full"), (error.Code, error.Subject));
    }

    [Fact]
    public void What_was_not_published_leaves_nothing()
    {
        var path = Path.Combine(Root, "file");

        using (var file = DurableFile.Create(path))
        {
            file.Append("half of it"u8);
        }

        Assert.Empty(Directory.GetFiles(Root));
    }

    [Fact]
    public void Publishing_replaces_what_a_crash_left_under_the_temporary_name()
    {
        var path = Path.Combine(Root, "file");
        new SourceTree(Root).WithFile("file.tmp", 1000, seed: 1);

        DurableFile.Write(path, "whole"u8);

        Assert.Equal("whole", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(Root));
    }
}
