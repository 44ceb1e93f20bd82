using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using OpenGeminiDouble.Configuration;
using OpenGeminiDouble.Http;

namespace OpenGeminiDouble.Store;

/// <summary>ts-store: the data files, the logs, and what goes on in them while nobody looks.</summary>
internal sealed class StoreRole(EngineConfig config, Controls controls) : IRole
{
    private static readonly TimeSpan ColdAfter = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<(string Database, int Number), Lazy<StoredPartition>> partitions = [];
    private readonly HeldFiles held = new();
    private readonly List<TcpListener> ports = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly NativeBackup native = new(config.Data, config.Wal, config.MetaDirectory);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(config.Data);
        Directory.CreateDirectory(config.Wal);
        foreach (var database in Names(config.Data).Union(Names(config.Wal)))
        {
            foreach (var number in Names(Path.Combine(config.Data, database)).Union(Names(Path.Combine(config.Wal, database))))
            {
                if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
                {
                    _ = Partition(database, partition, replicated: false);
                }
            }
        }

        if (config.GossipEnabled)
        {
            ports.Add(Ports.Hold($"{config.GossipAddress}:{config.GossipPorts["store"]}"));
        }

        new HttpServer(config.Ingest, controls, AnswerAsync).Start(cancellationToken);
        new HttpServer(config.Select, controls, AnswerAsync).Start(cancellationToken);
        _ = FlushColdAsync(stopping.Token);
        _ = new Churn(controls, All).RunAsync(stopping.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        foreach (var partition in All())
        {
            lock (partition.Gate)
            {
                partition.Flush();
                partition.Dispose();
            }
        }

        held.Dispose();
        ports.ForEach(listener => listener.Stop());
        stopping.Dispose();
    }

    private static IEnumerable<string> Names(string path) =>
        Directory.Exists(path) ? Directory.EnumerateDirectories(path).Select(directory => Path.GetFileName(directory)) : [];

    private List<StoredPartition> All() => [.. partitions.Values.Select(lazy => lazy.Value)];

    private StoredPartition Partition(string database, int number, bool replicated)
    {
        var pt = number.ToString(CultureInfo.InvariantCulture);
        return partitions.GetOrAdd((database, number), _ => new Lazy<StoredPartition>(() => new StoredPartition(
            database, number, Path.Combine(config.Data, database, pt), Path.Combine(config.Wal, database, pt), replicated, held))).Value;
    }

    private async Task FlushColdAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
                foreach (var partition in All())
                {
                    lock (partition.Gate)
                    {
                        if (!cancellationToken.IsCancellationRequested && partition.Shards.Any(
                            shard => shard.Dirty && TimeProvider.System.GetElapsedTime(shard.LastWrite) > ColdAfter))
                        {
                            partition.Flush();
                        }
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private async Task<HttpReply> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var number = int.TryParse(request.Arg("pt"), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        var database = request.Arg("db");
        switch (request.Path)
        {
            case "/double/write":
                return Write(Partition(database, number, replicated: false), request);
            case "/double/read":
                return HttpReply.Text(Read(database, number, request.Arg("mst"), request.Arg("shards").Split(',')));
            case "/double/measurements":
                return HttpReply.Text(Measurements(database, number));
            case "/double/flush":
                Each(partition => partition.Flush());
                return HttpReply.Empty();
            case "/double/compact":
                Each(partition => partition.Shards.ToList().ForEach(shard => shard.Compact()));
                return HttpReply.Empty();
            case "/double/merge":
                Each(partition => partition.Shards.ToList().ForEach(shard => shard.Index.Merge()));
                return HttpReply.Empty();
            case "/double/backup":
                _ = native.Begin(request.Arg("path"), controls.Get("native") ?? "");
                return HttpReply.Empty();
            case "/double/backup-status":
                return HttpReply.Text(native.Status);
            case "/double/backup-abort":
                native.Abort();
                return HttpReply.Empty();
            case "/double/open":
                _ = Partition(database, number, replicated: false);
                return HttpReply.Empty();
            case "/double/drop":
                Drop(database);
                return HttpReply.Empty();
            default:
                return request.Path.StartsWith("/double/raft/", StringComparison.Ordinal)
                    ? await new RaftEndpoints(Partition(database, number, replicated: true)).AnswerAsync(request, cancellationToken)
                    : HttpReply.Empty(404);
        }
    }

    private static HttpReply Write(StoredPartition partition, HttpRequest request)
    {
        var points = request.BodyText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Point.Parse).ToList();
        lock (partition.Gate)
        {
            partition.Shard(request.Arg("shard")).Write(points);
        }

        return HttpReply.Empty(204);
    }

    private string Read(string database, int number, string measurement, string[] shards)
    {
        if (!partitions.TryGetValue((database, number), out var lazy))
        {
            return "";
        }

        var partition = lazy.Value;
        lock (partition.Gate)
        {
            // A directory that the catalogue does not name is not read.
            return string.Join('\n', shards.Select(partition.Find).Where(shard => shard is not null)
                .SelectMany(shard => shard!.Read(measurement)).Select(point => point.Line));
        }
    }

    private string Measurements(string database, int number)
    {
        if (!partitions.TryGetValue((database, number), out var lazy))
        {
            return "";
        }

        lock (lazy.Value.Gate)
        {
            return string.Join('\n', lazy.Value.Shards.SelectMany(shard => shard.Measurements()).Distinct());
        }
    }

    private void Each(Action<StoredPartition> act)
    {
        foreach (var partition in All())
        {
            lock (partition.Gate)
            {
                act(partition);
            }
        }
    }

    private void Drop(string database)
    {
        foreach (var key in partitions.Keys.Where(key => key.Database == database))
        {
            if (partitions.TryRemove(key, out var lazy))
            {
                lock (lazy.Value.Gate)
                {
                    lazy.Value.Dispose();
                }
            }
        }

        if (controls.Is("drop", "keeps-files"))
        {
            return;
        }

        foreach (var path in (string[])[Path.Combine(config.Data, database), Path.Combine(config.Wal, database)])
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }
}
