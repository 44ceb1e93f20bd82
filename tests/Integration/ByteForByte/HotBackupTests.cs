using Cairn.Integration.Sites;
using Cairn.TestKit.Trees;

namespace Cairn.Integration.ByteForByte;

/// <summary>The promise in one sentence: data and WAL of every node come back byte for byte, and META of the leader as captured.</summary>
[Collection(FixedAddresses.Name)]
public sealed class HotBackupTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("single")]
    [InlineData("cluster")]
    [InlineData("replica")]
    public async Task A_running_database_is_backed_up_lost_and_restored_byte_for_byte(string kind)
    {
        await using var site = await Site.CreateAsync(kind, directory.Path);
        var captured = directory.Below("meta-as-captured");
        site.Database.Environment["OPENGEMINI_DOUBLE"] = $"backup-meta-copy={captured}";
        await site.StartDatabaseAsync();
        var before = site.Files.ImagesWhileRunning();

        await site.BackupAsync("--full");
        await site.Database.KillAllAsync();
        site.Files.Wipe();
        var restored = await site.RestoreAsync("latest");

        Assert.True(restored.ExitCode == 0, $"{restored}\n{site.Output()}");
        for (var node = 1; node <= site.Files.Nodes; node++)
        {
            var now = site.Files.Image(node);
            Assert.Empty(before[node - 1].Data.DifferencesTo(now.Data));
            Assert.Empty(before[node - 1].Wal.DifferencesTo(now.Wal));
            if (node > 1)
            {
                Assert.Empty(now.Meta.Entries);
            }
        }

        var meta = TreeImage.Of(captured).Contents.Where(file => file.Key != "meta_info.json");
        Assert.Equal(meta, site.Files.Image(1).Meta.Contents);
    }

    [Fact]
    public async Task A_restored_cluster_starts_with_the_catalogue_of_the_point()
    {
        await using var site = await Site.CreateAsync("cluster", directory.Path);
        await site.StartDatabaseAsync();
        await site.BackupAsync("--full");
        await site.Client.QueryAsync(site.Files.Host(1), "CREATE DATABASE later", "", CancellationToken.None);
        await site.Database.KillAllAsync();
        (await site.RestoreAsync("latest")).Done();

        await site.StartDatabaseAsync();

        Assert.Equal(["iot", "late", "ops"], await site.DatabasesAsync());
    }

    [Fact]
    public async Task An_incremental_stores_only_what_changed_and_both_points_come_back()
    {
        await using var site = await Site.CreateAsync("cluster", directory.Path);
        await site.StartDatabaseAsync();
        var old = site.Files.ImagesWhileRunning();
        var first = (await site.BackupAsync("--full")).GetProperty("pointId").GetString()!;
        await site.Client.QueryAsync(site.Files.Host(1), "CREATE DATABASE ld", "", CancellationToken.None);
        var lines = string.Join('\n', Enumerable.Range(0, 60).Select(at => $"m,k=k{at} v={at}i 17943000000000000{at:00}"));
        Assert.True(await site.Client.WriteAsync(site.Files.Host(1), "ld", lines, CancellationToken.None));
        await site.Client.PostAsync($"http://{site.Files.Host(1)}:8086/debug/ctrl?mod=flush", CancellationToken.None);
        var changed = site.Files.ImagesWhileRunning();

        var second = (await site.BackupAsync()).GetProperty("pointId").GetString()!;
        var summary = await site.PointAsync(second);
        await site.Database.KillAllAsync();
        site.Files.Wipe();
        (await site.RestoreAsync(second)).Done();
        var newest = site.Files.Images();
        (await site.CliAsync("restore", "discard", Site.Cluster, "--yes")).Done();
        (await site.RestoreAsync(first)).Done();
        var oldest = site.Files.Images();

        Assert.Equal("BACKUP_KIND_INCREMENTAL", summary.GetProperty("kind").GetString());
        Assert.All(summary.GetProperty("nodes").EnumerateArray(), node => Assert.NotEqual("0", node.GetProperty("carriedBytes").GetString()));
        Assert.All(changed.Zip(newest), pair => Assert.Empty(pair.First.Data.DifferencesTo(pair.Second.Data)));
        Assert.All(changed.Zip(newest), pair => Assert.Empty(pair.First.Wal.DifferencesTo(pair.Second.Wal)));
        Assert.All(old.Zip(oldest), pair => Assert.Empty(pair.First.Data.DifferencesTo(pair.Second.Data)));
        Assert.All(old.Zip(oldest), pair => Assert.Empty(pair.First.Wal.DifferencesTo(pair.Second.Wal)));
    }
}
