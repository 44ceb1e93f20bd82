using System.Globalization;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Plans;
using Cairn.Coordinator.Points;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Deleting;

/// <summary>What deleting a point would do and free, as people see it and as the job runs by it. Changes nothing.</summary>
internal sealed class DeletionPlanner(CoordinatorCatalog catalog, PointIndex points, AgentCalls calls)
{
    /// <summary>Asks all nodes; one that is away is told when it is back, so it stands in nobody's way.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownCluster"/>; as <see cref="PointIndex.Pick"/>.</exception>
    public async Task<PlannedDeletion> PlanAsync(string clusterName, string wanted, CancellationToken cancellationToken)
    {
        var cluster = catalog.Clusters.Get(clusterName);
        var listing = await points.ListAsync(cluster, cancellationToken);
        var point = PointIndex.Pick(listing, clusterName, wanted);
        var summary = point.Record.Summary;
        var nodes = cluster.Nodes
            .Concat(summary.Nodes.Select(part => part.Node))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        var answers = await Task.WhenAll(nodes.Select(node => AskAsync(node, point.Id, listing, cancellationToken)));
        var seen = new SeenPlan(
        [
            $"delete point {point.Id} of cluster {clusterName}: it can be restored nowhere afterwards",
            .. summary.Nodes.OrderBy(part => part.Node, StringComparer.Ordinal)
                .Select(part => $"the point's part of {part.Node} has the manifest {part.ManifestHash}"),
            .. nodes.Select(node => $"{node} gets a tombstone, so that the point cannot come back"),
        ]);
        var plan = new DeletionPlan
        {
            Cluster = clusterName,
            Point = summary,
            Nodes = { answers },
            BytesFreed = answers.Sum(answer => answer.Deletion?.BytesFreed ?? 0),
            Steps = { seen.Steps },
            PlanHash = seen.Hash,
        };
        return new PlannedDeletion(plan, seen, point.Record, new DeletionNotes(point.Id, nodes));
    }

    /// <summary>What the plan frees, in a sentence.</summary>
    public static string Freed(DeletionPlan plan) => string.Create(
        CultureInfo.InvariantCulture,
        $"deleting it frees {plan.BytesFreed} bytes on {plan.Nodes.Count(node => node.Deletion?.Held == true)} nodes");

    private async Task<NodeDeletion> AskAsync(
        string node, string point, PointListing listing, CancellationToken cancellationToken)
    {
        if (listing.Unreachable.TryGetValue(node, out var away))
        {
            return new NodeDeletion { Node = node, Error = away.ToDetail(node) };
        }

        try
        {
            var deletion = await calls.AskAsync(
                node,
                (agent, options) => agent.PlanDeleteAsync(new PlanDeleteRequest { PointId = point }, options),
                cancellationToken);
            return new NodeDeletion { Node = node, Deletion = deletion };
        }
        catch (CairnException failure)
        {
            return new NodeDeletion { Node = node, Error = failure.ToDetail(node) };
        }
    }
}
