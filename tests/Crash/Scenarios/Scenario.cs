using Cairn.Crash.Disk;
using Cairn.Crash.Recording;
using Cairn.Repository;

namespace Cairn.Crash.Scenarios;

/// <summary>
/// An operation that is cut at every change it makes: the points that were there before it, those that are there after it, and how to do it (from the
/// beginning or what is left of it).
/// </summary>
/// <param name="Name">As it stands in a test's name.</param>
/// <param name="SetUp">Brings the disk to where the operation begins.</param>
/// <param name="Before">The points that are committed then.</param>
/// <param name="After">The points that are committed when it is done.</param>
/// <param name="Operation">The operation; doing it again finishes it.</param>
internal sealed record Scenario(
    string Name,
    Func<CrashSite, Task> SetUp,
    Func<CrashSite, PointId[]> Before,
    Func<CrashSite, PointId[]> After,
    Func<CrashSite, INodeRepository, Task> Operation)
{
    /// <summary>Whether the repository is encrypted.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>What else holds on a disk when the operation is done; nothing by default.</summary>
    public Func<CrashSite, string, Task> AssertDone { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Where it begins.</summary>
    public CrashSite NewSite() => new(IsEncrypted);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new(
            "making a repository",
            _ => Task.CompletedTask,
            _ => [],
            _ => [],
            (_, _) => Task.CompletedTask),
        new(
            "a full backup",
            site => Points(site),
            _ => [],
            site => [site.Full.Point],
            (site, repository) => site.BackUpAsync(repository, site.Full)),
        new(
            "an incremental backup",
            site => Points(site, site.Full),
            site => [site.Full.Point],
            site => [site.Full.Point, site.Second.Point],
            (site, repository) => site.BackUpAsync(repository, site.Second)),
        new(
            "resuming a backup that was killed",
            site => CutAsync(site, InTheMiddle, repository => site.BackUpAsync(repository, site.Full)),
            _ => [],
            site => [site.Full.Point],
            (site, repository) => site.BackUpAsync(repository, site.Full)),
        new(
            "deleting a full that incrementals build on",
            site => Points(site, site.Full, site.Second, site.Third),
            site => [site.Full.Point, site.Second.Point, site.Third.Point],
            site => [site.Second.Point, site.Third.Point],
            (site, repository) => repository.DeletePointAsync(site.Full.Point, CancellationToken.None)),
        new(
            "deleting a point whose packs nobody else needs",
            site => Points(site, site.Full, site.Second, site.Third),
            site => [site.Full.Point, site.Second.Point, site.Third.Point],
            site => [site.Full.Point, site.Third.Point],
            (site, repository) => repository.DeletePointAsync(site.Second.Point, CancellationToken.None)),
        new(
            "deleting the last point of a chain",
            site => Points(site, site.Full),
            site => [site.Full.Point],
            _ => [],
            (site, repository) => repository.DeletePointAsync(site.Full.Point, CancellationToken.None)),
        new(
            "aborting a prepared point",
            async site =>
            {
                await Points(site, site.Full);
                await using var repository = await site.OpenAsync(site.Disk);
                await site.CopyAsync(repository, site.Second);
            },
            site => [site.Full.Point],
            site => [site.Full.Point],
            (site, repository) => repository.AbortAsync(site.Second.Point, CancellationToken.None)),
        new(
            "aborting a backup that was killed",
            async site =>
            {
                await Points(site, site.Full);
                await CutAsync(site, InTheMiddle, repository => site.BackUpAsync(repository, site.Second));
            },
            site => [site.Full.Point],
            site => [site.Full.Point],
            (site, repository) => repository.AbortAsync(site.Second.Point, CancellationToken.None)),
        new(
            "opening after a deletion that was killed",
            async site =>
            {
                await Points(site, site.Full, site.Second);
                await CutAsync(site, AfterTheTombstone, repository => repository.DeletePointAsync(site.Second.Point, CancellationToken.None));
            },
            site => [site.Full.Point],
            site => [site.Full.Point],
            (_, _) => Task.CompletedTask),
        new(
            "sweeping what a killed backup left",
            async site =>
            {
                await Points(site, site.Full);
                await CutAsync(site, InTheMiddle, repository => site.BackUpAsync(repository, site.Second));
                await using var repository = await site.OpenAsync(site.Disk);
                await repository.AbortAsync(site.Second.Point, CancellationToken.None);
            },
            site => [site.Full.Point],
            site => [site.Full.Point],
            (_, repository) => repository.SweepAsync(TimeSpan.Zero, remove: true, CancellationToken.None)),
        new("making an encrypted repository", _ => Task.CompletedTask, _ => [], _ => [], (_, _) => Task.CompletedTask) { IsEncrypted = true },
        new(
            "an incremental backup into an encrypted repository",
            site => Points(site, site.Full),
            site => [site.Full.Point],
            site => [site.Full.Point, site.Second.Point],
            (site, repository) => site.BackUpAsync(repository, site.Second)) { IsEncrypted = true },
        new(
            "adding a key",
            site => Points(site, site.Full),
            site => [site.Full.Point],
            site => [site.Full.Point],
            (site, repository) => Task.Run(() => repository.Keys!.Add(site.NewKey!, "new")))
        {
            IsEncrypted = true,
            AssertDone = async (site, disk) => await (await site.OpenAsync(disk, site.NewKey)).DisposeAsync(),
        },
        new(
            "rotating a key",
            site => Points(site, site.Full),
            site => [site.Full.Point],
            site => [site.Full.Point],
            (site, repository) => Task.Run(() => repository.Keys!.Rotate(repository.Keys.OpenedWith, site.NewKey!, "new")))
        {
            IsEncrypted = true,
            AssertDone = (site, disk) => Assert.ThrowsAsync<KeySlotRemovedException>(() => site.OpenAsync(disk, site.OldKey)),
        },
        new(
            "removing a key",
            async site =>
            {
                await Points(site, site.Full);
                await using var repository = await site.OpenAsync(site.Disk);
                repository.Keys!.Add(site.NewKey!, "new");
            },
            site => [site.Full.Point],
            site => [site.Full.Point],
            (_, repository) => Task.Run(() => RemoveFirst(repository.Keys!)))
        {
            IsEncrypted = true,
            AssertDone = (site, disk) => Assert.ThrowsAsync<KeySlotRemovedException>(() => site.OpenAsync(disk, site.OldKey)),
        },
    ];

    /// <summary>Opens the repository on that disk, does the operation and closes.</summary>
    public async Task RunAsync(CrashSite site, string disk)
    {
        await using var repository = await site.OpenAsync(disk);
        await Operation(site, repository);
    }

    public override string ToString() => Name;

    private static void RemoveFirst(RepositoryKeyring keyring)
    {
        var first = keyring.List().MinBy(slot => slot.Number)!;
        if (first.IsLive)
        {
            keyring.Remove(first.Number);
        }
    }

    private static int InTheMiddle(IReadOnlyList<FileChange> changes) => changes.Count * 2 / 3;

    private static int AfterTheTombstone(IReadOnlyList<FileChange> changes) =>
        changes.ToList().FindIndex(c => c is FileChange.Renamed(_, var to) && to.EndsWith(".tombstone", StringComparison.Ordinal)) + 1;

    private static async Task Points(CrashSite site, params BeginPoint[] points)
    {
        await using var repository = await site.OpenAsync(site.Disk);
        foreach (var point in points)
        {
            await site.BackUpAsync(repository, point);
        }
    }

    // The disk as a kill leaves it after so many of the operation's changes.
    private static async Task CutAsync(CrashSite site, Func<IReadOnlyList<FileChange>, int> keep, Func<INodeRepository, Task> operation)
    {
        var image = DiskImage.Of(site.Disk);
        var changes = await site.RecordAsync(async disk =>
        {
            await using var repository = await site.OpenAsync(disk);
            await operation(repository);
        });
        foreach (var change in changes.Take(keep(changes)))
        {
            image.Apply(change);
        }

        site.ReplaceDisk(image, new Survival.OfKill());
    }
}
