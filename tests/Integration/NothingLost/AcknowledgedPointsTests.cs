using Cairn.Integration.Sites;
using Cairn.TestKit.Processes;

namespace Cairn.Integration.NothingLost;

/// <summary>No point acknowledged before a backup's start is missing after its restore.</summary>
[Collection(FixedAddresses.Name)]
public sealed class AcknowledgedPointsTests : IDisposable
{
    private const int SettleMs = 3000;
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("cluster", "")]
    [InlineData("replica", " REPLICAS 3")]
    public async Task Points_acknowledged_before_a_hot_backup_began_survive_the_loss_of_everything(string kind, string replicas)
    {
        await using var site = await Site.CreateAsync(kind, directory.Path, settleMs: SettleMs);
        site.Database.Environment["OPENGEMINI_DOUBLE"] = "churn=11;churn-rate=25";
        await site.StartDatabaseAsync();
        await site.Client.QueryAsync(site.Files.Host(1), "CREATE DATABASE ld" + replicas, "", CancellationToken.None);
        await using var load = new LoadWriter([site.Files.Host(1), site.Files.Host(2), site.Files.Host(3)], "ld", "m", TimeSpan.FromMilliseconds(10));
        await load.WaitForAsync(500, CancellationToken.None);

        var beforeStart = load.Acknowledged();
        await site.BackupAsync("--full");
        var during = load.Count;
        await site.Database.KillAllAsync();
        await load.StopAsync();
        site.Files.Wipe();
        (await site.RestoreAsync("latest")).Done();
        await site.StartDatabaseAsync();
        var rows = await site.Client.RowsAsync(site.Files.Host(2), "ld", "m", CancellationToken.None);

        Assert.True(during > beforeStart.Count, "the load went on during the backup");
        Assert.Empty(beforeStart.Except(rows));
        Assert.Empty(rows.Except(load.Acknowledged()).Take(load.Refused == 0 ? 10 : 0));
    }

    [Fact]
    public async Task Points_written_after_the_restore_of_a_replicated_database_are_in_every_copy()
    {
        await using var site = await Site.CreateAsync("replica", directory.Path, settleMs: SettleMs);
        await site.StartDatabaseAsync();
        await site.Client.QueryAsync(site.Files.Host(1), "CREATE DATABASE ld REPLICAS 3", "", CancellationToken.None);
        await using var load = new LoadWriter([site.Files.Host(1), site.Files.Host(2)], "ld", "m", TimeSpan.FromMilliseconds(5));
        await load.WaitForAsync(500, CancellationToken.None);
        await site.BackupAsync("--full");
        await load.StopAsync();
        await site.Database.KillAllAsync();
        site.Files.Wipe();
        (await site.RestoreAsync("latest")).Done();
        await site.StartDatabaseAsync();

        Assert.True(await site.Client.WriteAsync(
            site.Files.Host(1), "ld", "after,k=a v=1i 1794300000000000000\nafter,k=b v=2i 1794300000000000001", CancellationToken.None));
        var byMaster = new List<HashSet<string>>();
        for (var dead = 0; dead <= 3; dead++)
        {
            if (dead > 0)
            {
                await site.Database.KillAsync("ts-store", dead);
            }

            byMaster.Add(await ReadAsync(site));
            if (dead > 0)
            {
                await site.StartDatabaseAsync();
            }
        }

        Assert.All(byMaster, rows => Assert.Equal(byMaster[0], rows));
        Assert.Equal(2, byMaster[0].Count);
    }

    [Fact]
    public async Task An_old_follower_s_meta_does_not_win_over_the_restored_one()
    {
        await using var site = await Site.CreateAsync("cluster", directory.Path);
        await site.StartDatabaseAsync();
        await site.Client.QueryAsync(site.Files.Host(1), "CREATE DATABASE ld", "", CancellationToken.None);
        await site.BackupAsync("--full");

        // Every meta's index is now above the captured one's.
        await site.Client.QueryAsync(site.Files.Host(1), "DROP DATABASE ld", "", CancellationToken.None);
        await site.Client.QueryAsync(site.Files.Host(1), "CREATE DATABASE later", "", CancellationToken.None);
        await site.Database.StopAllAsync();
        (await site.RestoreAsync("latest")).Done();
        await site.StartDatabaseAsync();

        Assert.Equal(["iot", "late", "ld", "ops"], await site.DatabasesAsync());
    }

    /// <summary>What the copy that is master now holds.</summary>
    private static async Task<HashSet<string>> ReadAsync(Site site)
    {
        var rows = new HashSet<string>();
        await TestKit.Eventually.HoldsAsync(
            "a master answers",
            async token =>
            {
                rows = await site.Client.RowsAsync(site.Files.Host(1), "ld", "after", token);
                return rows.Count > 0 ? null : "no rows";
            },
            TimeSpan.FromSeconds(20),
            CancellationToken.None);
        return rows;
    }
}
