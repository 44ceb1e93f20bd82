using Cairn.Crash.Disk;
using Cairn.Crash.Recording;
using Cairn.Repository;
using Cairn.Repository.Tests;
using Cairn.TestKit;

namespace Cairn.Crash.Scenarios;

/// <summary>
/// A disk with a repository on it, sources in two states beside it, and what every point of them must restore to. The points are named once, so that a repeated
/// operation is the same operation.
/// </summary>
internal sealed class CrashSite : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("cairn-crash-").FullName;
    private readonly ManualTimeProvider time = new();
    private readonly Dictionary<PointId, IReadOnlyList<string>> expected = [];
    private int scratch;

    public CrashSite(bool encrypted)
    {
        if (encrypted)
        {
            OldKey = MakeKey("old-key", seed: 101);
            NewKey = MakeKey("new-key", seed: 102);
        }

        Before = MakeSource("before").WithFile("paged", 300_000, seed: 2);
        After = MakeSource("after").WithFile("paged", 310_000, seed: 2).WithFile("new/one", 900_000, seed: 7).WithFile("new/two", Bytes.Text(5_000, seed: 8));
        File.Delete(After.PathOf("small/3"));
        Directory.CreateDirectory(Disk);
        Full = NewSpec(ChainId.New(time.GetUtcNow()), basePoint: null);
        Second = NewSpec(Full.Chain, Full.Point);
        Third = NewSpec(Full.Chain, Second.Point);
        expected[Full.Point] = expected[Third.Point] = TreeSnapshot.Take(Before.Root);
        expected[Second.Point] = TreeSnapshot.Take(After.Root);
    }

    /// <summary>What a crash hits; the repository is a directory in it.</summary>
    public string Disk => Path.Combine(root, "disk");

    /// <summary>The source as the full and the third point see it.</summary>
    public SourceTree Before { get; }

    /// <summary>The source as the second point sees it.</summary>
    public SourceTree After { get; }

    /// <summary>What an encrypted repository is made with; null for one that is not encrypted.</summary>
    public RepositoryKey? OldKey { get; }

    /// <summary>What its key slots are changed to.</summary>
    public RepositoryKey? NewKey { get; }

    public BeginPoint Full { get; }

    public BeginPoint Second { get; }

    public BeginPoint Third { get; }

    public static string RepositoryOn(string disk) => Path.Combine(disk, "repository");

    /// <summary>With the old key where it still opens, else with the new one: one of them must.</summary>
    public async Task<INodeRepository> OpenAsync(string disk)
    {
        try
        {
            return await OpenAsync(disk, OldKey);
        }
        catch (Exception e) when (e is KeyWrongException or KeySlotRemovedException)
        {
            return await OpenAsync(disk, NewKey);
        }
    }

    public Task<INodeRepository> OpenAsync(string disk, RepositoryKey? key) => LocalRepository.OpenOrCreateAsync(
        RepositoryOn(disk),
        new RepositoryOptions { Time = time, Workers = 2, CheckpointBytes = 1 << 20, MaxPackBytes = 1 << 20, Key = key },
        CancellationToken.None);

    /// <summary>Copies, prepares and commits, each unless it is done already.</summary>
    public async Task BackUpAsync(INodeRepository repository, BeginPoint spec)
    {
        if ((await repository.ListPointsAsync(CancellationToken.None)).Any(p => p.Point == spec.Point))
        {
            return;
        }

        await CopyAsync(repository, spec);
        var prepared = await repository.FindPreparedAsync(spec.Point, CancellationToken.None);
        Assert.NotNull(prepared);
        await repository.CommitAsync(spec.Point, RepositoryTest.Record(spec, prepared), CancellationToken.None);
    }

    public async Task CopyAsync(INodeRepository repository, BeginPoint spec)
    {
        var source = spec.Point == Second.Point ? After : Before;
        await using var writer = await repository.BeginPointAsync(spec, CancellationToken.None);
        await writer.WriteAsync(source.Entries(AsTheEngineSays), progress: null, CancellationToken.None);
        await writer.PrepareAsync(new PointProperties("{}"), CancellationToken.None);
    }

    /// <summary>Records what <paramref name="operation"/> changes on the disk.</summary>
    public async Task<IReadOnlyList<FileChange>> RecordAsync(Func<string, Task> operation)
    {
        var recorder = new RecordingFiles(Disk);
        using (FileLayer.Use(recorder))
        {
            await operation(Disk);
        }

        recorder.Acknowledge();
        return recorder.Changes;
    }

    /// <summary>Puts the disk in the place of a copy that a crash left.</summary>
    public void ReplaceDisk(DiskImage image, Survival survival)
    {
        Directory.Delete(Disk, recursive: true);
        image.LayOut(Disk, survival);
    }

    public string NewScratch() => Path.Combine(root, $"scratch-{++scratch}");

    /// <summary>Every listed point is whole and restores exactly.</summary>
    public async Task<IReadOnlyList<PointId>> AssertPointsRestoreAsync(INodeRepository repository)
    {
        var points = await repository.ListPointsAsync(CancellationToken.None);
        foreach (var point in points)
        {
            Assert.Null(point.Damage);
            var target = NewScratch();
            await repository.RestoreAsync(
                point.Point,
                new RestoreRequest { Roots = [new RestoreRoot("data", target)], SetOwners = true },
                progress: null,
                CancellationToken.None);
            Assert.Equal(expected[point.Point], TreeSnapshot.Take(target));
            Directory.Delete(target, recursive: true);
        }

        return points.Select(p => p.Point).ToList();
    }

    public void Dispose()
    {
        OldKey?.Dispose();
        NewKey?.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private RepositoryKey MakeKey(string name, int seed)
    {
        new SourceTree(root).WithFile(name, RepositoryKey.KeyFileBytes, seed);
        return RepositoryKey.FromKeyFile(Path.Combine(root, name));
    }

    // Sealed files keep their identity from point to point; a paged one is always read.
    private static SourceEntry AsTheEngineSays(SourceEntry entry) => entry with
    {
        Immutable = entry.Kind == EntryKind.File && !entry.Path.EndsWith("paged", StringComparison.Ordinal),
        Identity = new FileIdentity(1, (ulong)entry.Path.Sum(c => c) + (ulong)entry.Path.Length),
    };

    private SourceTree MakeSource(string name)
    {
        var source = new SourceTree(Path.Combine(root, name)).WithDirectory("empty").WithFile("large", 1_300_000, seed: 1).WithLink("link", "large");
        for (var i = 0; i < 6; i++)
        {
            source.WithFile($"small/{i}", Bytes.Text(2_000 + i, seed: i));
        }

        foreach (var entry in source.List().Where(e => e.Kind == EntryKind.File))
        {
            File.SetLastWriteTimeUtc(entry.PhysicalPath!, new DateTime(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc));
        }

        return source;
    }

    private BeginPoint NewSpec(ChainId chain, PointId? basePoint)
    {
        time.Advance(TimeSpan.FromMinutes(1));
        return new BeginPoint
        {
            Point = PointId.New(time.GetUtcNow()),
            Chain = chain,
            BasePoint = basePoint,
            Node = RepositoryTest.NodeName,
            Cluster = "cluster",
            Engine = "files",
            Job = "job",
        };
    }
}
