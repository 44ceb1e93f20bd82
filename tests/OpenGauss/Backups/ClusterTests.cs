using System.Globalization;
using Cairn.OpenGauss.Servers;
using Cairn.TestKit;

namespace Cairn.OpenGauss.Backups;

/// <summary>The whole way with a cluster that is written to: full, incremental, restore of the primary, and then every check that the database itself has.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    /// <summary>Of the database whose pages are touched: 75 MB, or what <c>CAIRN_OPENGAUSS_MIB</c> says (1536 for the whole case).</summary>
    private static readonly int Scale = int.Parse(Environment.GetEnvironmentVariable("CAIRN_OPENGAUSS_MIB") ?? "75", CultureInfo.InvariantCulture) / 15;

    private Site site = null!;

    public async Task InitializeAsync() => site = await Site.StartAsync(Scale);

    public Task DisposeAsync() => site.DisposeAsync().AsTask();

    [Fact]
    public async Task A_primary_comes_back_as_it_was_when_its_backup_under_load_ended()
    {
        // Holds no part of what is restored: it replays the original's log over a base of its own to the same position.
        var witness = await Server.CopyAsync(site.Primary, Path.Combine(site.Directory, "witness"), follows: false);
        string point;
        await using (site.StartLoad())
        {
            var full = await site.PointAsync((await site.BackupAsync("--full", "--label", "nightly")).GetProperty("pointId").GetString()!);
            Assert.Equal(["node-1"], Nodes(full));
            Assert.Empty(full.GetProperty("caveats").EnumerateArray());

            // One row of every hundredth page.
            await site.Primary.AskAsync("UPDATE pgbench_accounts SET filler = 'touched' WHERE aid % 6100 = 0");

            point = (await site.BackupAsync("--incremental", "--checkpoint", "spread")).GetProperty("pointId").GetString()!;
            var incremental = await site.PointAsync(point);

            Assert.Equal(["node-1"], Nodes(incremental));
            Assert.True(Sum(incremental, "storedBytes") < Sum(incremental, "bytes") / 4, incremental.ToString());
            await site.Primary.AskAsync("INSERT INTO marks (said) VALUES ('after the backup')");
        }

        var refused = (await site.CliAsync("restore", "run", Site.Cluster, point, "--yes")).Failure;
        Assert.Equal("INSTANCE_RUNNING", refused.Code);

        (await site.CliAsync("restore", "run", Site.Cluster, point, "--yes", "--stop", "--start")).Done();

        var switched = await SwitchPositionAsync();
        await LetWitnessReplayAsync(witness, switched);
        var expected = await witness.DumpAsync();
        Assert.Equal(expected, await site.Primary.DumpAsync());
        await Tool.RunAsync("pg_amcheck", [.. site.Primary.Client, "--all", "--heapallindexed", "--install-missing"]);
        Assert.Equal("0", await site.Primary.AskAsync("SELECT count(*) FROM scratch"));
        Assert.Equal("0", await site.Primary.AskAsync("SELECT count(*) FROM marks WHERE said = 'after the backup'"));
        Assert.Equal("20000", await site.Primary.AskAsync("SELECT count(*) FROM marks"));
        Assert.Equal(site.Primary.Space, await site.Primary.AskAsync("SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'elsewhere'"));
        await Tool.RunAsync("pgbench", [.. site.Primary.Client, "-n", "-c", "2", "-t", "50", "bank"]);
        Assert.Equal("t", await site.Primary.AskAsync("SELECT (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(bbalance) FROM pgbench_branches)"));
        Assert.DoesNotContain("PANIC", await File.ReadAllTextAsync(site.Primary.LogFile), StringComparison.Ordinal);
        await witness.DisposeAsync();
    }

    [Fact]
    public async Task A_standby_can_be_read_and_a_tablespace_can_go_elsewhere()
    {
        var job = await site.BackupAsync("--full", "--from", "standby");
        var point = job.GetProperty("pointId").GetString()!;
        var node = Assert.Single(Nodes(await site.PointAsync(point)))!;
        var standby = site.Servers[int.Parse(node[^1..], CultureInfo.InvariantCulture) - 1];
        var moved = Path.Combine(standby.Directory, "moved=here");

        var restored = await site.CliAsync(
            "restore", "run", Site.Cluster, point, "--yes", "--stop", "--start", "--tablespace-mapping", $"{standby.Space}={moved.Replace("=", "\\=", StringComparison.Ordinal)}",
            "--parameter", "set=work_mem=5MB");
        Assert.True(restored.ExitCode == 0, $"{await File.ReadAllTextAsync(standby.LogFile)}\n{restored}");

        Assert.Equal("f", await standby.AskAsync("SELECT pg_is_in_recovery()"));
        Assert.Equal(moved, await standby.AskAsync("SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'elsewhere'"));
        Assert.Equal("20000", await standby.AskAsync("SELECT count(*) FROM marks"));
        Assert.Equal("5MB", await standby.AskAsync("SHOW work_mem"));
        await Tool.RunAsync("pg_amcheck", [.. standby.Client, "--all", "--heapallindexed", "--install-missing"]);
    }

    // Where the restored server left the original's history, by the file that it wrote about that itself.
    private async Task<string> SwitchPositionAsync()
    {
        var history = await File.ReadAllTextAsync(Path.Combine(site.Primary.Data, "pg_wal", "00000002.history"));
        return history.Split('\t')[1];
    }

    private async Task LetWitnessReplayAsync(Server witness, string position)
    {
        var old = Assert.Single(Directory.GetDirectories(Path.Combine(site.Primary.Directory, ".cairn", "restore"), "pg_wal", SearchOption.AllDirectories));
        await File.AppendAllLinesAsync(
            Path.Combine(witness.Data, "postgresql.conf"),
            [
                $"restore_command = 'cp {old}/%f %p'",
                $"recovery_target_lsn = '{position}'",
                "recovery_target_inclusive = off",
                "recovery_target_timeline = 'current'",
                "recovery_target_action = 'pause'",
            ]);
        await File.AppendAllLinesAsync(Path.Combine(witness.Data, "recovery.signal"), []);
        await witness.StartAsync();
        await Eventually.HoldsAsync(
            "the witness has replayed to the position",
            async _ => await witness.AskAsync("SELECT pg_get_wal_replay_pause_state()") is "paused" ? null : await witness.AskAsync("SELECT pg_last_wal_replay_lsn()"),
            TimeSpan.FromSeconds(60),
            CancellationToken.None);
    }

    private static IEnumerable<string?> Nodes(System.Text.Json.JsonElement summary) =>
        summary.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("node").GetString());

    private static long Sum(System.Text.Json.JsonElement summary, string of) =>
        summary.GetProperty("nodes").EnumerateArray().Sum(node => long.Parse(node.GetProperty(of).GetString()!, CultureInfo.InvariantCulture));
}
