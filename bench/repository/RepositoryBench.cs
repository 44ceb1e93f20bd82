using System.Globalization;
using Cairn.Repository;

namespace Cairn.Bench.Repository;

/// <summary>Full, incremental, restore and verify, each beside its peer in the same round.</summary>
internal sealed class RepositoryBench(BenchOptions options)
{
    private readonly BenchReport report = new(options);
    private readonly string root = Path.Combine(options.Directory, $"cairn-bench-{Environment.ProcessId}");

    public async Task<BenchReport> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        try
        {
            for (var round = 0; round < options.Rounds; round++)
            {
                await RunRoundAsync(round, cancellationToken);
                Console.Error.WriteLine($"round {round + 1} of {options.Rounds} done");
            }

            report.SetBytes("peak", PeakBytes());
            return report;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private async Task RunRoundAsync(int round, CancellationToken cancellationToken)
    {
        // New data in each round, so that an incremental always replaces what a full has seen.
        var data = new BenchData(Path.Combine(root, "data"));
        data.Make(options.DataMiB);
        await ShellCommand.RunAsync($"cat '{data.Root}'/*/* > /dev/null; sync -f '{root}'", cancellationToken);

        // Who goes first changes from round to round.
        if (round % 2 == 0)
        {
            await TarAsync(data, cancellationToken);
            await CairnAsync(data, cancellationToken);
        }
        else
        {
            await CairnAsync(data, cancellationToken);
            await TarAsync(data, cancellationToken);
        }

        Directory.Delete(data.Root, recursive: true);
    }

    private async Task TarAsync(BenchData data, CancellationToken cancellationToken)
    {
        var archive = Path.Combine(root, "data.tar.zst");
        var target = Path.Combine(root, "untarred");
        await TimeAsync(
            "tar_zstd",
            () => ShellCommand.RunAsync($"tar -C '{data.Root}' -cf - . | zstd -q -1 -T{Environment.ProcessorCount} -o '{archive}' && sync -f '{archive}'", cancellationToken));
        report.SetBytes("tar_zstd", new FileInfo(archive).Length);
        await TimeAsync(
            "unzstd_tar",
            () => ShellCommand.RunAsync($"mkdir '{target}' && zstd -q -dc '{archive}' | tar -C '{target}' -xf - && sync -f '{target}'", cancellationToken));
        File.Delete(archive);
        Directory.Delete(target, recursive: true);
    }

    private async Task CairnAsync(BenchData data, CancellationToken cancellationToken)
    {
        var path = Path.Combine(root, "repository");
        var target = Path.Combine(root, "restored");
        await using (var repository = await LocalRepository.OpenOrCreateAsync(path, new RepositoryOptions(), cancellationToken))
        {
            var chain = ChainId.New(TimeProvider.System.GetUtcNow());
            var full = await TimeAsync("full", () => BackUpAsync(repository, chain, basePoint: null, data, cancellationToken));
            report.SetBytes("full", DirectoryBytes(path));
            await TimeAsync("verify", async () =>
            {
                var found = await repository.VerifyAsync(full, VerifyLevel.Hash, progress: null, cancellationToken);
                if (!found.IsSound)
                {
                    throw new InvalidOperationException(found.Damages[0].Finding);
                }
            });
            await TimeAsync("restore", async () =>
            {
                await repository.RestoreAsync(
                    full, new RestoreRequest { Roots = [new RestoreRoot("data", target)], SetOwners = false }, progress: null, cancellationToken);
                await ShellCommand.RunAsync($"sync -f '{target}'", cancellationToken);
            });
            await ShellCommand.RunAsync($"diff -r '{data.Root}' '{target}'", cancellationToken);
            Directory.Delete(target, recursive: true);
            data.ReplaceOnePercent();
            await ShellCommand.RunAsync($"sync -f '{root}'", cancellationToken);
            await TimeAsync("incremental", () => BackUpAsync(repository, chain, full, data, cancellationToken));
        }

        Directory.Delete(path, recursive: true);
    }

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

        await ShellCommand.RunAsync($"sync -f '{repository.Path}'", cancellationToken);
        return spec.Point;
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
        var used = Environment.CpuUsage.TotalTime;
        var start = TimeProvider.System.GetTimestamp();
        var result = await run();
        report.Add(step, TimeProvider.System.GetElapsedTime(start), Environment.CpuUsage.TotalTime - used);
        return result;
    }

    private static long DirectoryBytes(string path) =>
        Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

    // The most memory that this process ever had, as the kernel counts it.
    private static long PeakBytes()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
