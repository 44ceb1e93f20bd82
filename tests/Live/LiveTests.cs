using Cairn.TestKit.Processes;

namespace Cairn.Live;

/// <summary>
/// The main job against a real openGemini: written under load, backed up, killed, lost, restored, and every acknowledged
/// point compared by its row (counts are wrong for a while after a replay). Each test starts a cluster of its own.
/// </summary>
[Collection("fixed addresses")]
public sealed class LiveTests
{
    private const string Database = "ld";
    private const string Measurement = "m";

    [Fact]
    public async Task Points_acknowledged_before_a_hot_backup_come_back_after_everything_was_lost()
    {
        await using var live = await LiveCluster.StartAsync("cluster");
        await live.ExecuteAsync($"CREATE DATABASE {Database}");

        var acknowledged = await BackUpUnderLoadAsync(live);
        live.Wipe();
        await live.RestoreLatestAsync();
        await live.StartDatabaseAsync();

        Assert.Empty(acknowledged.Except(await live.SettledRowsAsync(Database, Measurement)));
    }

    [Fact]
    public async Task An_incremental_made_under_load_is_complete_by_itself()
    {
        await using var live = await LiveCluster.StartAsync("cluster");
        await live.ExecuteAsync($"CREATE DATABASE {Database}");
        await live.CairnAsync("backup", "run", LiveCluster.Name, "--full");

        var acknowledged = await BackUpUnderLoadAsync(live, "--incremental");
        live.Wipe();
        await live.RestoreLatestAsync();
        await live.StartDatabaseAsync();

        Assert.Empty(acknowledged.Except(await live.SettledRowsAsync(Database, Measurement)));
    }

    [Fact]
    public async Task A_cold_backup_of_a_cleanly_stopped_cluster_holds_every_point()
    {
        await using var live = await LiveCluster.StartAsync("cluster");
        await live.ExecuteAsync($"CREATE DATABASE {Database}");
        await using var load = new LoadWriter(LiveCluster.Hosts, Database, Measurement, TimeSpan.FromMilliseconds(5));
        await load.WaitForAsync(2000, CancellationToken.None);
        await load.StopAsync();
        await live.Database.StopAllAsync();
        await live.CairnAsync("backup", "run", LiveCluster.Name, "--full", "--cold");

        live.Wipe();
        await live.RestoreLatestAsync();
        await live.StartDatabaseAsync();

        Assert.Empty(load.Acknowledged().Except(await live.SettledRowsAsync(Database, Measurement)));
    }

    [Fact]
    public async Task A_database_created_after_the_point_is_gone_and_the_restored_one_takes_writes()
    {
        await using var live = await LiveCluster.StartAsync("cluster");
        await live.ExecuteAsync($"CREATE DATABASE {Database}");
        var acknowledged = await BackUpUnderLoadAsync(live);
        await live.StartDatabaseAsync();
        await live.ExecuteAsync($"DROP DATABASE {Database}");
        await live.ExecuteAsync("CREATE DATABASE later");
        await live.Database.StopAllAsync();

        await live.RestoreLatestAsync();
        await live.StartDatabaseAsync();
        var restored = await live.SettledRowsAsync(Database, Measurement);
        Assert.True(await live.Client.WriteAsync(LiveCluster.Hosts[1], Database, "after,k=a v=1i 1794300000000000000", CancellationToken.None));
        using var databases = await live.Client.QueryAsync(LiveCluster.Hosts[2], "SHOW DATABASES", "", CancellationToken.None);

        Assert.Empty(acknowledged.Except(restored));
        Assert.DoesNotContain("later", databases.RootElement.GetRawText(), StringComparison.Ordinal);
        Assert.Single(await live.SettledRowsAsync(Database, "after"));
    }

    [Fact]
    public async Task Every_copy_of_a_replicated_database_holds_what_was_acknowledged_before_the_backup_and_after_the_restore()
    {
        await using var live = await LiveCluster.StartAsync("replica");
        await live.ExecuteAsync($"CREATE DATABASE {Database} REPLICAS 3");

        var acknowledged = await BackUpUnderLoadAsync(live);
        live.Wipe();
        await live.RestoreLatestAsync();
        await live.StartDatabaseAsync();
        var starts = live.RaftStarts();
        var first = await live.SettledRowsAsync(Database, Measurement);
        await using var later = new LoadWriter(LiveCluster.Hosts, Database, "after", TimeSpan.FromMilliseconds(20));
        await later.WaitForAsync(100, CancellationToken.None);
        await later.StopAsync();

        // Before any writer was let in: no copy had committed beyond its own entries.
        Assert.NotEmpty(starts);
        Assert.All(starts, start => Assert.True(start.Commit <= start.Last, start.Where));
        Assert.Empty(acknowledged.Except(first));
        foreach (var node in (int[])[1, 2, 3])
        {
            // The copy that is left becomes the master within seconds; until then questions get errors or nothing.
            await live.KillOtherStoresAsync(node);
            Assert.Empty(acknowledged.Except(await live.SettledRowsAsync(Database, Measurement)));
            Assert.Empty(later.Acknowledged().Except(await live.SettledRowsAsync(Database, "after")));
            await live.StartDatabaseAsync();
        }
    }

    /// <summary>
    /// Writes, backs up while the writes go on, and kills every process of the database.
    /// </summary>
    /// <returns>The points acknowledged before the backup began.</returns>
    private static async Task<HashSet<string>> BackUpUnderLoadAsync(LiveCluster live, params string[] options)
    {
        await using var load = new LoadWriter(LiveCluster.Hosts, Database, Measurement, TimeSpan.FromMilliseconds(5));
        await load.WaitForAsync(2000, CancellationToken.None);
        var acknowledged = load.Acknowledged();

        await live.CairnAsync(["backup", "run", LiveCluster.Name, .. options]);
        Assert.True(load.Count > acknowledged.Count, "the load went on during the backup");
        await live.Database.KillAllAsync();
        await load.StopAsync();
        return acknowledged;
    }
}
