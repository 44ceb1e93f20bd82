using Cairn.Repository;

namespace Cairn.Bench.Repository;

/// <summary>Full, incremental, restore and verify, each beside its peer in the same round.</summary>
internal sealed class RepositoryBench(BenchOptions options)
{
    private readonly StepReport report = new();
    private readonly string root = Path.Combine(options.Directory, $"cairn-bench-{Environment.ProcessId}");

    public async Task<StepReport> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        try
        {
            var begun = TimeProvider.System.GetTimestamp();
            var data = new BenchData(Path.Combine(root, "data"));
            data.Make(options.DataMiB);
            report.Rounds = await RoundBudget.RunAsync(options.Rounds, options.Budget, begun, round => RunRoundAsync(round, data, cancellationToken));
            return report;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private async Task RunRoundAsync(int round, BenchData data, CancellationToken cancellationToken)
    {
        // Who goes first changes from round to round; all find the data in the page cache and nothing waiting to be written.
        var peers = new Peers(options, report, root);
        var turns = peers.Names.Append("cairn").ToList();
        foreach (var turn in Enumerable.Range(round, turns.Count).Select(i => turns[i % turns.Count]))
        {
            await ShellCommand.RunAsync($"cat '{data.Root}'/*/* > /dev/null; sync -f '{root}'", cancellationToken);
            await (turn == "cairn" ? CairnAsync(round, data, cancellationToken) : peers.RunAsync(turn, data, cancellationToken));
        }
    }

    private async Task CairnAsync(int round, BenchData data, CancellationToken cancellationToken)
    {
        var path = Path.Combine(root, "repository");
        var target = Path.Combine(root, "restored");
        await using (var repository = await LocalRepository.OpenOrCreateAsync(path, new RepositoryOptions(), cancellationToken))
        {
            var chain = ChainId.New(TimeProvider.System.GetUtcNow());
            var full = await TimeAsync("full", () => BackUpAsync(repository, chain, basePoint: null, data, cancellationToken));
            report.AddBytes("full", Output.BytesOf(path));
            await WarmAsync(path, cancellationToken);
            await TimeAsync("verify", async () =>
            {
                var found = await repository.VerifyAsync(full, VerifyLevel.Hash, progress: null, cancellationToken);
                if (!found.IsSound)
                {
                    throw new InvalidOperationException(found.Damages[0].Finding);
                }
            });
            await WarmAsync(path, cancellationToken);
            await TimeAsync("restore", async () =>
            {
                await repository.RestoreAsync(
                    full, new RestoreRequest { Roots = [new RestoreRoot("data", target)], SetOwners = false }, progress: null, cancellationToken);
                Sync(target);
            });
            await ShellCommand.RunAsync($"diff -r '{data.Root}' '{target}'", cancellationToken);
            Output.Discard(target);
            data.ReplaceOnePercent(round);
            await ShellCommand.RunAsync($"sync -f '{root}'", cancellationToken);
            await TimeAsync("incremental", () => BackUpAsync(repository, chain, full, data, cancellationToken));
        }

        Directory.Delete(path, recursive: true);
    }

    // A peer's archive is in the page cache when it is unpacked, because it was just written; packs leave it when they are durable.
    private static Task WarmAsync(string repository, CancellationToken cancellationToken) =>
        ShellCommand.RunAsync($"cat '{repository}'/chains/*/packs/* > /dev/null", cancellationToken);

    private static async Task<PointId> BackUpAsync(
        INodeRepository repository, ChainId chain, PointId? basePoint, BenchData data, CancellationToken cancellationToken)
    {
        var spec = new BeginPoint
        {
            Point = PointId.New(TimeProvider.System.GetUtcNow()),
            Chain = chain,
            BasePoint = basePoint,
            Node = "node",
            Cluster = "bench",
            Engine = "files",
            Job = "bench",
        };
        await using (var writer = await repository.BeginPointAsync(spec, cancellationToken))
        {
            await writer.WriteAsync(data.Entries(), progress: null, cancellationToken);
            var prepared = await writer.PrepareAsync(new PointProperties("{}"), cancellationToken);
            await repository.CommitAsync(spec.Point, Record(spec, prepared), cancellationToken);
        }

        Sync(repository.Path);
        return spec.Point;
    }

    // As the peers' shells call `sync -f`, whose own start costs them little.
    private static void Sync(string path)
    {
        using var directory = UnixFile.OpenDirectory(path);
        UnixFile.SyncFileSystem(directory, path);
    }

    private static CommitRecord Record(BeginPoint spec, PreparedManifest prepared)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new CommitRecord
        {
            Point = spec.Point,
            Chain = spec.Chain,
            BasePoint = spec.BasePoint,
            Cluster = spec.Cluster,
            Engine = spec.Engine,
            Job = spec.Job,
            Label = string.Empty,
            Created = now,
            Kind = spec.BasePoint is null ? PointKind.Full : PointKind.Incremental,
            Consistency = "benchmark",
            Caveats = [],
            Partial = false,
            MissingNodes = [],
            Skew = TimeSpan.Zero,
            TopologyJson = "{}",
            Nodes =
            [
                new NodePart
                {
                    Node = spec.Node,
                    ManifestHash = prepared.Hash,
                    Files = prepared.Files,
                    Bytes = prepared.Bytes,
                    CaptureStart = now,
                    CaptureEnd = now,
                },
            ],
        };
    }

    private Task TimeAsync(string step, Func<Task> run) =>
        TimeAsync(step, async () =>
        {
            await run();
            return true;
        });

    private async Task<T> TimeAsync<T>(string step, Func<Task<T>> run)
    {
        T result = default!;
        report.Add(step, await OwnProcess.MeasureAsync(async () => result = await run()));
        return result;
    }
}
