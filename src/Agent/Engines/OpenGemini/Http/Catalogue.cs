using System.Text.Json;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Http;

/// <summary>What <c>getdata</c> and <c>meta_info.json</c> say of the cluster; the parts that a backup needs.</summary>
internal sealed record Catalogue
{
    /// <summary>The database's own id of the cluster, as it stands in the JSON.</summary>
    public required string ClusterId { get; init; }

    /// <summary>Partitions per store.</summary>
    public required long PartitionsPerNode { get; init; }

    /// <summary>The ts-metas.</summary>
    public required IReadOnlyList<CatalogueNode> Metas { get; init; }

    /// <summary>The ts-stores.</summary>
    public required IReadOnlyList<CatalogueNode> Stores { get; init; }

    /// <summary>The ts-sqls.</summary>
    public required IReadOnlyList<CatalogueNode> Sqls { get; init; }

    /// <summary>Databases, sorted.</summary>
    public required IReadOnlyList<string> Databases { get; init; }

    /// <summary>Every partition of every database.</summary>
    public required IReadOnlyList<CataloguePartition> Partitions { get; init; }

    /// <summary>Replica groups of replicated databases; the members are partition ids.</summary>
    public required IReadOnlyList<ReplicaGroup> Groups { get; init; }

    /// <summary>Things in progress: migrations, partitions and groups that are not as they should be.</summary>
    public required IReadOnlyList<string> Unsettled { get; init; }

    /// <summary>Features in use that were never observed during a backup; names as in <see cref="Caveats"/>.</summary>
    public required IReadOnlySet<string> Features { get; init; }

    /// <summary>Reads an answer; of the databases only <paramref name="databases"/>, unless it is empty.</summary>
    /// <exception cref="CairnException">It is not a catalogue.</exception>
    public static Catalogue Read(Answer answer, IReadOnlyCollection<string>? databases = null)
    {
        using var document = answer.Json();
        return Parse(document.RootElement, databases) ?? throw answer.Unusable($"answered no catalogue: {answer.Shown}");
    }

    /// <summary>Parses a catalogue, as <see cref="Read"/>; null when it is not one.</summary>
    public static Catalogue? Parse(JsonElement root, IReadOnlyCollection<string>? only = null)
    {
        bool IsWanted(JsonProperty entry) => only is not { Count: > 0 } || only.Contains(entry.Name);

        var clusterId = root.NumberText("ClusterID");
        var metas = Nodes(root, "MetaNodes", "Host");
        if (clusterId.Length == 0 || metas.Count == 0 || !root.TryGetProperty("PtView", out _) || !root.TryGetProperty(nameof(Databases), out _))
        {
            return null;
        }

        var databases = root.Entries(nameof(Databases)).Where(IsWanted).ToList();
        return new Catalogue
        {
            ClusterId = clusterId,
            PartitionsPerNode = root.Number("PtNumPerNode", 1),
            Metas = metas,
            Stores = Nodes(root, "DataNodes", "Host"),
            Sqls = Nodes(root, "SqlNodes", "TCPHost"),
            Databases = [.. databases.Select(d => d.Name).Order(StringComparer.Ordinal)],
            Partitions = [.. root.Entries("PtView").Where(IsWanted).SelectMany(ReadPartitions)],
            Groups = [.. root.Entries("ReplicaGroups").Where(IsWanted).SelectMany(ReadGroups)],
            Unsettled = [.. FindUnsettled(root)],
            Features = CatalogueFeatures.Find(databases),
        };
    }

    private static List<CatalogueNode> Nodes(JsonElement root, string list, string address) =>
        [.. root.Items(list).Select(n => new CatalogueNode(n.Number("ID", -1), n.Text(address), n.Number("Status", -1)))];

    private static IEnumerable<CataloguePartition> ReadPartitions(JsonProperty database) =>
        database.Value.ValueKind != JsonValueKind.Array ? [] : database.Value.EnumerateArray().Select(p => new CataloguePartition(
            database.Name,
            p.Number("PtId", -1),
            p.TryGetProperty("Owner", out var owner) ? owner.Number("NodeID", -1) : -1,
            p.Number("RGID", -1)));

    private static IEnumerable<ReplicaGroup> ReadGroups(JsonProperty database) =>
        database.Value.ValueKind != JsonValueKind.Array ? [] : database.Value.EnumerateArray().Select(g => new ReplicaGroup(
            database.Name,
            g.Number("ID", -1),
            g.Number("MasterPtID", -1),
            [.. g.Items("Peers").Select(p => p.Number("ID", -1)).Append(g.Number("MasterPtID", -1)).Distinct().Order()]));

    private static IEnumerable<string> FindUnsettled(JsonElement root)
    {
        foreach (var migration in root.Entries("MigrateEvents"))
        {
            yield return $"partition migration '{migration.Name}' is in progress";
        }

        foreach (var database in root.Entries("PtView").Where(d => d.Value.ValueKind == JsonValueKind.Array))
        {
            foreach (var partition in database.Value.EnumerateArray().Where(p => p.Number("Status", -1) != 0))
            {
                yield return $"partition {partition.Number("PtId", -1)} of '{database.Name}' is not online (status {partition.Number("Status", -1)})";
            }
        }

        foreach (var database in root.Entries("ReplicaGroups").Where(d => d.Value.ValueKind == JsonValueKind.Array))
        {
            foreach (var group in database.Value.EnumerateArray().Where(g => g.Number("Status", -1) != 0))
            {
                yield return $"replica group {group.Number("ID", -1)} of '{database.Name}' is not healthy (status {group.Number("Status", -1)})";
            }
        }
    }
}

/// <summary>A process as the catalogue names it.</summary>
/// <param name="Id">Given in join order, not tied to hosts.</param>
/// <param name="Address">meta: HTTP; store: ingest; sql: HTTP.</param>
/// <param name="Status">1 is alive, for stores and ts-sqls.</param>
internal sealed record CatalogueNode(long Id, string Address, long Status);

/// <summary>Where a partition of a database is.</summary>
internal sealed record CataloguePartition(string Database, long Id, long NodeId, long GroupId);

/// <summary>The copies of one partition of a replicated database.</summary>
/// <param name="Database">The database.</param>
/// <param name="Id">Unique in the database.</param>
/// <param name="Master">The partition id of the copy that leads.</param>
/// <param name="Members">Partition ids, the master's among them, ascending.</param>
internal sealed record ReplicaGroup(string Database, long Id, long Master, IReadOnlyList<long> Members);
