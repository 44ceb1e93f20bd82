using Cairn.TestKit;

namespace Cairn.Repository.Tests;

/// <summary>
/// Gives each test a directory of its own with an open repository and a source in it, and the steps that most tests need.
/// </summary>
public abstract class RepositoryTest : IAsyncLifetime
{
    internal const string NodeName = "node-1";

    private int points;

    internal string Root { get; } = Directory.CreateTempSubdirectory("cairn-repository-test-").FullName;

    internal string RepositoryPath => Path.Combine(Root, "repository");

    internal SourceTree Source { get; private set; } = null!;

    internal INodeRepository Repository { get; private set; } = null!;

    internal RepositoryLayout Layout => ((LocalNodeRepository)Repository).Layout;

    internal ManualTimeProvider Time { get; } = new();

    internal static CancellationToken Cancel => CancellationToken.None;

    internal virtual RepositoryOptions Options => new() { Time = Time, Workers = 2, CheckpointBytes = 1 << 20, MaxPackBytes = 1 << 20 };

    public async Task InitializeAsync()
    {
        Source = new SourceTree(Path.Combine(Root, "source")).WithDirectory(".");
        Repository = await LocalRepository.OpenOrCreateAsync(RepositoryPath, Options, Cancel);
    }

    public async Task DisposeAsync()
    {
        await Repository.DisposeAsync();
        RawFiles.RemoveTree(Root);
    }

    internal async Task ReopenAsync()
    {
        await Repository.DisposeAsync();
        Repository = await LocalRepository.OpenOrCreateAsync(RepositoryPath, Options, Cancel);
    }

    internal BeginPoint NewFull() => NewIn(ChainId.New(NextTime()), basePoint: null);

    internal BeginPoint NewIn(ChainId chain, PointId? basePoint) => new()
    {
        Point = PointId.New(NextTime()),
        Chain = chain,
        BasePoint = basePoint,
        Node = NodeName,
        Cluster = "cluster",
        Engine = "files",
        Job = "job-1",
    };

    /// <summary>Copies, prepares and commits.</summary>
    internal async Task<PreparedPoint> BackUpAsync(BeginPoint spec, IAsyncEnumerable<SourceEntry> entries)
    {
        PreparedPoint copied;
        await using (var writer = await Repository.BeginPointAsync(spec, Cancel))
        {
            copied = await writer.WriteAsync(entries, progress: null, Cancel);
            await writer.PrepareAsync(new PointProperties("""{"roles":["store"]}"""), Cancel);
        }

        await CommitAsync(spec);
        return copied;
    }

    internal async Task CommitAsync(BeginPoint spec)
    {
        var prepared = await Repository.FindPreparedAsync(spec.Point, Cancel);
        Assert.NotNull(prepared);
        await Repository.CommitAsync(spec.Point, Record(spec, prepared), Cancel);
    }

    internal static CommitRecord Record(BeginPoint spec, PreparedManifest prepared) => new()
    {
        Point = spec.Point,
        Chain = spec.Chain,
        BasePoint = spec.BasePoint,
        Cluster = spec.Cluster,
        Engine = spec.Engine,
        Job = spec.Job,
        Label = "before the upgrade",
        Created = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero),
        Kind = spec.BasePoint is null ? PointKind.Full : PointKind.Incremental,
        Consistency = "all that was acknowledged before the start",
        Caveats = [],
        Partial = false,
        MissingNodes = [],
        Skew = TimeSpan.FromMilliseconds(12),
        TopologyJson = "{}",
        Nodes =
        [
            new NodePart
            {
                Node = prepared.Node,
                ManifestHash = prepared.Hash,
                Files = prepared.Files,
                Bytes = prepared.Bytes,
                CaptureStart = new DateTimeOffset(2026, 11, 1, 11, 59, 0, TimeSpan.Zero),
                CaptureEnd = new DateTimeOffset(2026, 11, 1, 11, 59, 3, TimeSpan.Zero),
            },
        ],
    };

    /// <summary>Restores root "data" and gives the directory.</summary>
    internal async Task<string> RestoreAsync(PointId point)
    {
        var target = Path.Combine(Root, $"restored-{Guid.NewGuid():n}");
        await Repository.RestoreAsync(
            point, new RestoreRequest { Roots = [new RestoreRoot("data", target)], SetOwners = true }, progress: null, Cancel);
        return target;
    }

    internal async Task AssertRestoresAsync(PointId point, IReadOnlyList<string> expected) =>
        Assert.Equal(expected, TreeSnapshot.Take(await RestoreAsync(point)));

    internal string SinglePack() => Assert.Single(DataPacks());

    /// <summary>The packs that hold segments, in the order of their numbers.</summary>
    internal IReadOnlyList<string> DataPacks() => PacksOf(PackKind.Data);

    /// <summary>The packs that hold pages and piece lists.</summary>
    internal IReadOnlyList<string> PagePacks() => PacksOf(PackKind.Pages);

    /// <summary>The bytes of segments that the journals of unfinished points cover.</summary>
    internal long JournaledBytes()
    {
        long covered = 0;
        foreach (var chain in Layout.ListChains())
        {
            foreach (var point in chain.ListJournaled())
            {
                using var journal = JournalFile.TryOpen(chain, point, attempt: 1);
                if (journal is null)
                {
                    // Its file is there, its header not yet.
                    continue;
                }

                using var entries = journal.ReadEntries();
                while (entries.MoveNext())
                {
                    while (entries.NextSegment(out var segment))
                    {
                        covered += segment.Length;
                    }
                }
            }
        }

        return covered;
    }

    internal IReadOnlyList<string> FilesIn(string part) =>
        Directory.GetDirectories(Path.Combine(RepositoryPath, "chains"))
            .SelectMany(chain => Directory.GetFiles(Path.Combine(chain, part)))
            .Order(StringComparer.Ordinal)
            .ToList();

    /// <summary>Flips a bit of each pack of pages that the point has written.</summary>
    internal void DamagePagesOf(PointId point)
    {
        var packs = Layout.ListChains()
            .SelectMany(chain => chain.ListPacks().Where(pack => PackHeader.TryRead(chain, pack) is { Kind: PackKind.Pages } header && header.Point == point).Select(chain.Pack))
            .ToList();
        Assert.NotEmpty(packs);
        packs.ForEach(pack => FlipBit(pack, new FileInfo(pack).Length - 1));
    }

    internal static void FlipBit(string path, long offset)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 0x10));
    }

    internal static void Truncate(string path, long length)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.SetLength(length);
    }

    private List<string> PacksOf(PackKind kind) =>
        new RepositoryLayout(RepositoryPath).ListChains()
            .SelectMany(chain => chain.ListPacks().Where(pack => PackHeader.TryRead(chain, pack)?.Kind == kind).Select(chain.Pack))
            .ToList();

    private DateTimeOffset NextTime() => Time.GetUtcNow().AddMinutes(points++);
}
