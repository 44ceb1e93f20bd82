using System.Globalization;
using System.Text.Json;
using Cairn.Agent.Engines.OpenGemini.Http;

namespace Cairn.Agent.Engines.OpenGemini.Databases;

/// <summary>Whether the running cluster's catalogue has databases as a point's catalogue has them.</summary>
internal static class AdoptedDatabases
{
    /// <summary>
    /// Compares partitions, by the stores that own them, and shards; new shards may be there already. Known: it has one of them, right or not, or null when
    /// that cannot be told; what it lacks is empty when all are right.
    /// </summary>
    public static (bool? Known, string Lack, IReadOnlyList<string> Findings) Compare(
        JsonElement saved, JsonElement live, IReadOnlyList<string> databases)
    {
        if (Catalogue.Parse(saved, databases) is not { } then || Catalogue.Parse(live, databases) is not { } now)
        {
            return (Known: null, "it gives no catalogue", []);
        }

        if (databases.Except(now.Databases).ToList() is { Count: > 0 } missing)
        {
            return (Known: now.Databases.Count > 0, $"its catalogue does not have {string.Join(", ", missing)}", []);
        }

        var (owners, ownersNow) = (Owners(then), Owners(now));
        foreach (var (partition, store) in owners)
        {
            if (ownersNow.GetValueOrDefault(partition) is var here && here != store)
            {
                return (
                    Known: true,
                    $"partition {partition.Id} of '{partition.Database}' belongs to {(here is null ? "no store" : $"the store {here}")} and not to {store}",
                    []);
            }
        }

        if (now.Unsettled.FirstOrDefault(word => databases.Any(name => word.Contains($"'{name}'", StringComparison.Ordinal))) is { } unsettled)
        {
            return (Known: true, unsettled, []);
        }

        var shards = CatalogueNumbers.Of(saved, databases.Contains).Shards;
        var lacking = shards.Except(CatalogueNumbers.Of(live, databases.Contains).Shards).Order().ToList();
        return lacking.Count > 0
            ? (Known: true, $"its catalogue lacks the shards {string.Join(", ", lacking.Take(5))}", [])
            : (Known: true, "", [string.Create(
                CultureInfo.InvariantCulture,
                $"the catalogue has {string.Join(", ", databases)} again: {owners.Count} partitions, each with the store of the point, and {shards.Count} shards")]);
    }

    private static Dictionary<(string Database, long Id), string> Owners(Catalogue catalogue)
    {
        var stores = catalogue.Stores.DistinctBy(store => store.Id).ToDictionary(store => store.Id, store => store.Address);
        return catalogue.Partitions
            .Where(partition => stores.ContainsKey(partition.NodeId))
            .DistinctBy(partition => (partition.Database, partition.Id))
            .ToDictionary(partition => (partition.Database, partition.Id), partition => stores[partition.NodeId]);
    }
}
