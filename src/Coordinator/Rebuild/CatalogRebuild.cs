using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Points;
using Cairn.Coordinator.Topology;
using Cairn.Shared.Errors;
using Cairn.V1;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Rebuild;

/// <summary>
/// Makes the catalog again after it was lost: the clusters and their points from the repositories of all agents that have
/// registered, the epochs from their journals. Adds and raises only, so it may be repeated, also in daily life; what any agent has
/// recorded as deleted is no point any more, and whoever may still hold it is owed its deletion.
/// </summary>
internal sealed class CatalogRebuild(
    CoordinatorCatalog catalog,
    NodeDirectory directory,
    PointIndex points,
    ClusterSurvey survey,
    OwedDeletions deletions,
    ILogger<CatalogRebuild> logger)
{
    private const int MaxNodes = 10_000;

    /// <summary>Asks every agent, and returns what was found and what is still missing.</summary>
    public async Task<RebuildCatalogResponse> RunAsync(CancellationToken cancellationToken)
    {
        var all = await points.FindAllAsync(directory.All().Select(node => node.Registration.Name), cancellationToken);
        var response = new RebuildCatalogResponse { Unreachable = { all.Unreachable.Select(failure => failure.ToDetail()) } };

        var newest = all.Records
            .GroupBy(record => record.Summary.Cluster, StringComparer.Ordinal)
            .ToDictionary(
                cluster => cluster.Key,
                cluster => cluster.MaxBy(record => record.Summary.PointId, StringComparer.Ordinal)!.Summary,
                StringComparer.Ordinal);
        var known = catalog.Clusters.All().Select(cluster => cluster.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in known.Union(newest.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var isNew = !known.Contains(name);
            if (isNew && !TryAdd(newest[name], response))
            {
                continue;
            }

            response.Clusters.Add(await RebuildAsync(name, isNew, all, response, cancellationToken));
        }

        return response;
    }

    private bool TryAdd(PointSummary newest, RebuildCatalogResponse response)
    {
        var nodes = newest.Nodes.Select(part => part.Node).Union(newest.MissingNodes, StringComparer.Ordinal).ToList();

        // A repository is input like any other.
        var problems = ClusterRules.Problems(newest.Cluster, newest.Engine, nodes, MaxNodes);
        if (problems.Count > 0)
        {
            response.Damaged.Add(new CairnException(
                ErrorCode.PointDamaged,
                $"point {newest.PointId} names a cluster that cannot be: {string.Join("; ", problems)}",
                "add the cluster by hand: cairn cluster add",
                subject: newest.PointId).ToDetail());
            return false;
        }

        catalog.Clusters.Add(new ClusterDefinition(newest.Cluster, newest.Engine, nodes));
        return true;
    }

    private async Task<RebuiltCluster> RebuildAsync(
        string name, bool isNew, AllPoints all, RebuildCatalogResponse response, CancellationToken cancellationToken)
    {
        var cluster = catalog.Clusters.Get(name);

        // A deletion that any node has recorded counts: one that was away then must not bring the point back.
        var deleted = deletions.Renew(cluster, all);
        var before = catalog.Points.Of(name).Count;
        var topology = await survey.LookAsync(cluster, askDatabases: false, cancellationToken);
        var listing = await points.ListAsync(cluster, cancellationToken);
        response.Damaged.AddRange(listing.Damaged);
        cluster = catalog.Clusters.RaiseEpochAbove(name, HighestEpoch(topology));
        var rebuilt = new RebuiltCluster
        {
            Cluster = cluster.ToMessage(),
            Added = isNew,
            Points = listing.Points.Count,
            PointsAdded = Math.Max(0, listing.Points.Count - before),
            DeletedPoints = { deleted },
            MissingNodes = { cluster.Nodes.Where(node => directory.Find(node) is null).Order(StringComparer.Ordinal) },
            Restores =
            {
                topology.Nodes.SelectMany(node => (node.Description?.Remnants ?? []).Select(
                    remnant => new NodeRemnant { Node = node.Node, Restore = remnant })),
            },
        };
        RebuildLog.Rebuilt(logger, name, rebuilt.Points, rebuilt.PointsAdded, cluster.Epoch);
        return rebuilt;
    }

    private static long HighestEpoch(ClusterTopology topology) => topology.Nodes
        .Select(node => node.Description?.Epochs.TryGetValue(topology.Cluster.Name, out var epoch) == true ? epoch : 0)
        .DefaultIfEmpty(0)
        .Max();
}
