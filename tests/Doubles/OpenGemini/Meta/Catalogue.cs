using System.Globalization;
using System.Text.Json.Nodes;
using OpenGeminiDouble.Configuration;

namespace OpenGeminiDouble.Meta;

/// <summary>The cluster's catalogue as <c>/getdata</c> tells it, and the few changes that the double can make to it.</summary>
internal sealed class Catalogue
{
    private const long WeekNs = 604_800_000_000_000;

    /// <summary>Weeks begin on Mondays; the epoch was a Thursday.</summary>
    private const long FirstMondayNs = 345_600_000_000_000;

    private readonly JsonObject root;

    private Catalogue(JsonObject root) => this.root = root;

    public long Index
    {
        get => (long?)root["Index"] ?? 0;
        set => root["Index"] = value;
    }

    public IReadOnlyList<DataNode> DataNodes =>
        [.. root["DataNodes"]!.AsArray().Select(node => new DataNode((long)node!["ID"]!, (string)node["Host"]!, (string)node["TCPHost"]!))];

    public IReadOnlyList<(long Id, string Host)> MetaNodes =>
        [.. root["MetaNodes"]!.AsArray().Select(node => ((long)node!["ID"]!, (string)node["Host"]!))];

    public IReadOnlyList<string> Databases => root["Databases"] is JsonObject all ? [.. all.Select(pair => pair.Key)] : [];

    public static Catalogue Parse(string json) => new(JsonNode.Parse(json)!.AsObject());

    /// <summary>A new cluster without databases, of the hosts named in <c>meta-join</c>.</summary>
    public static Catalogue Fresh(EngineConfig config)
    {
        var hosts = config.MetaJoin.Select(EngineConfig.HostOf).ToList();
        var id = 0L;
        string Port(string address) => address[address.LastIndexOf(':')..];
        JsonObject Node(string host, string rpc, string tcp, int status) => new()
        {
            ["ID"] = ++id, ["Host"] = host, ["RPCAddr"] = rpc, ["TCPHost"] = tcp, ["Status"] = status, ["LTime"] = 0,
            ["GossipAddr"] = "", ["SegregateStatus"] = 0, ["Role"] = "",
        };
        // Through text, so that a number reads as any width, as it does from a file.
        return Parse(new JsonObject
        {
            ["Term"] = 2,
            ["Index"] = 20,
            ["ClusterID"] = 2422602930216909722,
            ["ClusterPtNum"] = hosts.Count,
            ["PtNumPerNode"] = 1,
            ["NumOfShards"] = hosts.Count,
            ["MetaNodes"] = new JsonArray([.. hosts.Select(host => Node(
                host + Port(config.MetaHttp), host + Port(config.MetaRpc), host + Port(config.MetaBind), 0))]),
            ["DataNodes"] = new JsonArray([.. hosts.Select(host => Node(
                host + Port(config.Ingest), "", host + Port(config.Select), 1))]),
            ["SqlNodes"] = new JsonArray([.. hosts.Select(host => Node("", "", host + Port(config.Http[0]), 1))]),
            ["PtView"] = null,
            ["ReplicaGroups"] = null,
            ["Databases"] = null,
            ["MigrateEvents"] = null,
            ["MaxShardGroupID"] = 0,
            ["MaxShardID"] = 0,
            ["MaxIndexGroupID"] = 0,
            ["MaxIndexID"] = 0,
        }.ToJsonString());
    }

    public string ToJson() => root.ToJsonString();

    /// <summary>Only the named parts, as <c>/getdata?parts=</c> gives them.</summary>
    public string Parts(string names)
    {
        var wanted = names.Split(',').ToHashSet(StringComparer.Ordinal);
        return new JsonObject(root.Where(pair => wanted.Contains(pair.Key))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))).ToJsonString();
    }

    public void SetStatus(string ingest, bool alive)
    {
        foreach (var node in root["DataNodes"]!.AsArray().Where(node => (string)node!["Host"]! == ingest))
        {
            node!["Status"] = alive ? 1 : 4;
        }
    }

    /// <summary>Shows a partition on the move, as a migration in progress does.</summary>
    public void SetMigration(string database)
    {
        root["MigrateEvents"] = new JsonObject
        {
            [database + "$0"] = new JsonObject
            {
                ["opId"] = 7, ["eventType"] = 1, ["pti"] = new JsonObject { ["Db"] = database, ["Pt"] = new JsonObject { ["PtId"] = 0 } },
                ["currState"] = 2, ["preState"] = 1, ["src"] = DataNodes[0].Id, ["dest"] = DataNodes[^1].Id,
            },
        };
    }

    /// <summary>The partitions of a database: number, owning data node, in order.</summary>
    public IReadOnlyList<Partition> Partitions(string database)
    {
        var nodes = DataNodes.ToDictionary(node => node.Id);
        return root["PtView"]?[database] is JsonArray all
            ? [.. all.Where(pt => nodes.ContainsKey((long)pt!["Owner"]!["NodeID"]!))
                .Select(pt => new Partition((int)pt!["PtId"]!, nodes[(long)pt["Owner"]!["NodeID"]!]))]
            : [];
    }

    /// <summary>The replica group of a database (the double makes one per database), master first; empty without copies.</summary>
    public IReadOnlyList<int> ReplicaGroup(string database) =>
        root["ReplicaGroups"]?[database] is JsonArray { Count: > 0 } groups
            ? [(int)groups[0]!["MasterPtID"]!, .. groups[0]!["Peers"]!.AsArray().Select(peer => (int)peer!["ID"]!)]
            : [];

    /// <summary>The shards of a partition, as directory names; a directory that no shard names is not read.</summary>
    public IReadOnlyList<ShardPlace> Shards(string database)
    {
        var places = new List<ShardPlace>();
        foreach (var group in Policy(database)?["ShardGroups"]?.AsArray() ?? [])
        {
            var start = Nanoseconds((string)group!["StartTime"]!);
            var end = Nanoseconds((string)group["EndTime"]!);
            foreach (var shard in group["Shards"]!.AsArray())
            {
                var pt = (int)shard!["Owners"]!.AsArray()[0]!;
                places.Add(new ShardPlace(pt, (long)shard["ID"]!, (long)shard["IndexID"]!, start, end, (long)group["ID"]!));
            }
        }

        return places;
    }

    public bool Create(string database, int replicas)
    {
        if (Databases.Contains(database))
        {
            return false;
        }

        var nodes = DataNodes;
        Section("Databases")[database] = new JsonObject
        {
            ["Name"] = database,
            ["DefaultRetentionPolicy"] = "autogen",
            ["RetentionPolicies"] = new JsonObject
            {
                ["autogen"] = new JsonObject
                {
                    ["Name"] = "autogen", ["ReplicaN"] = replicas, ["Duration"] = 0, ["ShardGroupDuration"] = WeekNs,
                    ["IndexGroupDuration"] = WeekNs, ["IndexGroups"] = new JsonArray(), ["Measurements"] = new JsonObject(),
                    ["MstVersions"] = new JsonObject(), ["ShardGroups"] = new JsonArray(), ["MarkDeleted"] = false,
                },
            },
            ["MarkDeleted"] = false,
        };
        Section("PtView")[database] = new JsonArray([.. nodes.Select((node, at) => new JsonObject
        {
            ["Owner"] = new JsonObject { ["NodeID"] = node.Id }, ["Status"] = 0, ["PtId"] = at, ["Ver"] = 1, ["RGID"] = 0,
        })]);
        if (replicas > 1)
        {
            var master = (Databases.Count - 1) % nodes.Count;
            Section("ReplicaGroups")[database] = new JsonArray(new JsonObject
            {
                ["ID"] = 0,
                ["MasterPtID"] = master,
                ["Peers"] = new JsonArray([.. Enumerable.Range(0, nodes.Count).Where(pt => pt != master)
                    .Select(pt => new JsonObject { ["ID"] = pt, ["PtRole"] = 1 })]),
                ["Status"] = 0,
                ["Term"] = 0,
            });
        }

        return true;
    }

    public bool Drop(string database)
    {
        Section("PtView").Remove(database);
        Section("ReplicaGroups").Remove(database);
        return Section("Databases").Remove(database);
    }

    /// <summary>Takes databases out of another catalogue; false when a partition's store is not here by the same host.</summary>
    public bool Recover(Catalogue given, IReadOnlyList<string> databases, bool breakOwners)
    {
        var hosts = given.DataNodes.ToDictionary(node => node.Id, node => node.Ingest);
        var mine = DataNodes.ToDictionary(node => node.Ingest, node => node.Id);
        var all = given.DataNodes.Count == mine.Count && !breakOwners;
        foreach (var database in databases.Where(given.Databases.Contains))
        {
            Section("Databases")[database] = given.root["Databases"]![database]!.DeepClone();
            var view = given.root["PtView"]![database]!.DeepClone().AsArray();
            foreach (var partition in view)
            {
                var found = mine.GetValueOrDefault(hosts.GetValueOrDefault((long)partition!["Owner"]!["NodeID"]!, ""), 0);
                all &= found != 0;
                partition["Owner"]!["NodeID"] = breakOwners ? 0 : found;
                partition["Ver"] = (long)partition["Ver"]! + 2;
            }

            Section("PtView")[database] = view;
        }

        return all;
    }

    /// <summary>Sees to shards for the time and to the measurements; false when they were all there.</summary>
    public bool EnsureShards(string database, long timeNs, IEnumerable<string> measurements)
    {
        var policy = Policy(database) ?? throw new InvalidOperationException($"database not found: {database}");
        var changed = false;
        foreach (var name in measurements)
        {
            if (policy["Measurements"] is JsonObject known && !known.ContainsKey(name + "_0000"))
            {
                known[name + "_0000"] = new JsonObject
                {
                    ["Name"] = name + "_0000", ["Schema"] = new JsonObject(), ["MarkDeleted"] = false, ["EngineType"] = 0,
                };
                policy["MstVersions"]![name] = new JsonObject { ["NameWithVersion"] = name + "_0000", ["Version"] = 0 };
                changed = true;
            }
        }

        var start = timeNs - ((((timeNs - FirstMondayNs) % WeekNs) + WeekNs) % WeekNs);
        if (Shards(database).Any(shard => shard.StartNs == start))
        {
            return changed;
        }

        var partitions = Partitions(database);
        policy["IndexGroups"]!.AsArray().Add(new JsonObject
        {
            ["ID"] = Next("MaxIndexGroupID"), ["StartTime"] = Time(start), ["EndTime"] = Time(start + WeekNs),
            ["Indexes"] = new JsonArray([.. partitions.Select(pt => new JsonObject
            {
                ["ID"] = Next("MaxIndexID"), ["Tier"] = 0, ["Owners"] = new JsonArray(pt.Id), ["MarkDelete"] = false,
            })]),
            ["EngineType"] = 0,
        });
        var firstIndex = (long)root["MaxIndexID"]! - partitions.Count + 1;
        policy["ShardGroups"]!.AsArray().Add(new JsonObject
        {
            ["ID"] = Next("MaxShardGroupID"), ["StartTime"] = Time(start), ["EndTime"] = Time(start + WeekNs),
            ["Shards"] = new JsonArray([.. partitions.Select((pt, at) => new JsonObject
            {
                ["ID"] = Next("MaxShardID"), ["Owners"] = new JsonArray(pt.Id), ["Tier"] = 1, ["IndexID"] = firstIndex + at,
                ["ReadOnly"] = false, ["MarkDelete"] = false,
            })]),
            ["EngineType"] = 0,
        });
        return true;
    }

    public static string Time(long nanoseconds) =>
        DateTimeOffset.FromUnixTimeSeconds(nanoseconds / 1_000_000_000).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static long Nanoseconds(string time) =>
        DateTimeOffset.Parse(time, CultureInfo.InvariantCulture).ToUnixTimeSeconds() * 1_000_000_000;

    private JsonObject? Policy(string database) => root["Databases"]?[database]?["RetentionPolicies"]?["autogen"]?.AsObject();

    private JsonObject Section(string name)
    {
        if (root[name] is not JsonObject section)
        {
            root[name] = section = [];
        }

        return section;
    }

    private long Next(string counter)
    {
        var next = ((long?)root[counter] ?? 0) + 1;
        root[counter] = next;
        return next;
    }
}
