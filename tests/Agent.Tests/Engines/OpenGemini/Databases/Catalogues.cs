using System.Text.Json.Nodes;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Databases;

/// <summary>Catalogues in the form of <c>/getdata</c>: of each database as many shards as there are stores, with the numbers from a first one on.</summary>
internal sealed record Catalogues
{
    /// <summary>The stores' addresses, whose ids count from 4.</summary>
    public IReadOnlyList<string> Stores { get; init; } = ["127.0.0.1:8400", "127.0.0.2:8400"];

    public string Meta { get; init; } = "127.0.0.1:8091";

    public long Cluster { get; init; } = 42;

    /// <summary>All four counters.</summary>
    public long Counter { get; init; } = 100;

    /// <summary>Databases with their first shard's number.</summary>
    public IReadOnlyDictionary<string, long> Databases { get; init; } = new Dictionary<string, long>();

    /// <summary>A database whose partitions belong to a node that is not there.</summary>
    public string Orphaned { get; init; } = "";

    public int StoreStatus { get; init; } = 1;

    public Catalogues With(params (string Name, long First)[] databases) =>
        this with { Databases = databases.ToDictionary(database => database.Name, database => database.First) };

    public string Json() => new JsonObject
    {
        ["ClusterID"] = Cluster,
        ["PtNumPerNode"] = 1,
        ["MetaNodes"] = new JsonArray(new JsonObject { ["ID"] = 1, ["Host"] = Meta }),
        ["DataNodes"] = EachStore((store, at) => new JsonObject { ["ID"] = at + 4, ["Host"] = store, ["Status"] = StoreStatus }),
        ["SqlNodes"] = new JsonArray(),
        ["PtView"] = new JsonObject(Databases.Keys.Select(name => KeyValuePair.Create<string, JsonNode?>(name, EachStore((_, at) => new JsonObject
        {
            ["Owner"] = new JsonObject { ["NodeID"] = name == Orphaned ? 0 : at + 4 }, ["Status"] = 0, ["PtId"] = at, ["Ver"] = 1, ["RGID"] = 0,
        })))),
        ["ReplicaGroups"] = null,
        [nameof(Databases)] = new JsonObject(Databases.Select(database => KeyValuePair.Create<string, JsonNode?>(database.Key, Database(database)))),
        ["MaxShardGroupID"] = Counter,
        ["MaxShardID"] = Counter,
        ["MaxIndexGroupID"] = Counter,
        ["MaxIndexID"] = Counter,
    }.ToJsonString();

    private JsonObject Database(KeyValuePair<string, long> database) => new()
    {
        ["Name"] = database.Key,
        ["RetentionPolicies"] = new JsonObject
        {
            ["autogen"] = new JsonObject
            {
                ["ShardGroups"] = new JsonArray(new JsonObject { ["ID"] = database.Value, ["Shards"] = Numbered(database.Value) }),
                ["IndexGroups"] = new JsonArray(new JsonObject { ["ID"] = database.Value, ["Indexes"] = Numbered(database.Value) }),
            },
        },
    };

    private JsonArray Numbered(long first) => EachStore((_, at) => new JsonObject { ["ID"] = first + at, ["Owners"] = new JsonArray(at) });

    private JsonArray EachStore(Func<string, int, JsonObject> make) => new([.. Stores.Select((store, at) => (JsonNode)make(store, at))]);
}
