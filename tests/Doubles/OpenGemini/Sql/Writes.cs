using System.Globalization;
using OpenGeminiDouble.Configuration;
using OpenGeminiDouble.Meta;
using OpenGeminiDouble.Store;

namespace OpenGeminiDouble.Sql;

/// <summary>Brings lines to the stores that own their series, and journals what was acknowledged when it is told to.</summary>
internal sealed class Writes(Cluster cluster, Controls controls)
{
    private readonly Lock journalGate = new();

    /// <summary>Null when every line was acknowledged, else what stood in the way.</summary>
    public async Task<string?> WriteAsync(string database, string lines, long unitNs, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        var points = lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Point.Parse(line, unitNs, now)).ToList();
        if (await cluster.CatalogueAsync(mayBeOld: true, cancellationToken) is not { } catalogue)
        {
            return "no meta leader";
        }

        if (!catalogue.Databases.Contains(database)
            && (await cluster.CatalogueAsync(mayBeOld: false, cancellationToken))?.Databases.Contains(database) != true)
        {
            return $"database not found: {database}";
        }

        foreach (var week in points.GroupBy(point => Group(catalogue, database, point.TimeNs)))
        {
            if (await PlacedAsync(database, week.First().TimeNs, [.. week.Select(point => point.Measurement).Distinct()], cancellationToken)
                is not { } placed)
            {
                return "no meta leader";
            }

            var problem = placed.ReplicaGroup(database).Count > 0
                ? await ReplicatedAsync(placed, database, [.. week], cancellationToken)
                : await SingleAsync(placed, database, [.. week], cancellationToken);
            if (problem is not null)
            {
                return problem;
            }
        }

        Journal(database, points);
        return null;
    }

    private static long Group(Catalogue catalogue, string database, long timeNs) =>
        catalogue.Shards(database).FirstOrDefault(shard => shard.StartNs <= timeNs && timeNs < shard.EndNs)?.Group
            ?? -1 - (timeNs / 604_800_000_000_000);

    private async Task<Catalogue?> PlacedAsync(
        string database, long timeNs, IReadOnlyList<string> measurements, CancellationToken cancellationToken)
    {
        if (!await cluster.ChangeAsync(
            string.Create(CultureInfo.InvariantCulture, $"/double/shards?db={database}&time={timeNs}&mst={string.Join(',', measurements)}"),
            cancellationToken))
        {
            return null;
        }

        return await cluster.CatalogueAsync(mayBeOld: true, cancellationToken);
    }

    private static ShardPlace Place(Catalogue catalogue, string database, int partition, long timeNs) =>
        catalogue.Shards(database).First(
            shard => shard.Partition == partition && shard.StartNs <= timeNs && timeNs < shard.EndNs);

    /// <summary>One copy: a dead owner's lines go to the next living partition.</summary>
    private static async Task<string?> SingleAsync(
        Catalogue catalogue, string database, List<Point> points, CancellationToken cancellationToken)
    {
        var partitions = catalogue.Partitions(database);
        foreach (var group in points.GroupBy(point => (int)(Hash(point.Series) % (uint)partitions.Count)))
        {
            var written = false;
            for (var step = 0; step < partitions.Count && !written; step++)
            {
                var partition = partitions[(group.Key + step) % partitions.Count];
                var place = Place(catalogue, database, partition.Id, group.First().TimeNs);
                var answer = await Cluster.AskAsync(
                    partition.Owner,
                    $"/double/write?db={database}&pt={partition.Id}&shard={place.ShardDirectory}",
                    string.Join('\n', group.Select(point => point.Line)),
                    cancellationToken);
                written = answer is { Status: 204 };
            }

            if (!written)
            {
                return "no store accepts the points";
            }
        }

        return null;
    }

    private async Task<string?> ReplicatedAsync(
        Catalogue catalogue, string database, List<Point> points, CancellationToken cancellationToken)
    {
        if (await cluster.MasterAsync(catalogue, database, toWrite: true, cancellationToken) is not { } master)
        {
            return "replica group has no master";
        }

        var places = string.Join(',', catalogue.ReplicaGroup(database).Select(
            copy => $"{copy}:{Place(catalogue, database, copy, points[0].TimeNs).ShardDirectory}"));
        var peers = Cluster.Peers(catalogue, database, master);
        var answer = await Cluster.AskAsync(
            master.Owner,
            $"/double/raft/write?db={database}&pt={master.Id}&peers={peers}&places={places}",
            string.Join('\n', points.Select(point => point.Line)),
            cancellationToken);
        if (answer is { Status: 204 })
        {
            return null;
        }

        cluster.ForgetMaster(database);
        return "replica group has no majority";
    }

    private void Journal(string database, List<Point> points)
    {
        if (controls.Get("journal") is not { } path)
        {
            return;
        }

        lock (journalGate)
        {
            File.AppendAllLines(path, points.Select(point => $"{database} {point.Line}"));
        }
    }

    private static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var letter in text)
        {
            hash = (hash ^ letter) * 16777619u;
        }

        return hash;
    }
}
