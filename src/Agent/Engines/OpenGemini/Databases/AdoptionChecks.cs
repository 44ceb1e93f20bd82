using System.Text.Json;
using Cairn.Agent.Engines.OpenGemini.Http;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGemini.Databases;

/// <summary>
/// What must hold between a point's catalogue and the one of the running cluster before <c>/recoverMeta</c> is called: it checks next to nothing
/// itself, and what goes wrong in it stays (docs/engines/opengemini.md, "One database into a running cluster").
/// </summary>
internal sealed class AdoptionChecks(JsonElement saved, JsonElement live, IReadOnlyList<string> databases)
{
    private const string WayOutWhole = "restore the whole cluster from a point of the whole cluster";

    private readonly Catalogue then = Catalogue.Parse(saved) ?? throw new CairnException(
        ErrorCode.PointDamaged, "the point's catalogue is none", "use another point");

    private readonly Catalogue now = Catalogue.Parse(live) ?? throw new CairnException(
        ErrorCode.EngineAnswer, "the ts-meta that leads gives no catalogue", "see its log");

    /// <summary>All of them, passed or not.</summary>
    public IEnumerable<Check> All()
    {
        yield return Run("same-cluster", RequireCluster);
        yield return Run("catalogue", RequireUnknown);
        yield return Run("other-database", RequireOther);
        yield return Run("stores", RequireStores);
        yield return Run("copies", RequireSingleCopies);
        yield return Run("numbers", RequireNumbers);
        yield return Run("settled", RequireSettled);
    }

    /// <summary>Returns that the catalogue knows none of the databases.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.AlreadyExists"/>.</exception>
    public static string RequireUnknown(JsonElement live, IReadOnlyList<string> databases)
    {
        foreach (var database in databases)
        {
            var entry = live.Entries("Databases").Where(d => d.Name == database).Select(d => (JsonElement?)d.Value).FirstOrDefault();
            if (entry is not null || live.Entries("PtView").Any(view => view.Name == database))
            {
                var dropped = entry is null || (entry.Value.TryGetProperty("MarkDeleted", out var mark) && mark.ValueKind == JsonValueKind.True);
                throw new CairnException(
                    ErrorCode.AlreadyExists,
                    $"the catalogue has a database '{database}'{(dropped ? ", which is being dropped" : "")}",
                    dropped ? "wait until it is gone" : $"if it is to be replaced, drop it first: DROP DATABASE \"{database}\"",
                    subject: database);
            }
        }

        return $"the catalogue knows no {string.Join(", ", databases)}";
    }

    private string RequireCluster()
    {
        if (databases.Except(then.Databases).ToList() is { Count: > 0 } missing)
        {
            throw new CairnException(ErrorCode.PointDamaged, $"the point's catalogue has no {string.Join(", ", missing)}", "use another point");
        }

        // Another cluster's numbers, members and copies were given out by other counters.
        return then.ClusterId == now.ClusterId
            ? $"cluster {now.ClusterId}, as in the point"
            : throw new CairnException(
                ErrorCode.TopologyMismatch,
                $"the point is of the database cluster {then.ClusterId}, this one is {now.ClusterId}: it was made anew since",
                WayOutWhole);
    }

    private string RequireUnknown() => RequireUnknown(live, databases);

    private string RequireOther() => now.Databases.Except(databases).ToList() is [var one, ..]
        ? $"the catalogue has '{one}'{(now.Databases.Count > 1 ? " and others" : "")}"
        : throw new CairnException(
            ErrorCode.Unsupported,
            "the catalogue has no database at all, and taking one back would kill every ts-meta for good: the order stays in their Raft log [ran P4]",
            "create one first and keep it until this one is back: CREATE DATABASE cairn_keep");

    // Hosts are compared as text by the server, and a store that is not found owns nothing [ran P5].
    private string RequireStores()
    {
        var (was, here) = (Hosts(then), Hosts(now));
        if (!was.SequenceEqual(here, StringComparer.Ordinal) || then.PartitionsPerNode != now.PartitionsPerNode)
        {
            throw new CairnException(
                ErrorCode.TopologyMismatch,
                $"the point has {was.Count} stores ({string.Join(", ", was)}), {then.PartitionsPerNode} partition(s) each; this cluster has {here.Count} "
                + $"({string.Join(", ", here)}), {now.PartitionsPerNode} each; partitions are given to stores by these names",
                "restore where the stores are those of the point");
        }

        return now.Stores.FirstOrDefault(store => store.Status != 1) is { } dead
            ? throw new CairnException(
                ErrorCode.MemberDead, $"the store {dead.Address} is not alive (status {dead.Status})", "start it; every store gets partitions", subject: dead.Address)
            : $"{here.Count} stores, by the same names as in the point: {string.Join(", ", here)}";
    }

    private string RequireSingleCopies() => then.Groups.FirstOrDefault(group => databases.Contains(group.Database)) is { } copied
        ? throw new CairnException(
            ErrorCode.Unsupported,
            $"database '{copied.Database}' has {copied.Members.Count} copies of each partition, and how a running cluster takes those back was never observed",
            WayOutWhole,
            subject: copied.Database)
        : "single copies";

    private string RequireNumbers()
    {
        var theirs = CatalogueNumbers.Of(saved, databases.Contains);
        if (theirs.AboveCountersOf(live) is { Count: > 0 } low)
        {
            throw new CairnException(
                ErrorCode.TopologyMismatch,
                $"new shards would get numbers that the point's have: {string.Join("; ", low)}; the cluster was brought back to an older state since, "
                + "and rows of new weeks would land in restored shards [ran P6]",
                WayOutWhole);
        }

        return theirs.SharedWith(CatalogueNumbers.Of(live, database => !databases.Contains(database))) is { Count: > 0 } shared
            ? throw new CairnException(
                ErrorCode.TopologyMismatch, $"other databases have numbers that the point's have: {string.Join("; ", shared)}", WayOutWhole)
            : $"the numbers of its {theirs.Shards.Count} shards are given out and free";
    }

    private string RequireSettled() => now.Unsettled.Count == 0
        ? "no partition moves"
        : throw new CairnException(ErrorCode.Unsettled, string.Join("; ", now.Unsettled), "wait until it has ended");

    private static List<string> Hosts(Catalogue catalogue) => [.. catalogue.Stores.Select(store => store.Address).Order(StringComparer.Ordinal)];

    private static Check Run(string name, Func<string> require)
    {
        try
        {
            return new Check { Name = name, Passed = true, Finding = require() };
        }
        catch (CairnException refused)
        {
            return new Check { Name = name, Passed = false, Finding = refused.Message, Error = refused.ToDetail() };
        }
    }
}
