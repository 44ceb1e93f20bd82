using Cairn.Integration.Sites;

namespace Cairn.Integration.NativeBackups;

/// <summary>The database's own backup, ordered by a job: believed only as far as its files show, and then a point like any other.</summary>
[Collection(FixedAddresses.Name)]
public sealed class NativeBackupTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_cluster_backs_itself_up_on_request_and_its_files_come_back()
    {
        await using var site = await Site.CreateAsync("cluster", directory.Path);
        await site.StartDatabaseAsync();
        var before = site.Files.ImagesWhileRunning();

        await site.BackupAsync("--full", "--method", "native");
        await site.Database.KillAllAsync();
        site.Files.Wipe();
        (await site.RestoreAsync("latest")).Done();

        for (var node = 1; node <= site.Files.Nodes; node++)
        {
            Assert.Equal(before[node - 1].Data.Contents.Where(IsData), site.Files.Image(node).Data.Contents.Where(IsData));
        }

        Assert.Contains("native backup", (await site.PointAsync("latest")).GetProperty("consistency").GetString()!, StringComparison.Ordinal);
        await site.StartDatabaseAsync();
        Assert.Equal(["iot", "late", "ops"], await site.DatabasesAsync());
    }

    [Fact]
    public async Task A_store_that_reports_success_and_leaves_a_shard_out_makes_no_point()
    {
        await using var site = await Site.CreateAsync("single", directory.Path);
        site.Database.Environment["OPENGEMINI_DOUBLE"] = "native=lost-shard";
        await site.StartDatabaseAsync();

        var job = await site.CliAsync("backup", "run", Site.Cluster, "--full", "--method", "native");
        var cold = await site.CliAsync("backup", "run", Site.Cluster, "--method", "native", "--cold");

        Assert.Equal(3, job.ExitCode);
        Assert.Contains("which has nothing of it", job.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, cold.ExitCode);
        Assert.Equal(0, (await site.CliAsync("backup", "list", Site.Cluster)).Done().Last.GetProperty("points").GetArrayLength());
    }

    private static bool IsData(KeyValuePair<string, string> file) =>
        file.Key.EndsWith(".tssp", StringComparison.Ordinal) || file.Key.Contains("/index/", StringComparison.Ordinal);
}
