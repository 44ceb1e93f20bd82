using Cairn.Integration.Sites;

namespace Cairn.Integration.ByteForByte;

/// <summary>Stopped databases: everything is taken as it lies there, every node's META included.</summary>
[Collection(FixedAddresses.Name)]
public sealed class ColdBackupTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("single")]
    [InlineData("cluster")]
    [InlineData("replica")]
    public async Task A_stopped_database_is_backed_up_lost_and_restored_byte_for_byte(string kind)
    {
        await using var site = await Site.CreateAsync(kind, directory.Path);
        var before = site.Files.Images();

        await site.BackupAsync("--full", "--cold");
        site.Files.Wipe();
        var restored = await site.RestoreAsync("latest");

        Assert.True(restored.ExitCode == 0, $"{restored}\n{site.Output()}");
        NodeImage.AssertSame(before, site.Files.Images());
    }

    [Fact]
    public async Task What_was_there_before_a_restore_comes_back_with_undo_and_goes_with_discard()
    {
        await using var site = await Site.CreateAsync("cluster", directory.Path);
        var point = (await site.BackupAsync("--full", "--cold")).GetProperty("pointId").GetString()!;
        var saved = site.Files.Images();
        site.Files.Spoil();
        var spoiled = site.Files.Images();

        (await site.RestoreAsync(point)).Done();
        var restored = site.Files.Images();
        (await site.CliAsync("restore", "undo", Site.Cluster, "--yes")).Done();
        var undone = site.Files.Images();
        (await site.CliAsync("restore", "discard", Site.Cluster, "--yes")).Done();
        var leftByUndo = site.Leftovers();
        (await site.RestoreAsync(point)).Done();
        (await site.CliAsync("restore", "discard", Site.Cluster, "--yes")).Done();

        NodeImage.AssertSame(saved, restored);
        NodeImage.AssertSame(spoiled, undone);
        NodeImage.AssertSame(saved, site.Files.Images());
        Assert.Empty(leftByUndo);
        Assert.Empty(site.Leftovers());
    }

    [Fact]
    public async Task A_log_that_the_point_does_not_have_is_moved_aside_all_the_same()
    {
        await using var site = await Site.CreateAsync("cluster", directory.Path);
        await site.BackupAsync("--full", "--cold");
        var before = site.Files.Images();
        var log = Directory.EnumerateDirectories(site.Files.Wal(2), "0", SearchOption.AllDirectories)
            .First(path => path.Contains("autogen", StringComparison.Ordinal));
        await File.WriteAllLinesAsync(Path.Combine(log, "9.wal"), ["would be replayed into the restored data"]);

        (await site.RestoreAsync("latest")).Done();

        NodeImage.AssertSame(before, site.Files.Images());
    }
}
