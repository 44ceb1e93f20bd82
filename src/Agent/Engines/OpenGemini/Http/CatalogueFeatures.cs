using System.Text.Json;

namespace Cairn.Agent.Engines.OpenGemini.Http;

/// <summary>Finds what a catalogue's databases use that was never observed together with a backup.</summary>
internal static class CatalogueFeatures
{
    private const int ColumnStore = 1;
    private const int WarmTier = 2;
    private const int ObservedReplicas = 3;

    /// <summary>Names of caveats, see <see cref="Caveats"/>.</summary>
    public static IReadOnlySet<string> Find(IEnumerable<JsonProperty> databases)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var database in databases.Select(d => d.Value))
        {
            AddWhen(found, Caveats.ObjectStorage, database.Entries("Options").Any());
            AddWhen(found, Caveats.ReplicaCount, database.Number("ReplicaN", 1) is not (0 or 1 or ObservedReplicas));
            foreach (var policy in database.Entries("RetentionPolicies").Select(p => p.Value))
            {
                AddPolicy(found, policy);
            }
        }

        return found;
    }

    private static void AddPolicy(HashSet<string> found, JsonElement policy)
    {
        AddWhen(found, Caveats.Downsampling, policy.IsSet("DownSamplePolicyInfo"));
        foreach (var measurement in policy.Entries("Measurements").Select(m => m.Value))
        {
            AddWhen(found, Caveats.ColumnStore, measurement.Number("EngineType", 0) == ColumnStore);
            AddWhen(found, Caveats.ObjectStorage, measurement.IsSet("ObsOptions"));
        }

        foreach (var group in policy.Items("ShardGroups"))
        {
            AddWhen(found, Caveats.ColumnStore, group.Number("EngineType", 0) == ColumnStore);
            AddWhen(found, Caveats.ObjectStorage, group.Items("Shards").Any(shard => shard.Number("Tier", 0) > WarmTier));
        }
    }

    private static void AddWhen(HashSet<string> found, string name, bool there)
    {
        if (there)
        {
            found.Add(name);
        }
    }
}
