using Cairn.Integration.Sites;
using Cairn.TestKit;
using Cairn.V1;

namespace Cairn.Integration.Crashes;

/// <summary>
/// An agent or the coordinator dies in the middle of a backup: what was committed stays, nothing is left in between, and the
/// next backup works.
/// </summary>
[Collection(FixedAddresses.Name)]
public sealed class KilledDuringBackupTests
{
    private const long BigFile = 192 << 20;

    [Theory]
    [InlineData("node-1")]
    [InlineData(Victim.Coordinator)]
    public Task While_the_metadata_are_captured(string victim) => Victim.CatchAsync(async directory =>
    {
        await using var site = await Site.CreateAsync("cluster", directory);
        await site.StartDatabaseAsync();
        var committed = (await site.BackupAsync("--full")).GetProperty("pointId").GetString()!;
        await site.Client.PostAsync($"http://{site.Files.Host(1)}:8091/double/control?backup-meta-delay-ms=3000", CancellationToken.None);

        var job = await site.BeginAsync("backup", "run", Site.Cluster);
        await site.WatchAsync(job, state => state.Phase == "capture metadata", TimeSpan.FromMinutes(1));
        var killed = await Victim.KillWhenAsync(site, victim, job, "the metadata's capture", () => true);
        await Victim.ReviveAsync(site, victim, killed);

        return await AssertSoundAsync(site, job, killed, committed);
    });

    [Theory]
    [InlineData("node-2")]
    [InlineData(Victim.Coordinator)]
    public Task While_the_files_are_copied(string victim) => Victim.CatchAsync(async directory =>
    {
        await using var site = await Site.CreateAsync("cluster", directory, setup => setup with { MaxPackSize = "16MiB" });
        var committed = (await site.BackupAsync("--full", "--cold")).GetProperty("pointId").GetString()!;
        site.Files.AddBigFile(2, BigFile);
        var packs = Packs(site);

        var job = await site.BeginAsync("backup", "run", Site.Cluster, "--cold");
        var killed = await Victim.KillWhenAsync(site, victim, job, "node 2 has written more than two packs", () => Packs(site) > packs + 2);
        await Victim.ReviveAsync(site, victim, killed);

        return await AssertSoundAsync(site, job, killed, committed);
    });

    [Theory]
    [InlineData("node-2", "manifest")]
    [InlineData(Victim.Coordinator, "commit")]
    public Task While_the_point_is_committed(string victim, string file) => Victim.CatchAsync(async directory =>
    {
        await using var site = await Site.CreateAsync("cluster", directory);
        var committed = (await site.BackupAsync("--full", "--cold")).GetProperty("pointId").GetString()!;
        var before = Files(site, file);

        var job = await site.BeginAsync("backup", "run", Site.Cluster, "--cold");
        var killed = await Victim.KillWhenAsync(site, victim, job, $"node 2 has a new {file}", () => Files(site, file) > before);
        await Victim.ReviveAsync(site, victim, killed);

        return await AssertSoundAsync(site, job, killed, committed);
    });

    private static int Packs(Site site) => Files(site, "pack");

    private static int Files(Site site, string suffix) =>
        Directory.EnumerateFiles(site.Cairn.RepositoryOf("node-2"), $"*.{suffix}", SearchOption.AllDirectories).Count();

    private static async Task<bool> AssertSoundAsync(Site site, string jobId, DateTimeOffset? killed, string committed)
    {
        var job = await site.EndOfAsync(jobId);
        if (killed is null || job.Ended.ToDateTimeOffset() <= killed)
        {
            return false;
        }

        await site.Cairn.WaitForAgentsAsync(CancellationToken.None);
        (await site.CliAsync("backup", "verify", Site.Cluster, committed)).Done();
        if (job.State == JobState.Succeeded)
        {
            await EveryNodeHoldsAsync(site, job.PointId);
            (await site.CliAsync("backup", "verify", Site.Cluster, job.PointId)).Done();
        }
        else
        {
            Assert.Equal([committed], await PointsAsync(site));
        }

        await Eventually.HoldsAsync(
            "nothing of the capture is left",
            _ => Task.FromResult(site.Leftovers().Count == 0 ? null : string.Join('\n', site.Leftovers().Take(10))),
            TimeSpan.FromSeconds(30),
            CancellationToken.None);
        var next = await site.BackupAsync(site.DatabaseRuns ? [] : ["--cold"]);
        (await site.CliAsync("backup", "verify", Site.Cluster, next.GetProperty("pointId").GetString()!)).Done();
        return true;
    }

    private static async Task<IReadOnlyList<string>> PointsAsync(Site site) =>
    [
        .. (await site.CliAsync("backup", "list", Site.Cluster)).Done().Last.GetProperty("points").EnumerateArray()
            .Select(point => point.GetProperty("pointId").GetString()!),
    ];

    private static Task EveryNodeHoldsAsync(Site site, string point) => Eventually.HoldsAsync(
        "every node holds the commit record",
        async _ =>
        {
            var shown = await site.CliAsync("backup", "show", Site.Cluster, point);
            return shown.ExitCode == 0 && shown.Last.GetProperty("heldBy").GetArrayLength() == site.Nodes.Count ? null : shown.ToString();
        },
        TimeSpan.FromSeconds(30),
        CancellationToken.None);
}
