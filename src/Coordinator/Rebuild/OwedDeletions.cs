using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Points;
using Cairn.Shared.Identifiers;
using Cairn.V1;

namespace Cairn.Coordinator.Rebuild;

/// <summary>
/// Deletions that the lost catalog had decided and not brought to every node: a point that any node has recorded as deleted is gone for good, and
/// nodes that hold it, or may, are owed the command again.
/// </summary>
internal sealed class OwedDeletions(CoordinatorCatalog catalog, TimeProvider time)
{
    /// <summary>Makes them durable, once. Returns the points of the cluster whose records are still somewhere, oldest first.</summary>
    public IReadOnlyList<string> Renew(ClusterRecord cluster, AllPoints all)
    {
        var records = all.Records
            .Where(record => record.Summary.Cluster == cluster.Name)
            .Concat(catalog.Points.Of(cluster.Name))
            .DistinctBy(record => record.Summary.PointId)
            .ToDictionary(record => record.Summary.PointId, StringComparer.Ordinal);
        var others = all.Records
            .Where(record => record.Summary.Cluster != cluster.Name)
            .Select(record => record.Summary.PointId)
            .ToHashSet(StringComparer.Ordinal);
        var owed = catalog.Owed.All()
            .Where(owed => owed.Command == OwedCommand.Delete)
            .ToLookup(owed => DeleteRequest.Parser.ParseFrom(owed.Request).PointId, owed => owed.Node, StringComparer.Ordinal);
        var standing = new List<string>();
        foreach (var (point, deletion) in all.Deleted.OrderBy(deleted => deleted.Key, StringComparer.Ordinal))
        {
            if (records.TryGetValue(point, out var record))
            {
                standing.Add(point);
                var nodes = cluster.Nodes.Union(record.Summary.Nodes.Select(part => part.Node), StringComparer.Ordinal);
                Owe(cluster, point, record, deletion, nodes.Except(owed[point], StringComparer.Ordinal));
            }
            else if (!others.Contains(point) && deletion.Nodes.Intersect(cluster.Nodes, StringComparer.Ordinal).Any())
            {
                // Whoever answered has shown that it holds no record of it.
                var away = cluster.Nodes.Except(all.Answered, StringComparer.Ordinal);
                Owe(cluster, point, record: null, deletion, away.Except(owed[point], StringComparer.Ordinal));
            }
        }

        return standing;
    }

    private void Owe(ClusterRecord cluster, string point, CommitRecord? record, FoundDeletion deletion, IEnumerable<string> nodes)
    {
        IReadOnlyList<string> left = [.. nodes.Except(deletion.Nodes, StringComparer.Ordinal)];
        var job = JobId.New(time);
        catalog.Points.MarkDeleted(cluster.Name, point, record, deletion.At, (db, transaction) =>
        {
            foreach (var node in left)
            {
                OwedTable.Add(
                    db, transaction, node, cluster.Name, job, OwedCommand.Delete, new DeleteRequest { PointId = point }, time.GetUtcNow());
            }
        });
    }
}
