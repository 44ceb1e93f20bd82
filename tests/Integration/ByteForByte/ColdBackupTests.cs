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
        AssertSame(before, site.Files.Images());
    }

    [Fact]
    public async Task What_was_there_before_a_restore_comes_back_with_undo_and_goes_with_discard()
    {
        await using var site = await Site.CreateAsync("cluster", directory.Path);
        var point = (await site.BackupAsync("--full", "--cold")).GetProperty("pointId").GetString()!;
        var saved = site.Files.Images();
        Spoil(site);
        var spoiled = site.Files.Images();

        (await site.RestoreAsync(point)).Done();
        var restored = site.Files.Images();
        (await site.CliAsync("restore", "undo", Site.Cluster, "--yes")).Done();
        var undone = site.Files.Images();
        (await site.RestoreAsync(point)).Done();
        (await site.CliAsync("restore", "discard", Site.Cluster, "--yes")).Done();

        AssertSame(saved, restored);
        AssertSame(spoiled, undone);
        AssertSame(saved, site.Files.Images());
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

        AssertSame(before, site.Files.Images());
    }

    private static void AssertSame(IReadOnlyList<NodeImage> expected, IReadOnlyList<NodeImage> actual) => Assert.All(
        expected.Zip(actual),
        pair =>
        {
            Assert.Empty(pair.First.Data.DifferencesTo(pair.Second.Data));
            Assert.Empty(pair.First.Wal.DifferencesTo(pair.Second.Wal));
            Assert.Empty(pair.First.Meta.DifferencesTo(pair.Second.Meta));
        });

    /// <summary>What an accident does: files overwritten, added, gone, and a directory that was not there.</summary>
    private static void Spoil(Site site)
    {
        var files = Directory.GetFiles(site.Files.Data(1), "*.tssp", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        File.WriteAllLines(files[0], ["overwritten"]);
        File.Delete(files[1]);
        Directory.CreateDirectory(Path.Combine(site.Files.Data(2), "stray", "empty"));
        File.WriteAllLines(Path.Combine(site.Files.Wal(3), "stray.wal"), ["added"]);
        File.WriteAllLines(Path.Combine(site.Files.Meta(1), "raft.db"), ["overwritten"]);
    }
}
