using System.Globalization;
using Cairn.Repository;

namespace Cairn.Bench.Scale;

/// <summary>
/// A full whose pages, index and totals are made as a copy makes them but from generated segments in packs that are holes; then, through the front door, an
/// incremental in which nearly all is carried over, a listing, a walk over all entries, a look for every segment, and what a deletion would free.
/// </summary>
internal sealed class ScaleBench(ScaleOptions options)
{
    private readonly SortedDictionary<string, double> results = new(StringComparer.Ordinal);
    private readonly GeneratedFiles files = new(options.Entries, options.SegmentTiB << 40);
    private readonly string root = Path.Combine(options.Directory, $"cairn-scale-{Environment.ProcessId}");

    public async Task<IReadOnlyDictionary<string, double>> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        try
        {
            var path = Path.Combine(root, "repository");
            await using var repository = await LocalRepository.OpenOrCreateAsync(path, new RepositoryOptions(), cancellationToken);
            var chain = new RepositoryLayout(path).Chain(ChainId.New(TimeProvider.System.GetUtcNow()));
            var full = Spec(chain, basePoint: null);
            await TimeAsync("full", () => MakeFullAsync(repository, chain, full, cancellationToken));
            var pages = Bytes(chain.Packs, allocated: true);
            results["full_pages_mib"] = pages;
            var incremental = Spec(chain, full.Point);
            await TimeAsync("incremental", () => BackUpAsync(repository, incremental, cancellationToken));
            results["incremental_added_mib"] = Bytes(chain.Packs, allocated: true) - pages + (new FileInfo(chain.Manifest(incremental.Point)).Length / 1048576.0);
            await TimeAsync("list", async () => Require((await repository.ListPointsAsync(cancellationToken)).Count == 2));
            await TimeAsync("entries", async () => Require(await repository.ReadEntriesAsync(incremental.Point, cancellationToken).LongCountAsync(cancellationToken) == files.Count));
            await TimeAsync("verify_presence", async () => Require((await repository.VerifyAsync(incremental.Point, VerifyLevel.Presence, progress: null, cancellationToken)).IsSound));
            await TimeAsync("plan_deletion", async () => Require((await repository.PlanDeletionAsync(full.Point, cancellationToken)).PacksKept > 0));
            results["peak_mib"] = PeakKib() / 1024.0;
            return results;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private async Task MakeFullAsync(INodeRepository repository, RepositoryLayout.ChainLayout chain, BeginPoint spec, CancellationToken cancellationToken)
    {
        await using (await repository.BeginPointAsync(spec, cancellationToken))
        {
            using var known = KnownContent.Load(chain, spec, [], cancellationToken);
            using var totals = new CopyTotals(known, chain.Scratch);
            using var duplicates = new DuplicateCheck(chain.Scratch);
            using var packs = new PackWriter(chain, PackKind.Pages, spec.Point, new PackNumbers(files.Packs + 1), new RepositoryOptions().MaxPackBytes);
            using var records = new RecordStore(packs, known.Records, chain.Sealing, totals);
            using var journal = JournalWriter.Create(chain, spec, attempt: 1);
            MakePacks(chain, spec);
            var pages = new PageWriter(records.Store);
            for (long i = 0; i < files.Count; i++)
            {
                AddFile(i, pages, known, totals, duplicates);
            }

            pages.Finish();
            foreach (var (pack, _) in packs.TakeUnsynced())
            {
                pack.Sync();
            }

            Require(duplicates.AllPassedOnce());
            foreach (var table in PageTableFormat.Encode(pages.Table))
            {
                journal.Append(BlockKind.PageTable, table);
            }

            journal.Append(BlockKind.Summary, totals.Build(spec.Point).Encode());
            journal.Sync();
        }

        await using (var writer = await repository.BeginPointAsync(spec, cancellationToken))
        {
            _ = await writer.PrepareAsync(new PointProperties("{}"), cancellationToken);
        }

        await CommitAsync(repository, spec, cancellationToken);
    }

    private void AddFile(long number, PageWriter pages, KnownContent known, CopyTotals totals, DuplicateCheck duplicates)
    {
        var entry = SourceReader.Describe(files.Entry(number));
        var segment = files.Segment(number);
        Require(duplicates.Pass(entry.Path) && !known.Index.TryFind(segment.Hash, out _));
        known.Index.Add(segment.Hash, segment.Place);
        totals.Begin(entry, EntryOrigin.Read);
        totals.AddNew(segment.Place, isData: true);
        totals.Add(segment, isReference: false);
        pages.Begin(entry);
        pages.Add(segment);
    }

    // As long as they are said to be, and all hole behind their headers.
    private void MakePacks(RepositoryLayout.ChainLayout chain, BeginPoint spec)
    {
        for (uint number = 1; number <= files.Packs; number++)
        {
            using var pack = File.Create(chain.Pack(number));
            pack.Write(new PackHeader(number, PackKind.Data, chain.Id, spec.Point).BuildFileStart());
            pack.SetLength(1L << 30);
        }
    }

    private async Task BackUpAsync(INodeRepository repository, BeginPoint spec, CancellationToken cancellationToken)
    {
        var changed = Path.Combine(root, "changed");
        await using (var file = File.Create(changed))
        {
            var bytes = new byte[files.FileBytes];
            new Random(1).NextBytes(bytes);
            await file.WriteAsync(bytes, cancellationToken);
        }

        await using (var writer = await repository.BeginPointAsync(spec, cancellationToken))
        {
            var copied = await writer.WriteAsync(files.EntriesAsync(files.Count / 100, changed), progress: null, cancellationToken);
            Require(copied.CarriedFiles >= files.Count - 101);
            _ = await writer.PrepareAsync(new PointProperties("{}"), cancellationToken);
        }

        await CommitAsync(repository, spec, cancellationToken);
    }

    private static async Task CommitAsync(INodeRepository repository, BeginPoint spec, CancellationToken cancellationToken)
    {
        var prepared = await repository.FindPreparedAsync(spec.Point, cancellationToken) ?? throw new InvalidOperationException("nothing is prepared");
        var now = TimeProvider.System.GetUtcNow();
        await repository.CommitAsync(
            spec.Point,
            new CommitRecord
            {
                Point = spec.Point,
                Chain = spec.Chain,
                BasePoint = spec.BasePoint,
                Cluster = spec.Cluster,
                Engine = spec.Engine,
                Job = spec.Job,
                Label = "",
                Created = now,
                Kind = spec.BasePoint is null ? PointKind.Full : PointKind.Incremental,
                Consistency = "generated",
                Caveats = [],
                Partial = false,
                MissingNodes = [],
                Skew = TimeSpan.Zero,
                TopologyJson = "{}",
                Nodes = [new NodePart { Node = spec.Node, ManifestHash = prepared.Hash, Files = prepared.Files, Bytes = prepared.Bytes, CaptureStart = now, CaptureEnd = now }],
            },
            cancellationToken);
    }

    private static BeginPoint Spec(RepositoryLayout.ChainLayout chain, PointId? basePoint) => new()
    {
        Point = PointId.New(TimeProvider.System.GetUtcNow()),
        Chain = chain.Id,
        BasePoint = basePoint,
        Node = "node",
        Cluster = "bench",
        Engine = "files",
        Job = "bench",
    };

    private async Task TimeAsync(string name, Func<Task> step)
    {
        var started = TimeProvider.System.GetTimestamp();
        var processor = Environment.CpuUsage.TotalTime;
        await step();
        results[name + "_s"] = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        results[name + "_processor_s"] = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
        results[name + "_peak_so_far_mib"] = PeakKib() / 1024.0;
        Console.Error.WriteLine($"{name} done");
    }

    private static double Bytes(string directory, bool allocated) =>
        Directory.EnumerateFiles(directory).Sum(f => UnixStat.TryRead(f) is { } stat ? allocated ? stat.AllocatedBytes : stat.Attributes.Size : 0) / 1048576.0;

    private static long PeakKib() => long.Parse(
        File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture);

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("the repository did not do what it should");
        }
    }
}
