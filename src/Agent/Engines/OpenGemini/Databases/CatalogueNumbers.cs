using System.Text.Json;
using Cairn.Agent.Engines.OpenGemini.Http;

namespace Cairn.Agent.Engines.OpenGemini.Databases;

/// <summary>
/// The numbers by which a catalogue tells shards and indexes apart. They are unique in a cluster because each is given out once, from counters;
/// they name directories, and <c>/recoverMeta</c> brings those of a database back without touching the counters [ran P6].
/// </summary>
internal sealed class CatalogueNumbers
{
    private static readonly string[] Counters = ["MaxShardGroupID", "MaxShardID", "MaxIndexGroupID", "MaxIndexID"];

    private readonly Dictionary<string, HashSet<long>> used = Counters.ToDictionary(counter => counter, _ => new HashSet<long>());

    /// <summary>Those of some databases of a catalogue.</summary>
    public static CatalogueNumbers Of(JsonElement catalogue, Func<string, bool> isWanted)
    {
        var numbers = new CatalogueNumbers();
        foreach (var policy in catalogue.Entries("Databases").Where(d => isWanted(d.Name)).SelectMany(d => d.Value.Entries("RetentionPolicies")))
        {
            numbers.Add(policy.Value);
        }

        return numbers;
    }

    /// <summary>Numbers of shards.</summary>
    public IReadOnlySet<long> Shards => used["MaxShardID"];

    /// <summary>A sentence for each counter of <paramref name="live"/> that would give one of these numbers out again.</summary>
    public IReadOnlyList<string> AboveCountersOf(JsonElement live) =>
    [
        .. used.Where(kind => kind.Value.Count > 0 && live.Number(kind.Key, 0) < kind.Value.Max())
            .Select(kind => $"{kind.Key} is {live.Number(kind.Key, 0)} here and {kind.Value.Max()} is in the point"),
    ];

    /// <summary>A sentence for each kind of number that is in use by both.</summary>
    public IReadOnlyList<string> SharedWith(CatalogueNumbers other) =>
    [
        .. used.Select(kind => (Kind: kind.Key["Max".Length..], Both: kind.Value.Intersect(other.used[kind.Key]).Order().ToList()))
            .Where(shared => shared.Both.Count > 0)
            .Select(shared => $"{shared.Kind} {string.Join(", ", shared.Both.Take(5))}"),
    ];

    private void Add(JsonElement policy)
    {
        foreach (var group in policy.Items("ShardGroups"))
        {
            AddOne("MaxShardGroupID", group);
            AddAll("MaxShardID", group.Items("Shards"));
        }

        foreach (var group in policy.Items("IndexGroups"))
        {
            AddOne("MaxIndexGroupID", group);
            AddAll("MaxIndexID", group.Items("Indexes"));
        }
    }

    private void AddAll(string counter, IEnumerable<JsonElement> items)
    {
        foreach (var item in items)
        {
            AddOne(counter, item);
        }
    }

    private void AddOne(string counter, JsonElement item) => used[counter].Add(item.Number("ID", 0));
}
