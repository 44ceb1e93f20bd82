using Cairn.Integration.Sites;
using Cairn.TestKit;
using Cairn.V1;

namespace Cairn.Integration.Crashes;

/// <summary>
/// An agent or the coordinator dies in the middle of a restore or an undo: the cluster ends all old or all new, no directory stays
/// in between, no committed point is lost, and the next backup works.
/// </summary>
[Collection(FixedAddresses.Name)]
public sealed class KilledDuringRestoreTests
{
    private const long BigFile = 192 << 20;

    [Theory]
    [InlineData("node-2")]
    [InlineData(Victim.Coordinator)]
    public Task While_the_parts_are_staged(string victim) => Victim.CatchAsync(async directory =>
    {
        await using var site = await Site.CreateAsync("cluster", directory);
        site.Files.AddBigFile(2, BigFile);
        var (point, fresh, old) = await PrepareAsync(site);

        var job = await BeginRestoreAsync(site, point);
        var killed = await Victim.KillWhenAsync(site, victim, job, "node 2 stages the big file", () => Staged(site) > 1 << 20);
        await Victim.ReviveAsync(site, victim, killed);

        return await AssertAllOldOrAllNewAsync(site, job, killed, old, fresh, point);
    });

    [Theory]
    [InlineData("node-2")]
    [InlineData(Victim.Coordinator)]
    public Task While_the_directories_are_exchanged(string victim) => Victim.CatchAsync(async directory =>
    {
        await using var site = await Site.CreateAsync("cluster", directory);
        var (point, fresh, old) = await PrepareAsync(site);

        using var guard = new GuardWatch(site.Files, node: 2);
        var job = await BeginRestoreAsync(site, point);
        var killed = await Victim.KillWhenAsync(site, victim, job, "a guard takes the place of node 2's data", () => guard.Seen);
        await Victim.ReviveAsync(site, victim, killed);

        return await AssertAllOldOrAllNewAsync(site, job, killed, old, fresh, point);
    });

    [Theory]
    [InlineData("node-2")]
    [InlineData(Victim.Coordinator)]
    public Task While_a_restore_is_undone(string victim) => Victim.CatchAsync(async directory =>
    {
        await using var site = await Site.CreateAsync("cluster", directory);
        var (point, fresh, old) = await PrepareAsync(site);
        (await site.RestoreAsync(point)).Done();

        using var guard = new GuardWatch(site.Files, node: 2);
        var job = await site.BeginAsync("restore", "undo", Site.Cluster, "--yes");
        var killed = await Victim.KillWhenAsync(site, victim, job, "a guard takes the place of node 2's data", () => guard.Seen);
        await Victim.ReviveAsync(site, victim, killed);

        return await AssertAllOldOrAllNewAsync(site, job, killed, fresh, old, point);
    });

    /// <summary>A cold point, and live data that differ from it on every node.</summary>
    private static async Task<(string Point, IReadOnlyList<NodeImage> Fresh, IReadOnlyList<NodeImage> Old)> PrepareAsync(Site site)
    {
        var point = (await site.BackupAsync("--full", "--cold")).GetProperty("pointId").GetString()!;
        var fresh = site.Files.Images();
        site.Files.Spoil();
        return (point, fresh, site.Files.Images());
    }

    private static async Task<string> BeginRestoreAsync(Site site, string point) =>
        await site.BeginAsync(["restore", "run", Site.Cluster, point, "--yes", .. await site.AcceptedAsync(point)]);

    private static bool Guarded(Site site) =>
        File.Exists(site.Files.Data(2)) || File.Exists(site.Files.Wal(2)) || File.Exists(site.Files.Meta(2));

    private static long Staged(Site site)
    {
        var beside = Path.Combine(Path.GetDirectoryName(site.Files.Data(2))!, ".cairn", "restore");
        try
        {
            return Directory.Exists(beside)
                ? new DirectoryInfo(beside).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
                : 0;
        }
        catch (IOException)
        {
            // A file was renamed while it was listed.
            return 0;
        }
    }

    /// <param name="site">The site.</param>
    /// <param name="jobId">The job that was disturbed.</param>
    /// <param name="killed">When; null when it was not.</param>
    /// <param name="before">The images before the job.</param>
    /// <param name="after">The images that the job leads to.</param>
    /// <param name="committed">The point that must still be there.</param>
    private static async Task<bool> AssertAllOldOrAllNewAsync(
        Site site, string jobId, DateTimeOffset? killed, IReadOnlyList<NodeImage> before, IReadOnlyList<NodeImage> after, string committed)
    {
        var job = await site.EndOfAsync(jobId);
        if (killed is null || job.Ended.ToDateTimeOffset() <= killed)
        {
            return false;
        }

        await site.Cairn.WaitForAgentsAsync(CancellationToken.None);
        await Eventually.HoldsAsync(
            "the cluster is all old or all new, as the job says",
            _ =>
            {
                var expected = job.State == JobState.Succeeded ? after : before;
                return Task.FromResult(Guarded(site) || !Directory.Exists(site.Files.Data(2)) || !Directory.Exists(site.Files.Wal(2))
                    || !Directory.Exists(site.Files.Meta(2))
                        ? "a directory in between"
                        : NodeImage.Differences(expected, site.Files.Images()) is { Count: > 0 } differences
                            ? $"{job}\n{string.Join('\n', differences.Take(10))}"
                            : null);
            },
            TimeSpan.FromSeconds(30),
            CancellationToken.None);
        (await site.CliAsync("backup", "verify", Site.Cluster, committed)).Done();
        await site.BackupAsync("--full", "--cold");
        return true;
    }
}
