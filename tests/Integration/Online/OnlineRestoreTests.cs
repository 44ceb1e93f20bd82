using Cairn.Integration.Sites;
using Cairn.TestKit.Processes;
using Cairn.V1;

namespace Cairn.Integration.Online;

/// <summary>A database is dropped and comes back into the cluster that runs, whole or not at all.</summary>
[Collection(FixedAddresses.Name)]
public sealed class OnlineRestoreTests : IDisposable
{
    private const string Database = "lost";
    private const int Points = 300;
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_dropped_database_comes_back_while_another_keeps_serving_writes()
    {
        await using var site = await Site.CreateAsync("cluster", directory.Path);
        await site.StartDatabaseAsync();
        var rows = await site.FillAsync(Database, Points);
        await site.QueryAsync("CREATE DATABASE live");
        await using var load = new LoadWriter([site.Files.Host(1), site.Files.Host(3)], "live", "m", TimeSpan.FromMilliseconds(10));
        await load.WaitForAsync(100, CancellationToken.None);

        await site.BackupAsync("--full", "--objects", "lo?t");
        var point = await site.PointAsync("latest");
        await site.QueryAsync($"DROP DATABASE {Database}");
        var restored = await site.RestoreOnlineAsync("--objects", Database);
        var back = await site.Client.RowsAsync(site.Files.Host(2), Database, "m", CancellationToken.None);
        var during = load.Count;
        await load.WaitForAsync(during + 50, CancellationToken.None);
        await load.StopAsync();
        var accepted = await site.Client.WriteAsync(site.Files.Host(1), Database, "after,k=a v=1i 1794300000000000000", CancellationToken.None);
        var leftovers = site.Leftovers();
        await site.Database.StopAllAsync();
        await site.StartDatabaseAsync();
        var afterRestart = await site.Client.RowsAsync(site.Files.Host(1), Database, "m", CancellationToken.None);
        var live = await site.Client.RowsAsync(site.Files.Host(1), "live", "m", CancellationToken.None);

        Assert.True(restored.ExitCode == 0, $"{restored}\n{site.Output()}");
        Assert.Equal([Database], point.GetProperty("objects").EnumerateArray().Select(name => name.GetString()));
        Assert.StartsWith("of the selected databases alone", point.GetProperty("consistency").GetString(), StringComparison.Ordinal);
        Assert.Equal(rows, back);
        Assert.True(accepted);
        Assert.Equal(rows, afterRestart);
        Assert.Equal(0, load.Refused);
        Assert.Empty(load.Acknowledged().Except(live));
        Assert.Empty(leftovers);
    }

    [Fact]
    public async Task A_point_of_some_databases_holds_their_files_and_the_catalogue_on_every_node()
    {
        await using var site = await Site.CreateAsync("cluster", directory.Path);
        await site.StartDatabaseAsync();

        await site.BackupAsync("--objects", "iot,op*");
        var again = await site.BackupAsync("--objects", "iot", "--objects", "ops");
        var files = (await site.CliAsync("backup", "files", Site.Cluster, "latest")).Done().Documents
            .Select(line => line.GetProperty("entry")).Where(entry => entry.GetProperty("kind").GetString() == "file")
            .Select(entry => entry.GetProperty("path").GetString()!).ToList();
        var point = await site.PointAsync("latest");
        var text = await site.Cairn.CliTextAsync(["backup", "show", Site.Cluster, "latest"], CancellationToken.None);

        Assert.Contains(files, path => path.Contains("/data/iot/", StringComparison.Ordinal));
        Assert.Contains(files, path => path.Contains("/data/ops/", StringComparison.Ordinal));
        Assert.All(files, path => Assert.Matches("/(data|wal)/(iot|ops)/|/meta/meta_info.json$", path));
        Assert.Equal(3, files.Count(path => path.EndsWith("meta_info.json", StringComparison.Ordinal)));
        Assert.Equal("BACKUP_KIND_INCREMENTAL", point.GetProperty("kind").GetString());
        Assert.Equal(again.GetProperty("pointId").GetString(), point.GetProperty("pointId").GetString());
        Assert.Contains("iot, ops only", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_dies_after_it_has_told_the_database_only_looks_what_came_of_it()
    {
        await using var site = await Site.CreateAsync("cluster", directory.Path);
        await site.StartDatabaseAsync();
        var rows = await site.FillAsync(Database, Points);
        await site.BackupAsync("--objects", Database);
        var teller = (await site.PointAsync("latest")).GetProperty("nodes").EnumerateArray()
            .Single(node => node.GetProperty("hasMetadata").GetBoolean()).GetProperty("node").GetString()!;
        var versions = await site.PartitionVersionsAsync(Database);
        await site.QueryAsync($"DROP DATABASE {Database}");
        await site.ControlAsync(8091, "recover-meta-delay-ms=3000");

        var job = await site.BeginAsync(["restore", "run", Site.Cluster, "latest", "--online", "--yes", .. await site.AcceptedAsync("latest")]);
        var journal = Path.Combine(site.Cairn.StateOf(teller), "journal", "restores", $"{job}.json");
        await TestKit.Eventually.HoldsAsync(
            "the agent is about to tell the database",
            _ => Task.FromResult(File.Exists(journal) && File.ReadAllText(journal).Contains("\"adoptionOrdered\":\"", StringComparison.Ordinal) ? null : "not yet"),
            TimeSpan.FromSeconds(60),
            CancellationToken.None);
        await site.Cairn.KillAgentAsync(teller);
        await site.Cairn.StartAgentAsync(teller, CancellationToken.None);
        var end = await site.EndOfAsync(job);

        // The order itself may have been lost with the agent. Then nobody gives it again, and the files are the operator's to take out.
        Assert.True(end.State == JobState.Succeeded || end.Error.Code == "ADOPTION_UNCLEAR", $"{end}\n{site.Output()}");
        if (end.State == JobState.Succeeded)
        {
            Assert.Equal(versions.Select(version => version + 2), await site.PartitionVersionsAsync(Database));
            Assert.Equal(rows, await site.Client.RowsAsync(site.Files.Host(1), Database, "m", CancellationToken.None));
        }
        else
        {
            Assert.DoesNotContain(Database, await site.DatabasesAsync());
            Assert.True((await site.CliAsync("restore", "undo", Site.Cluster, "--yes")).ExitCode == 0, site.Output());
        }
    }

    [Fact]
    public async Task A_coordinator_that_dies_while_the_database_is_told_finds_it_told_once()
    {
        await using var site = await Site.CreateAsync("cluster", directory.Path);
        await site.StartDatabaseAsync();
        var rows = await site.FillAsync(Database, Points);
        await site.BackupAsync("--objects", Database);
        var versions = await site.PartitionVersionsAsync(Database);
        await site.QueryAsync($"DROP DATABASE {Database}");
        await site.ControlAsync(8091, "recover-meta-delay-ms=4000");

        var job = await site.BeginAsync(["restore", "run", Site.Cluster, "latest", "--online", "--yes", .. await site.AcceptedAsync("latest")]);
        await site.WatchAsync(job, state => state.Phase == "adopt", TimeSpan.FromSeconds(60));
        await site.Cairn.KillCoordinatorAsync();
        await site.Cairn.StartCoordinatorAsync(CancellationToken.None);
        var end = await site.EndOfAsync(job);

        Assert.True(end.State == JobState.Succeeded, $"{end}\n{site.Output()}");
        Assert.Equal(versions.Select(version => version + 2), await site.PartitionVersionsAsync(Database));
        Assert.Equal(rows, await site.Client.RowsAsync(site.Files.Host(1), Database, "m", CancellationToken.None));
        Assert.Empty(site.Leftovers());
    }
}
