using Cairn.OpenGauss.Servers;
using Cairn.TestKit;

namespace Cairn.OpenGauss.Restores;

/// <summary>A restore onto the old data directory where files can share blocks: what is right there is not written again, and undo brings the old data back.</summary>
public sealed class SharedBlocksTests : IAsyncLifetime
{
    private const int Scale = 10;
    private const long DiskBytes = 3L << 30;

    private SharingDisk disk = null!;
    private Site site = null!;

    public async Task InitializeAsync()
    {
        disk = await SharingDisk.MakeAsync(DiskBytes);
        site = await Site.StartAsync(Scale, standbys: 0, disk.Path);
    }

    public async Task DisposeAsync()
    {
        await site.DisposeAsync();
        await disk.DisposeAsync();
    }

    [Fact]
    public async Task Only_what_changed_since_the_backup_is_written_and_the_old_data_stay_whole()
    {
        var point = (await site.BackupAsync("--full")).GetProperty("pointId").GetString()!;
        var bytes = long.Parse((await site.PointAsync(point)).GetProperty("nodes")[0].GetProperty("bytes").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        await site.Primary.AskAsync("UPDATE pgbench_accounts SET filler = 'later' WHERE aid % 6100 = 0");
        await site.Primary.AskAsync("TRUNCATE pgbench_history; INSERT INTO marks (said) SELECT 'later' FROM generate_series(1, 30000); CREATE TABLE later AS SELECT 1");
        await site.Primary.StopAsync();
        var before = await DiskUseAsync();

        var restored = (await site.CliAsync("restore", "run", Site.Cluster, point, "--yes")).Done().Last;
        var taken = await DiskUseAsync() - before;

        Assert.Contains(restored.GetProperty("events").EnumerateArray(), said => said.GetProperty("text").GetString()!.Contains("share their blocks", StringComparison.Ordinal));
        Assert.True(taken < bytes / 4, $"{taken} bytes of {bytes} were written");
        await site.Primary.StartAsync();
        await Eventually.HoldsAsync(
            "the restored server has recovered", async _ => await site.Primary.AskAsync("SELECT pg_is_in_recovery()") is "f" ? null : "it recovers", TimeSpan.FromSeconds(60), CancellationToken.None);
        Assert.Equal("20000", await site.Primary.AskAsync("SELECT count(*) FROM marks"));
        Assert.Equal("0", await site.Primary.AskAsync("SELECT count(*) FROM pgbench_accounts WHERE filler = 'later'"));
        await Tool.RunAsync("pg_amcheck", [.. site.Primary.Client, "--all", "--heapallindexed", "--install-missing"]);
        await site.Primary.AskAsync("UPDATE pgbench_accounts SET filler = 'restored'; CHECKPOINT");
        await site.Primary.StopAsync();

        (await site.CliAsync("restore", "undo", Site.Cluster, "--yes")).Done();

        await site.Primary.StartAsync();
        Assert.Equal("50000", await site.Primary.AskAsync("SELECT count(*) FROM marks"));
        Assert.Equal("0", await site.Primary.AskAsync("SELECT count(*) FROM pgbench_accounts WHERE filler = 'restored'"));
        await Tool.RunAsync("pg_amcheck", [.. site.Primary.Client, "--all", "--heapallindexed", "--install-missing"]);
    }

    // What is given back late is given back first.
    private async Task<long> DiskUseAsync()
    {
        await Tool.RunPlainAsync("/bin/sync", "-f", disk.Path);
        return disk.UsedBytes;
    }
}
