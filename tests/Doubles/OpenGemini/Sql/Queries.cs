using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OpenGeminiDouble.Configuration;
using OpenGeminiDouble.Http;
using OpenGeminiDouble.Meta;
using OpenGeminiDouble.Store;

namespace OpenGeminiDouble.Sql;

/// <summary><c>/query</c>: errors come inside a 200, statements it does not know as 400, dead stores' rows not at all.</summary>
internal sealed partial class Queries(Cluster cluster, Controls controls)
{
    public async Task<HttpReply> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var statement = request.Arg("q").Trim().TrimEnd(';');
        if (await cluster.CatalogueAsync(mayBeOld: false, cancellationToken) is not { } catalogue)
        {
            return Failed("no meta leader");
        }

        if (CreateDatabase().Match(statement) is { Success: true } create)
        {
            var replicas = create.Groups[2].Success ? create.Groups[2].Value : "1";
            return await cluster.ChangeAsync($"/double/create?db={create.Groups[1].Value}&replicas={replicas}", cancellationToken)
                ? Series()
                : Failed("no meta leader");
        }

        if (DropDatabase().Match(statement) is { Success: true } drop)
        {
            await cluster.ChangeAsync($"/double/drop?db={drop.Groups[1].Value}", cancellationToken);
            foreach (var store in catalogue.DataNodes)
            {
                await Cluster.AskAsync(store, $"/double/drop?db={drop.Groups[1].Value}", "", cancellationToken);
            }

            return Series();
        }

        if (Select().Match(statement) is { Success: true } select)
        {
            return await SelectAsync(catalogue, request.Arg("db"), select.Groups[1].Value, request.Arg("epoch") == "ns", cancellationToken);
        }

        return statement.ToUpperInvariant() switch
        {
            "SHOW CLUSTER" => await ShowClusterAsync(catalogue, cancellationToken),
            "SHOW DATABASES" => Series(new JsonObject
            {
                ["name"] = "databases",
                ["columns"] = new JsonArray("name"),
                ["values"] = new JsonArray([.. catalogue.Databases.Select(name => new JsonArray(name))]),
            }),
            "SHOW SHARDS" => ShowShards(catalogue),
            "SHOW MEASUREMENTS" => await ShowMeasurementsAsync(catalogue, request.Arg("db"), cancellationToken),
            _ => HttpReply.Json(
                new JsonObject { ["error"] = $"error parsing query: found {statement.Split(' ')[^1]}, expected something else at line 1, char 1" }
                    .ToJsonString() + "\n",
                400),
        };
    }

    [GeneratedRegex("^CREATE DATABASE \"?(\\w+)\"?(?: (?:WITH )?REPLICA(?:S|TION) (\\d+))?", RegexOptions.IgnoreCase)]
    private static partial Regex CreateDatabase();

    [GeneratedRegex("^DROP DATABASE \"?(\\w+)\"?", RegexOptions.IgnoreCase)]
    private static partial Regex DropDatabase();

    [GeneratedRegex("^SELECT \\* FROM \"?(\\w+)\"?$", RegexOptions.IgnoreCase)]
    private static partial Regex Select();

    private async Task<HttpReply> ShowClusterAsync(Catalogue catalogue, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        var rows = new JsonArray();
        foreach (var (id, host) in catalogue.MetaNodes)
        {
            var alive = await Peer.ListensAsync(host, cancellationToken);
            rows.Add((JsonNode)new JsonArray(now, alive ? "alive" : "failed", host, id, "meta", "unavailable"));
        }

        foreach (var (store, alive) in await Cluster.StoresAsync(catalogue, cancellationToken))
        {
            rows.Add((JsonNode)new JsonArray(
                now, alive ? "alive" : "failed", store.Ingest, store.Id, "data", alive ? "available" : "unavailable"));
        }

        var moving = new JsonObject
        {
            ["columns"] = new JsonArray("opId", "eventType", "db", "ptId", "srcNodeId", "dstNodeId", "currState", "preState"),
        };
        if (controls.Get("migrating") is { } database)
        {
            moving["values"] = new JsonArray(new JsonArray(
                7, "move_pt", database, 0, catalogue.DataNodes[0].Id, catalogue.DataNodes[^1].Id, "move_offload", "move_init"));
        }

        return Series(
            new JsonObject
            {
                ["columns"] = new JsonArray("time", "status", "hostname", "nodeID", "nodeType", "availability"),
                ["values"] = rows,
            },
            moving);
    }

    private static HttpReply ShowShards(Catalogue catalogue) => Series([.. catalogue.Databases.Select(database => new JsonObject
    {
        ["name"] = database,
        ["columns"] = new JsonArray(
            "id", "database", "retention_policy", "shard_group", "start_time", "end_time", "expiry_time", "owners", "tier", "downSample_level"),
        ["values"] = new JsonArray([.. catalogue.Shards(database).Select(shard => new JsonArray(
            shard.Id,
            database,
            "autogen",
            shard.Group,
            Catalogue.Time(shard.StartNs),
            Catalogue.Time(shard.EndNs),
            Catalogue.Time(shard.EndNs),
            catalogue.Partitions(database).First(partition => partition.Id == shard.Partition).Owner.Id.ToString(CultureInfo.InvariantCulture),
            "warm",
            0))]),
    })]);

    private static async Task<HttpReply> ShowMeasurementsAsync(
        Catalogue catalogue, string database, CancellationToken cancellationToken)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var partition in catalogue.Partitions(database))
        {
            var answer = await Cluster.AskAsync(
                partition.Owner, $"/double/measurements?db={database}&pt={partition.Id}", "", cancellationToken);
            names.UnionWith(answer?.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? []);
        }

        return names.Count == 0 ? Series() : Series(new JsonObject
        {
            ["name"] = "measurements",
            ["columns"] = new JsonArray("name"),
            ["values"] = new JsonArray([.. names.Select(name => new JsonArray(name))]),
        });
    }

    private async Task<HttpReply> SelectAsync(
        Catalogue catalogue, string database, string measurement, bool nanoseconds, CancellationToken cancellationToken)
    {
        if (!catalogue.Databases.Contains(database))
        {
            return Failed($"database not found: {database}");
        }

        var partitions = catalogue.Partitions(database);
        if (catalogue.ReplicaGroup(database).Count > 0)
        {
            partitions = await cluster.MasterAsync(catalogue, database, toWrite: false, cancellationToken) is { } master ? [master] : [];
        }

        var points = new Dictionary<string, Point>(StringComparer.Ordinal);
        foreach (var partition in partitions)
        {
            var shards = string.Join(
                ',', catalogue.Shards(database).Where(shard => shard.Partition == partition.Id).Select(shard => shard.ShardDirectory));
            var answer = await Cluster.AskAsync(
                partition.Owner, $"/double/read?db={database}&pt={partition.Id}&mst={measurement}&shards={shards}", "", cancellationToken);
            foreach (var point in answer?.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Point.Parse) ?? [])
            {
                points[point.Key] = point;
            }
        }

        if (points.Count == 0)
        {
            return Series();
        }

        var columns = points.Values.SelectMany(point => Pairs(point).Select(pair => pair.Key)).Distinct()
            .Order(StringComparer.Ordinal).ToList();
        return Series(new JsonObject
        {
            ["name"] = measurement,
            ["columns"] = new JsonArray(["time", .. columns.Select(name => JsonValue.Create(name))]),
            ["values"] = new JsonArray([.. points.Values.OrderBy(point => point.TimeNs).ThenBy(point => point.Series, StringComparer.Ordinal)
                .Select(point => Row(point, columns, nanoseconds))]),
        });
    }

    private static JsonArray Row(Point point, List<string> columns, bool nanoseconds)
    {
        var values = Pairs(point).ToDictionary(pair => pair.Key, pair => pair.Value);
        JsonNode time = nanoseconds ? point.TimeNs : DateTimeOffset.UnixEpoch.AddTicks(point.TimeNs / 100)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
        return new JsonArray([time, .. columns.Select(name => values.TryGetValue(name, out var value) ? Value(value) : null)]);
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(Point point) =>
        point.Series.Split(',').Skip(1).Select(tag => $"{tag}\0").Concat(point.Fields.Split(','))
            .Select(text => text.Split('=', 2)).Select(parts => KeyValuePair.Create(parts[0], parts[1]));

    private static JsonNode Value(string text)
    {
        if (text.EndsWith('\0') || text.StartsWith('"'))
        {
            return text.TrimEnd('\0').Trim('"');
        }

        return text switch
        {
            "true" or "t" => true,
            "false" or "f" => false,
            _ when text.EndsWith('i') => long.Parse(text[..^1], CultureInfo.InvariantCulture),
            _ => double.Parse(text, CultureInfo.InvariantCulture),
        };
    }

    private static HttpReply Series(params JsonObject[] series)
    {
        var result = new JsonObject { ["statement_id"] = 0 };
        if (series.Length > 0)
        {
            result["series"] = new JsonArray([.. series]);
        }

        return Results(result);
    }

    private static HttpReply Failed(string error) => Results(new JsonObject { ["statement_id"] = 0, ["error"] = error });

    private static HttpReply Results(JsonObject result) =>
        HttpReply.Json(new JsonObject { ["results"] = new JsonArray(result) }.ToJsonString() + "\n") with { Chunked = true };
}
