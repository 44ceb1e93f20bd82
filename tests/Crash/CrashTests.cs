using Cairn.Crash.Disk;
using Cairn.Crash.Recording;
using Cairn.Crash.Scenarios;
using Cairn.Repository;

namespace Cairn.Crash;

/// <summary>
/// Promise 1 at the level of the disk: whatever single change a crash follows, and whatever of the unsynced changes it takes with it, every committed point restores
/// exactly, and the operation that was cut can be finished.
/// </summary>
public sealed class CrashTests
{
    private const int Seeds = 2;

    public static TheoryData<string> Scenarios => new(Scenario.All.Select(s => s.Name));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task A_crash_after_any_change_loses_no_point_and_can_be_gone_on_from(string name)
    {
        var scenario = Scenario.All.Single(s => s.Name == name);
        using var site = scenario.NewSite();
        await scenario.SetUp(site);
        var image = DiskImage.Of(site.Disk);
        var changes = await site.RecordAsync(disk => scenario.RunAsync(site, disk));

        using var unsynced = FileLayer.Use(new UnsyncedFiles());
        for (var done = 0; done <= changes.Count; done++)
        {
            foreach (var survival in SurvivalsOf(done))
            {
                try
                {
                    await CheckAsync(site, scenario, image, survival, isAcknowledged: done == changes.Count);
                }
                catch (Exception e)
                {
                    var last = done == 0 ? "nothing" : changes[done - 1].ToString();
                    throw new InvalidOperationException($"{name}: {survival}, after change {done} of {changes.Count} ({last}): {e.Message}", e);
                }
            }

            if (done < changes.Count)
            {
                image.Apply(changes[done]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Every_change_goes_through_the_file_layer(string name)
    {
        var scenario = Scenario.All.Single(s => s.Name == name);
        using var site = scenario.NewSite();
        await scenario.SetUp(site);
        var image = DiskImage.Of(site.Disk);

        foreach (var change in await site.RecordAsync(disk => scenario.RunAsync(site, disk)))
        {
            image.Apply(change);
        }

        var replayed = site.NewScratch();
        image.LayOut(replayed, new Survival.OfKill());
        Assert.Equal(DiskListing.Of(site.Disk), DiskListing.Of(replayed));
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task A_full_disk_at_any_change_is_a_typed_error_that_loses_nothing(string name)
    {
        var scenario = Scenario.All.Single(s => s.Name == name);
        using var site = scenario.NewSite();
        await scenario.SetUp(site);
        var image = DiskImage.Of(site.Disk);
        using var unsynced = FileLayer.Use(new UnsyncedFiles());

        var hasFailed = true;
        for (var working = 0; hasFailed; working++)
        {
            var disk = site.NewScratch();
            image.LayOut(disk, new Survival.OfKill());
            var files = new FailingFiles(disk, working);
            using (FileLayer.Use(files))
            {
                var failure = await Record.ExceptionAsync(() => scenario.RunAsync(site, disk));
                Assert.True(failure is null or RepositoryFullException, $"{name}: full after {working} changes ended in {failure}");
            }

            hasFailed = files.HasFailed;
            await AssertWholeAndFinishAsync(site, scenario, disk, isAcknowledged: !hasFailed);
            Directory.Delete(disk, recursive: true);
        }
    }

    private static IEnumerable<Survival> SurvivalsOf(int done)
    {
        yield return new Survival.OfKill();
        yield return new Survival.OfSynced();
        for (var seed = 0; seed < Seeds; seed++)
        {
            yield return new Survival.OfSome((done * 31) + seed);
        }
    }

    private static async Task CheckAsync(CrashSite site, Scenario scenario, DiskImage image, Survival survival, bool isAcknowledged)
    {
        var disk = site.NewScratch();
        image.LayOut(disk, survival);
        await AssertWholeAndFinishAsync(site, scenario, disk, isAcknowledged);
        Directory.Delete(disk, recursive: true);
    }

    private static async Task AssertWholeAndFinishAsync(CrashSite site, Scenario scenario, string disk, bool isAcknowledged)
    {
        var (before, after) = (scenario.Before(site), scenario.After(site));
        await using (var repository = await site.OpenAsync(disk))
        {
            var found = await site.AssertPointsRestoreAsync(repository);
            Assert.Subset(found.ToHashSet(), before.Intersect(after).ToHashSet());
            Assert.Subset(before.Union(after).ToHashSet(), found.ToHashSet());
            if (isAcknowledged)
            {
                Assert.Equal(after.Order(), found);
            }
        }

        if (isAcknowledged)
        {
            await scenario.AssertDone(site, disk);
        }

        await scenario.RunAsync(site, disk);
        await scenario.AssertDone(site, disk);

        await using (var repository = await site.OpenAsync(disk))
        {
            Assert.Equal(after.Order(), await site.AssertPointsRestoreAsync(repository));
            Assert.Empty(await repository.ListUncommittedAsync(CancellationToken.None));
            foreach (var point in after)
            {
                Assert.True((await repository.VerifyAsync(point, VerifyLevel.Hash, progress: null, CancellationToken.None)).IsSound);
            }
        }

        Assert.Empty(DiskListing.StraysOf(CrashSite.RepositoryOn(disk), after));
    }
}
